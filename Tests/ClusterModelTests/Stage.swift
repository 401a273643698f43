import ClusterModel
import Kubernetes
import TimeFormat

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

  mutating func put(_ resource: ClusterResource, _ object: ClusterObject) {
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
    _ kind: String, _ name: String, of owner: String? = nil, desired: Int, _ change: (inout Workload) -> Void = { _ in }
  ) {
    let resource = ClusterResource.allCases.first { $0.kind == kind }!
    var created = now
    if case .workload(let before)? = world[resource]?["\(kind)/\(name)"] { created = before.created ?? now }
    var workload = Workload(
      reference: ObjectReference(kind: kind, namespace: "n", name: name, uid: "\(kind)/\(name)"),
      controller: owner.map { Self.reference($0) }, desired: desired, created: created)
    change(&workload)
    put(resource, .workload(workload))
  }

  mutating func remove(_ key: String) {
    for resource in ClusterResource.allCases { if let object = world[resource]?[key] { drop(resource, object) } }
  }

  mutating func node(_ name: String, taints: [Taint] = [], version: String = "", isCordoned: Bool = false) {
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

  func present(_ uid: String) -> Pod {
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

  /// Ends a pod that is not restarted.
  mutating func end(_ uid: String, exits: [String: Int], reason: String = "Error", initExits: [String: Int] = [:]) {
    var pod = present(uid)
    func ended(_ exits: [String: Int]) -> [Container] {
      exits.sorted { $0.key > $1.key }.map { name, code in
        var container = Container(name: name, image: "i")
        let end = Container.Termination(
          reason: code == 0 ? "Completed" : reason, exitCode: code, started: now - .seconds(20), finished: now)
        container.state = .terminated(end)
        return container
      }
    }
    pod.containers = ended(exits)
    pod.initContainers = ended(initExits)
    pod.phase = "Failed"
    pod.conditions = [Condition(type: "Ready", status: "False", lastTransition: now)]
    put(.pods, .pod(pod))
  }

  /// The container ends, is seen to have ended a second later, and runs again after a while; times of the API are whole seconds.
  mutating func restartLate(_ uid: String, down: Int64) {
    var pod = present(uid)
    let finished = Timestamp(seconds: now.nanoseconds / 1_000_000_000)
    let end = Container.Termination(reason: "Error", exitCode: 1, started: finished - .seconds(60), finished: finished)
    wait(1)
    pod.containers[0].state = .terminated(end)
    pod.conditions = [Condition(type: "Ready", status: "False", lastTransition: finished + .seconds(1))]
    put(.pods, .pod(pod))
    wait(down - 1)
    pod.containers[0].lastTermination = end
    pod.containers[0].restartCount += 1
    pod.containers[0].state = .running(since: now)
    pod.conditions = [Condition(type: "Ready", status: "True", lastTransition: Timestamp(seconds: now.nanoseconds / 1_000_000_000))]
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

  mutating func event(_ uid: String, _ reason: String, _ message: String, of source: String = "kubelet") {
    let pod = present(uid)
    var event = ClusterEvent(
      uid: "event-\(now.nanoseconds)", namespace: "n", object: ObjectReference(kind: "Pod", namespace: "n", name: pod.name, uid: uid),
      type: "Normal", reason: reason, message: message, source: source, last: now)
    event.container = "main"
    put(.events, .event(event))
  }
}
