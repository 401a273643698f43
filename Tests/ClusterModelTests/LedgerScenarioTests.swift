import ClusterModel
import Testing
import TimeFormat

/// What the recording has not: StatefulSets, DaemonSets, startup probes, clusters without events, and people who meddle.
@Suite struct LedgerScenarioTests {
  @Test func statefulSetRollsByOrdinalAndScales() {
    var stage = Stage()
    stage.workload("StatefulSet", "web", wanted: 2) { $0.updateRevision = "web-1" }
    stage.begin()
    stage.pod("web-0", of: "StatefulSet/web", hash: "web-1")
    stage.pod("web-1", of: "StatefulSet/web", hash: "web-1")
    stage.wait(30)
    stage.workload("StatefulSet", "web", wanted: 2) { $0.updateRevision = "web-2" }
    stage.delete("web-1")
    stage.pod("web-1", of: "StatefulSet/web", hash: "web-2", uid: "second")
    stage.wait(40)
    // Deleted by hand while the rollout has passed it.
    stage.delete("second")
    stage.pod("web-1", of: "StatefulSet/web", hash: "web-2", uid: "third")
    stage.wait(40)
    stage.workload("StatefulSet", "web", wanted: 1) { $0.updateRevision = "web-2" }
    stage.delete("third")
    stage.wait(60)
    #expect(stage.found == ["replaced rollout web-1→second", "replaced deleted second→third", "removed scale third→-"])
  }

  @Test func onDeleteAndPartitionAreByHand() {
    var stage = Stage()
    stage.workload("StatefulSet", "db", wanted: 2) {
      $0.updateRevision = "db-2"
      $0.partition = 1
    }
    stage.begin()
    stage.pod("db-0", of: "StatefulSet/db", hash: "db-1")
    stage.pod("db-1", of: "StatefulSet/db", hash: "db-2")
    stage.wait(10)
    stage.delete("db-0")
    stage.pod("db-0", of: "StatefulSet/db", hash: "db-1", uid: "again")
    stage.wait(60)
    #expect(stage.found == ["replaced deleted db-0→again"])
  }

  @Test func daemonSetPairsByNode() {
    var stage = Stage()
    stage.workload("DaemonSet", "agent", wanted: 2) { $0.templateGeneration = 1 }
    stage.begin()
    stage.pod("agent-a", of: "DaemonSet/agent", node: "n1", generation: 1)
    stage.pod("agent-b", of: "DaemonSet/agent", node: "n2", generation: 1)
    stage.wait(30)
    stage.delete("agent-b")
    stage.wait(2)
    stage.delete("agent-a")
    stage.pod("agent-c", of: "DaemonSet/agent", node: "n1", generation: 1)
    stage.pod("agent-d", of: "DaemonSet/agent", node: "n2", generation: 1)
    stage.wait(60)
    stage.workload("DaemonSet", "agent", wanted: 2) { $0.templateGeneration = 2 }
    stage.delete("agent-c")
    stage.pod("agent-e", of: "DaemonSet/agent", node: "n1", generation: 2)
    stage.wait(60)
    #expect(
      stage.found == ["replaced deleted agent-b→agent-d", "replaced deleted agent-a→agent-c", "replaced rollout agent-c→agent-e"])
  }

  @Test func aDaemonSetThatComesUpScalesNothing() {
    var stage = Stage()
    stage.begin()
    stage.workload("DaemonSet", "agent", wanted: 0)
    stage.workload("DaemonSet", "agent", wanted: 3)
    for node in ["n1", "n2", "n3"] { stage.pod("agent-\(node)", of: "DaemonSet/agent", node: node) }
    stage.wait(60)
    #expect(stage.found.isEmpty)
  }

  @Test func startupProbeAndOOMAndExit() {
    var stage = Stage()
    stage.workload("ReplicaSet", "app", wanted: 1)
    stage.begin()
    stage.pod("app-1", of: "ReplicaSet/app")
    stage.wait(10)
    stage.event("app-1", "Killing", "Container main failed startup probe, will be restarted")
    stage.restart("app-1", reason: "Error", exit: 137)
    stage.wait(10)
    stage.restart("app-1", reason: "OOMKilled", exit: 137)
    stage.wait(10)
    stage.restart("app-1", reason: "Error", exit: 2)
    stage.wait(10)
    stage.restart("app-1", reason: "Completed", exit: 0)
    stage.wait(60)
    #expect(
      stage.found == [
        "restarted probe app-1→-", "restarted oomKilled app-1→-", "restarted crash app-1→-", "restarted completed app-1→-",
      ])
  }

  /// The whole ground was stopped and started again: each container ended as it was told to, whatever its exit code.
  @Test func aShutdownOfTheNodeIsPlanned() {
    var stage = Stage()
    stage.workload("ReplicaSet", "app", wanted: 1)
    stage.begin()
    stage.pod("app-1", of: "ReplicaSet/app")
    stage.wait(10)
    stage.blind { $0.restart("app-1", reason: "NodeShutdown", exit: 143) }
    stage.wait(10)
    stage.blind { $0.restart("app-1", reason: "NodeShutdown", exit: 0) }
    stage.wait(60)
    #expect(stage.found == ["restarted completed app-1→-", "restarted completed app-1→-"])
    #expect(stage.book.sorted.allSatisfy { $0.cause.isPlanned && $0.evidence.contains("the node was shut down on purpose") })
  }

  /// Planned is what a workload's own specification asks for. What a person does to a single pod is not.
  @Test func onlyWhatTheWorkloadAsksForIsPlanned() {
    #expect(Reschedule.Cause.allCases.filter(\.isPlanned) == [.rollout, .scale, .completed])
  }

  /// No events at all, as on clusters where they may not be read.
  @Test func rolloutAndScaleWithoutEvents() {
    var stage = Stage()
    stage.workload("Deployment", "shop", wanted: 2) { $0.revision = "1" }
    stage.workload("ReplicaSet", "shop-1", of: "Deployment/shop", wanted: 2) { $0.revision = "1" }
    stage.begin()
    stage.pod("a1", of: "ReplicaSet/shop-1", hash: "1")
    stage.pod("a2", of: "ReplicaSet/shop-1", hash: "1")
    stage.wait(30)
    stage.workload("Deployment", "shop", wanted: 2) { $0.revision = "2" }
    stage.workload("ReplicaSet", "shop-2", of: "Deployment/shop", wanted: 2) { $0.revision = "2" }
    stage.workload("ReplicaSet", "shop-1", of: "Deployment/shop", wanted: 0) { $0.revision = "1" }
    stage.delete("a1")
    stage.delete("a2")
    stage.pod("b1", of: "ReplicaSet/shop-2", hash: "2")
    stage.pod("b2", of: "ReplicaSet/shop-2", hash: "2")
    stage.wait(60)
    // By hand, then the count goes up and down.
    stage.delete("b1")
    stage.pod("b3", of: "ReplicaSet/shop-2", hash: "2")
    stage.wait(60)
    stage.workload("Deployment", "shop", wanted: 3) { $0.revision = "2" }
    stage.workload("ReplicaSet", "shop-2", of: "Deployment/shop", wanted: 3) { $0.revision = "2" }
    stage.pod("b4", of: "ReplicaSet/shop-2", hash: "2")
    stage.wait(100)
    stage.workload("Deployment", "shop", wanted: 2) { $0.revision = "2" }
    stage.workload("ReplicaSet", "shop-2", of: "Deployment/shop", wanted: 2) { $0.revision = "2" }
    stage.delete("b2")
    stage.wait(100)
    #expect(
      stage.found == [
        "replaced rollout a1→b1", "replaced rollout a2→b2", "replaced deleted b1→b3", "added scale -→b4", "removed scale b2→-",
      ])
    #expect(stage.book.sorted.allSatisfy { $0.workload == "Deployment/shop" })
  }

  @Test func aTaintByHandIsADrain() {
    var stage = Stage()
    stage.workload("ReplicaSet", "app", wanted: 1)
    stage.node("n1", taints: ["maintenance:NoExecute"])
    stage.begin()
    stage.pod("app-1", of: "ReplicaSet/app", node: "n1")
    stage.wait(30)
    stage.disrupt("app-1", "DeletionByTaintManager")
    stage.delete("app-1")
    stage.pod("app-2", of: "ReplicaSet/app", node: "n2")
    stage.wait(60)
    #expect(stage.found == ["replaced drain app-1→app-2"])
  }

  @Test func deploymentDeletedIsCleanUp() {
    var stage = Stage()
    stage.workload("Deployment", "shop", wanted: 1) { $0.revision = "1" }
    stage.workload("ReplicaSet", "shop-1", of: "Deployment/shop", wanted: 1) { $0.revision = "1" }
    stage.begin()
    stage.pod("a1", of: "ReplicaSet/shop-1", hash: "1")
    stage.wait(30)
    stage.remove("Deployment/shop")
    stage.remove("ReplicaSet/shop-1")
    stage.delete("a1")
    stage.wait(60)
    #expect(stage.found == ["removed deleted a1→-"])
  }

  @Test func barePodsAndJobs() {
    var stage = Stage()
    stage.workload("Job", "once", wanted: 1)
    stage.begin()
    stage.pod("bare", of: nil)
    stage.pod("once-1", of: "Job/once", restartPolicy: "Never")
    stage.wait(10)
    stage.end("once-1", phase: "Failed", reason: "Error", exit: 1)
    stage.pod("once-2", of: "Job/once", restartPolicy: "Never")
    stage.wait(10)
    stage.end("once-2", phase: "Succeeded", reason: "Completed", exit: 0)
    stage.wait(60)
    stage.delete("once-2")
    stage.delete("bare")
    stage.wait(60)
    #expect(stage.found == ["replaced crash once-1→once-2", "removed completed once-2→-", "removed deleted bare→-"])
  }

  @Test func whatHappenedInAGapIsFoundAndDeclared() throws {
    var stage = Stage()
    stage.workload("ReplicaSet", "app", wanted: 1)
    stage.begin()
    stage.pod("app-1", of: "ReplicaSet/app")
    stage.wait(60)
    stage.blind {
      $0.delete("app-1")
      $0.pod("app-2", of: "ReplicaSet/app")
      $0.wait(40)
    }
    stage.wait(60)
    #expect(stage.found == ["replaced unknown app-1→app-2"])
    #expect(stage.book.gaps.count == 1)
    let entry = try #require(stage.book.sorted.first)
    #expect(entry.confidence < 0.5)
    #expect(entry.evidence.contains { $0.hasPrefix("not seen to go") })
  }

  /// While a container waits to be started again, its last termination is that of the run that the count names, not of the one before.
  @Test func aBackOffThatIsFoundLaterIsToldOnce() {
    var stage = Stage()
    stage.workload("ReplicaSet", "app", wanted: 1)
    stage.begin()
    stage.pod("app-1", of: "ReplicaSet/app")
    stage.wait(60)
    stage.blind {
      $0.backOff("app-1", exit: 3)
      $0.wait(10)
      $0.startAgain("app-1")
      $0.wait(10)
      $0.backOff("app-1", exit: 4)
      $0.wait(10)
    }
    stage.wait(60)
    stage.startAgain("app-1")
    stage.wait(60)
    #expect(stage.found == ["restarted crash app-1→-", "restarted unknown app-1→-"])
    #expect(stage.book.sorted.map(\.exitCode) == [4, nil])
    #expect(Set(stage.book.sorted.map(\.at)).count == 2)
  }

  /// Silence of a watch that is live says that nothing happened; only what nobody watched is a gap.
  @Test(arguments: [false, true]) func aQuietWatchIsNoGap(restarts: Bool) throws {
    var stage = Stage()
    stage.workload("ReplicaSet", "app", wanted: 1)
    stage.begin()
    stage.pod("app-1", of: "ReplicaSet/app")
    stage.wait(600)
    stage.book.tick(stage.now, watchedUntil: stage.now)
    let last = stage.now
    stage.blind {
      $0.delete("app-1")
      $0.pod("app-2", of: "ReplicaSet/app")
      $0.wait(40)
      guard restarts, let engine = LedgerEngine(cluster: "c", restoring: $0.book.engine.state()) else { return }
      $0.book.engine = engine
      $0.book.take($0.book.engine.resume(at: $0.now))
    }
    // Declared again under the same start, which is what a store keeps it by.
    #expect(Set(stage.book.gaps.map(\.from)) == [last])
    #expect(try #require(stage.book.gaps.last).to == stage.now)
    #expect(stage.book.gaps.count == (restarts ? 2 : 1))
  }

  /// Before 1.26 the API marks no evicted pod: what leaves a cordoned node there was drained, as far as can be known.
  @Test(arguments: [("v1.20.2", "drain"), ("v1.25.9+k3s1", "drain"), ("v1.26.0", "deleted"), ("v1.36.0", "deleted"), ("", "deleted")])
  func olderClustersDrainWithoutACondition(version: String, cause: String) throws {
    var stage = Stage()
    stage.node("n1", version: version)
    stage.workload("ReplicaSet", "app", wanted: 2)
    stage.begin()
    stage.pod("app-1", of: "ReplicaSet/app")
    stage.pod("app-2", of: "ReplicaSet/app", node: "n2")
    stage.wait(60)
    stage.node("n1", version: version, isCordoned: true)
    stage.delete("app-1")
    stage.pod("app-3", of: "ReplicaSet/app", node: "n2")
    stage.wait(60)
    // Deleted by hand: its node is not cordoned.
    stage.delete("app-2")
    stage.node("n1", version: version)
    stage.pod("app-4", of: "ReplicaSet/app")
    stage.wait(60)
    stage.delete("app-4")
    stage.pod("app-5", of: "ReplicaSet/app")
    stage.wait(60)
    #expect(stage.found == ["replaced \(cause) app-1→app-3", "replaced deleted app-2→app-4", "replaced deleted app-4→app-5"])
    let first = try #require(stage.book.sorted.first)
    #expect(first.confidence <= 0.7 || cause == "deleted")
    #expect(first.evidence.contains { $0.contains("cordoned") } == (cause == "drain"))
  }

  @Test func evictionThatIsWithdrawnIsNoEntry() {
    var stage = Stage()
    stage.workload("ReplicaSet", "app", wanted: 1)
    stage.begin()
    stage.pod("app-1", of: "ReplicaSet/app")
    stage.disrupt("app-1", "PreemptionByScheduler")
    stage.wait(120)
    stage.settleDown("app-1")
    stage.wait(60)
    #expect(stage.found.isEmpty)
  }
}

/// Plays a cluster, one delta at a time.
struct Stage {
  var book = LedgerBook(cluster: "c")
  var now = Timestamp(seconds: 1_800_000_000)
  private var world: [ClusterResource: [String: ClusterObject]] = [:]
  private var hasBegun = false
  private var isBlind = false

  var found: [String] {
    book.sorted.map { "\($0.change) \($0.cause) \($0.old?.uid ?? "-")→\($0.new?.uid ?? "-")" }
  }

  /// The first lists.
  mutating func begin() {
    put(.namespaces, .namespace(Namespace(name: "n", uid: "n")))
    hasBegun = true
    for resource in ClusterResource.allCases {
      book.apply(ClusterDelta(resource: resource, change: .relist(Array((world[resource] ?? [:]).values)), at: now))
    }
    wait(30)
  }

  /// What nobody watches; then new lists.
  mutating func blind(_ body: (inout Stage) -> Void) {
    isBlind = true
    body(&self)
    isBlind = false
    for resource in ClusterResource.allCases {
      book.apply(ClusterDelta(resource: resource, change: .relist(Array((world[resource] ?? [:]).values)), at: now))
    }
  }

  mutating func wait(_ seconds: Int64) {
    for _ in 0..<seconds {
      now = now + .seconds(1)
      if hasBegun, !isBlind { book.tick(now) }
    }
  }

  private mutating func put(_ resource: ClusterResource, _ object: ClusterObject) {
    now = now + .milliseconds(50)
    let isNew = world[resource]?[object.identity] == nil
    world[resource, default: [:]][object.identity] = object
    guard hasBegun, !isBlind else { return }
    book.apply(ClusterDelta(resource: resource, change: isNew ? .added(object) : .modified(object), at: now))
  }

  private mutating func drop(_ resource: ClusterResource, _ object: ClusterObject) {
    now = now + .milliseconds(50)
    world[resource]?[object.identity] = nil
    guard hasBegun, !isBlind else { return }
    book.apply(ClusterDelta(resource: resource, change: .deleted(object), at: now))
  }

  mutating func workload(
    _ kind: String, _ name: String, of owner: String? = nil, wanted: Int, _ change: (inout Workload) -> Void = { _ in }
  ) {
    let resource = ClusterResource.allCases.first { $0.kind == kind }!
    var created = now
    if case .workload(let before)? = world[resource]?["\(kind)/\(name)"] { created = before.created ?? now }
    var workload = Workload(
      reference: ObjectReference(kind: kind, namespace: "n", name: name, uid: "\(kind)/\(name)"),
      controller: owner.map { Self.reference($0) }, wanted: wanted, created: created)
    change(&workload)
    put(resource, .workload(workload))
  }

  mutating func remove(_ key: String) {
    for resource in ClusterResource.allCases { if let object = world[resource]?[key] { drop(resource, object) } }
  }

  mutating func node(_ name: String, taints: [String] = [], version: String = "", isCordoned: Bool = false) {
    put(
      .nodes,
      .node(
        Node(
          name: name, uid: name, isUnschedulable: isCordoned, taints: taints, conditions: [Condition(type: "Ready", status: "True")],
          kubeletVersion: version)))
  }

  private static func reference(_ key: String) -> ObjectReference {
    let parts = key.split(separator: "/")
    return ObjectReference(kind: String(parts[0]), namespace: "n", name: String(parts[1]), uid: key)
  }

  /// A pod that is ready a moment later.
  mutating func pod(
    _ name: String, of owner: String?, hash: String = "", node: String = "n1", generation: Int = 0, uid: String? = nil,
    restartPolicy: String = "Always"
  ) {
    var labels: [String: String] = [:]
    if !hash.isEmpty { labels["controller-revision-hash"] = hash }
    if generation > 0 { labels["pod-template-generation"] = "\(generation)" }
    var pod = Pod(
      namespace: "n", name: name, uid: uid ?? name, node: node, created: now, labels: labels, controller: owner.map { Self.reference($0) },
      containers: [Container(name: "main", image: "i")])
    pod.restartPolicy = restartPolicy
    put(.pods, .pod(pod))
    pod.phase = "Running"
    pod.containers[0].state = .running(since: now)
    pod.conditions = [Condition(type: "Ready", status: "True", lastTransition: now)]
    put(.pods, .pod(pod))
  }

  private func present(_ uid: String) -> Pod {
    guard case .pod(let pod)? = world[.pods]?[uid] else { fatalError("no pod \(uid)") }
    return pod
  }

  mutating func delete(_ uid: String) {
    var pod = present(uid)
    pod.deletionTimestamp = now + .seconds(5)
    pod.deletionGraceSeconds = 5
    put(.pods, .pod(pod))
    drop(.pods, .pod(pod))
  }

  mutating func disrupt(_ uid: String, _ reason: String) {
    var pod = present(uid)
    pod.conditions.append(Condition(type: "DisruptionTarget", status: "True", reason: reason, lastTransition: now))
    put(.pods, .pod(pod))
  }

  mutating func settleDown(_ uid: String) {
    var pod = present(uid)
    pod.conditions.removeAll { $0.type == "DisruptionTarget" }
    put(.pods, .pod(pod))
  }

  mutating func end(_ uid: String, phase: String, reason: String, exit: Int) {
    var pod = present(uid)
    pod.phase = phase
    pod.conditions = []
    pod.containers[0].state = .terminated(.init(reason: reason, exitCode: exit, finished: now))
    put(.pods, .pod(pod))
  }

  mutating func restart(_ uid: String, reason: String, exit: Int) {
    var pod = present(uid)
    let end = Container.Termination(reason: reason, exitCode: exit, started: now - .seconds(8), finished: now)
    pod.containers[0].state = .terminated(end)
    pod.conditions = [Condition(type: "Ready", status: "False", lastTransition: now)]
    put(.pods, .pod(pod))
    pod.containers[0].lastTermination = end
    pod.containers[0].restartCount += 1
    pod.containers[0].state = .running(since: now)
    pod.conditions = [Condition(type: "Ready", status: "True", lastTransition: now)]
    put(.pods, .pod(pod))
  }

  /// Ends the run; the container waits to be started again, as the kubelet shows it: the count is still that of the run that ended.
  mutating func backOff(_ uid: String, exit: Int) {
    var pod = present(uid)
    pod.containers[0].lastTermination = Container.Termination(reason: "Error", exitCode: exit, started: now - .seconds(8), finished: now)
    pod.containers[0].state = .waiting(reason: "CrashLoopBackOff", message: "back-off")
    pod.conditions = [Condition(type: "Ready", status: "False", lastTransition: now)]
    put(.pods, .pod(pod))
  }

  /// Starts the run after a back-off.
  mutating func startAgain(_ uid: String) {
    var pod = present(uid)
    pod.containers[0].restartCount += 1
    pod.containers[0].state = .running(since: now)
    pod.conditions = [Condition(type: "Ready", status: "True", lastTransition: now)]
    put(.pods, .pod(pod))
  }

  mutating func event(_ uid: String, _ reason: String, _ message: String) {
    let pod = present(uid)
    var event = ClusterEvent(
      uid: "event-\(now.nanoseconds)", namespace: "n", object: ObjectReference(kind: "Pod", namespace: "n", name: pod.name, uid: uid),
      type: "Normal", reason: reason, message: message, last: now)
    event.container = "main"
    put(.events, .event(event))
  }
}
