import ClusterModel
import Kubernetes
import Testing
import TimeFormat

/// Causes that are told apart by what was so when the pod went, and by who does it.
@Suite("Causes") struct LedgerCauseTests {
  // MARK: The eviction API

  /// Drains are of nodes: on one that takes pods somebody meant this pod.
  @Test(
    "what the eviction API ended is a drain on a node that is emptied, else an eviction",
    arguments: [
      (false, [Taint](), "eviction"), (true, [], "drain"),
      (false, [Taint(key: "karpenter.sh/disrupted", effect: "NoSchedule")], "drain"),
      (false, [Taint(key: "ToBeDeletedByClusterAutoscaler", value: "1", effect: "NoSchedule")], "drain"),
      (false, [Taint(key: "dedicated", value: "batch", effect: "NoSchedule")], "eviction"),
    ])
  func evictionAPI(isCordoned: Bool, taints: [Taint], cause: String) throws {
    var stage = Stage()
    stage.node("n1")
    stage.workload("ReplicaSet", "app", desired: 1)
    stage.begin()
    stage.pod("app-1", of: "ReplicaSet/app", node: "n1")
    stage.wait(30)
    stage.node("n1", taints: taints, isCordoned: isCordoned)
    stage.wait(2)
    stage.disrupt("app-1", "EvictionByEvictionAPI")
    stage.delete("app-1")
    stage.pod("app-2", of: "ReplicaSet/app", node: "n2")
    stage.wait(60)
    #expect(stage.found == ["replaced \(cause) app-1→app-2"])
    let entry = try #require(stage.book.sorted.first)
    #expect(entry.evidence.contains(Reschedule.evictedByAPI) == (cause == "eviction"))
    #expect(entry.confidence >= 0.9)
  }

  @Test("a node that was cordoned after an eviction was not drained by it")
  func cordonedLater() {
    var stage = Stage()
    stage.node("n1")
    stage.workload("ReplicaSet", "app", desired: 1)
    stage.begin()
    stage.pod("app-1", of: "ReplicaSet/app", node: "n1")
    stage.wait(30)
    stage.disrupt("app-1", "EvictionByEvictionAPI")
    stage.delete("app-1")
    stage.pod("app-2", of: "ReplicaSet/app", node: "n2")
    stage.wait(10)
    stage.node("n1", isCordoned: true)
    stage.wait(60)
    #expect(stage.found == ["replaced eviction app-1→app-2"])
  }

  @Test("who asked is said where managedFields or an event say it")
  func whoAsked() throws {
    var stage = Stage()
    stage.node("n1")
    stage.workload("ReplicaSet", "app", desired: 1)
    stage.begin()
    stage.pod("app-1", of: "ReplicaSet/app", node: "n1")
    stage.wait(30)
    stage.event("app-1", "LowNodeUtilization", "pod evicted from n1 node by sigs.k8s.io/descheduler", of: "sigs.k8s.io/descheduler")
    var pod = stage.present("app-1")
    pod.conditions.append(Condition(type: "DisruptionTarget", status: "True", reason: "EvictionByEvictionAPI", lastTransition: stage.now))
    pod.disruptedBy = "vpa-updater"
    stage.put(.pods, .pod(pod))
    stage.delete("app-1")
    stage.pod("app-2", of: "ReplicaSet/app", node: "n2")
    stage.wait(60)
    let entry = try #require(stage.book.sorted.first)
    #expect(entry.cause == .eviction)
    #expect(entry.evidence.contains("asked by vpa-updater"))
    #expect(entry.evidence.contains { $0.hasPrefix("event LowNodeUtilization of sigs.k8s.io/descheduler") })
  }

  // MARK: As of the pod's end

  @Test("a StatefulSet's pod that was deleted by hand before a rollout was deleted by hand")
  func statefulSetByHandBeforeRollout() {
    var stage = Stage()
    stage.workload("StatefulSet", "web", desired: 2) { $0.updateRevision = "web-1" }
    stage.begin()
    stage.pod("web-0", of: "StatefulSet/web", hash: "web-1")
    stage.pod("web-1", of: "StatefulSet/web", hash: "web-1")
    stage.wait(30)
    stage.delete("web-1")
    stage.pod("web-1", of: "StatefulSet/web", hash: "web-1", uid: "second")
    stage.wait(20)
    stage.workload("StatefulSet", "web", desired: 2) { $0.updateRevision = "web-2" }
    stage.delete("second")
    stage.pod("web-1", of: "StatefulSet/web", hash: "web-2", uid: "third")
    stage.wait(60)
    #expect(stage.found == ["replaced deleted web-1→second", "replaced rollout second→third"])
  }

  /// The controller writes `status.updateRevision` at the end of the round in which it has deleted the first pod.
  @Test("a rollout begins with the change of the template, not with the status that names its revision")
  func statefulSetStatusIsLate() {
    var stage = Stage()
    let created = stage.now
    func set(_ generation: Int, observed: Int, _ revision: String, template: Timestamp) -> (inout Workload) -> Void {
      { set in
        set.generation = generation
        set.observedGeneration = observed
        set.updateRevision = revision
        set.stamp = template
        set.templateChanges = [.init(manager: "kubectl", at: template, operation: "Update")]
      }
    }
    stage.workload("StatefulSet", "web", desired: 1, set(1, observed: 1, "web-1", template: created))
    stage.begin()
    stage.pod("web-0", of: "StatefulSet/web", hash: "web-1")
    stage.wait(60)
    let changed = Timestamp(seconds: stage.now.nanoseconds / 1_000_000_000)
    stage.workload("StatefulSet", "web", desired: 1, set(2, observed: 1, "web-1", template: changed))
    stage.delete("web-0")
    stage.wait(2)
    stage.workload("StatefulSet", "web", desired: 1, set(2, observed: 2, "web-2", template: changed))
    stage.pod("web-0", of: "StatefulSet/web", hash: "web-2", uid: "second")
    stage.wait(60)
    #expect(stage.found == ["replaced rollout web-0→second"])
  }

  @Test("a lower partition says nothing of what went before it")
  func partitionIsLowered() {
    var stage = Stage()
    func set(partition: Int) -> (inout Workload) -> Void {
      {
        $0.updateRevision = "db-2"
        $0.partition = partition
      }
    }
    stage.workload("StatefulSet", "db", desired: 2, set(partition: 1))
    stage.begin()
    stage.pod("db-0", of: "StatefulSet/db", hash: "db-1")
    stage.pod("db-1", of: "StatefulSet/db", hash: "db-2")
    stage.wait(10)
    stage.delete("db-0")
    stage.pod("db-0", of: "StatefulSet/db", hash: "db-1", uid: "again")
    stage.wait(15)
    stage.workload("StatefulSet", "db", desired: 2, set(partition: 0))
    stage.delete("again")
    stage.pod("db-0", of: "StatefulSet/db", hash: "db-2", uid: "new")
    stage.wait(60)
    #expect(stage.found == ["replaced deleted db-0→again", "replaced rollout again→new"])
  }

  @Test("a rollout of a StatefulSet begins with the highest ordinal: one below it went by hand")
  func outOfTurn() {
    var stage = Stage()
    stage.workload("StatefulSet", "web", desired: 3) { $0.updateRevision = "web-1" }
    stage.begin()
    for ordinal in 0..<3 { stage.pod("web-\(ordinal)", of: "StatefulSet/web", hash: "web-1") }
    stage.wait(30)
    stage.workload("StatefulSet", "web", desired: 3) { $0.updateRevision = "web-2" }
    stage.wait(3)
    stage.delete("web-0")
    stage.pod("web-0", of: "StatefulSet/web", hash: "web-2", uid: "new-0")
    stage.wait(5)
    for ordinal in [2, 1] {
      stage.delete("web-\(ordinal)")
      stage.pod("web-\(ordinal)", of: "StatefulSet/web", hash: "web-2", uid: "new-\(ordinal)")
      stage.wait(5)
    }
    stage.wait(60)
    #expect(stage.found == ["replaced deleted web-0→new-0", "replaced rollout web-2→new-2", "replaced rollout web-1→new-1"])
  }

  @Test("a DaemonSet's pod that was deleted by hand before a rollout was deleted by hand, also when its successor is of the new template")
  func daemonSetByHandBeforeRollout() {
    var stage = Stage()
    stage.workload("DaemonSet", "agent", desired: 2) { $0.templateGeneration = 1 }
    stage.begin()
    stage.pod("agent-a", of: "DaemonSet/agent", hash: "one", node: "n1", generation: 1)
    stage.pod("agent-b", of: "DaemonSet/agent", hash: "one", node: "n2", generation: 1)
    stage.wait(30)
    stage.delete("agent-a")
    stage.wait(3)
    stage.workload("DaemonSet", "agent", desired: 2) { $0.templateGeneration = 2 }
    stage.pod("agent-c", of: "DaemonSet/agent", hash: "two", node: "n1", generation: 2)
    stage.delete("agent-b")
    stage.pod("agent-d", of: "DaemonSet/agent", hash: "two", node: "n2", generation: 2)
    stage.wait(60)
    #expect(stage.found == ["replaced deleted agent-a→agent-c", "replaced rollout agent-b→agent-d"])
  }

  @Test("what a StatefulSet planned when a pod went survives a restart of the recorder")
  func plansAreSaved() throws {
    var stage = Stage()
    stage.workload("StatefulSet", "web", desired: 1) { $0.updateRevision = "web-1" }
    stage.begin()
    stage.pod("web-0", of: "StatefulSet/web", hash: "web-1")
    stage.wait(30)
    stage.delete("web-0")
    stage.pod("web-0", of: "StatefulSet/web", hash: "web-1", uid: "second")
    stage.wait(10)
    stage.workload("StatefulSet", "web", desired: 1) { $0.updateRevision = "web-2" }
    stage.book.engine = try #require(LedgerEngine(cluster: "c", restoring: stage.book.engine.state()))
    stage.wait(60)
    #expect(stage.found == ["replaced deleted web-0→second"])
  }

  // MARK: Template and count at once

  /// The Deployment controller raises the old ReplicaSet's count first, then rolls out (`isScalingEvent`, pkg/controller/deployment).
  @Test("a new template and more replicas in one apply: three replaced and two added, whether or not the old template's two came to be")
  func templateAndReplicas() {
    for areReady in [false, true] {
      var stage = Stage()
      func set(_ revision: String, desired: Int, of all: Int) -> (String, Int, (inout Workload) -> Void) {
        (
          "shop-\(revision)", desired,
          {
            $0.revision = revision
            $0.ownersDesired = all
          }
        )
      }
      func put(_ set: (String, Int, (inout Workload) -> Void), _ stage: inout Stage) {
        stage.workload("ReplicaSet", set.0, of: "Deployment/shop", desired: set.1, set.2)
      }
      stage.workload("Deployment", "shop", desired: 3) { $0.revision = "1" }
      put(set("1", desired: 3, of: 3), &stage)
      stage.begin()
      for pod in ["a1", "a2", "a3"] { stage.pod(pod, of: "ReplicaSet/shop-1", hash: "1") }
      stage.wait(60)
      stage.workload("Deployment", "shop", desired: 5) { $0.revision = "1" }
      put(set("1", desired: 5, of: 5), &stage)
      for pod in ["a4", "a5"] {
        if areReady { stage.pod(pod, of: "ReplicaSet/shop-1", hash: "1") } else { stage.unready(pod, of: "ReplicaSet/shop-1") }
      }
      if areReady { stage.wait(10) }
      stage.workload("Deployment", "shop", desired: 5) { $0.revision = "2" }
      put(set("2", desired: 2, of: 5), &stage)
      put(set("1", desired: 3, of: 5), &stage)
      // Those that are not ready go first.
      for pod in ["a4", "a5"] { stage.delete(pod) }
      for pod in ["b1", "b2"] { stage.pod(pod, of: "ReplicaSet/shop-2", hash: "2") }
      stage.wait(5)
      for (step, old) in [(3, "a1"), (4, "a2"), (5, "a3")] {
        put(set("2", desired: step, of: 5), &stage)
        stage.pod("b\(step)", of: "ReplicaSet/shop-2", hash: "2")
        stage.wait(5)
        put(set("1", desired: 5 - step, of: 5), &stage)
        stage.delete(old)
      }
      stage.wait(120)
      let counts = Dictionary(grouping: stage.book.sorted) { "\($0.change) \($0.cause)" }.mapValues(\.count)
      let expected =
        areReady ? ["replaced rollout": 5, "added scale": 2] : ["replaced rollout": 3, "added scale": 2, "removed rollout": 2]
      #expect(counts == expected, "\(stage.found)")
      #expect(stage.book.sorted.allSatisfy { !$0.isPending })
    }
  }

  // MARK: Jobs

  @Test("a Job that gives up fails once; what it tried before is its own business")
  func jobThatGivesUp() throws {
    var stage = Stage()
    stage.workload("Job", "once", desired: 1) { $0.backoffLimit = 2 }
    stage.begin()
    for attempt in 1...3 {
      stage.pod("once-\(attempt)", of: "Job/once", restartPolicy: "Never")
      stage.wait(10)
      stage.end("once-\(attempt)", phase: "Failed", reason: "Error", exit: 1)
    }
    stage.wait(2)
    stage.workload("Job", "once", desired: 1) {
      $0.backoffLimit = 2
      $0.conditions = [Condition(type: "Failed", status: "True", reason: "BackoffLimitExceeded")]
    }
    stage.wait(60)
    #expect(stage.found == ["removed crash once-1→-", "removed crash once-2→-", "failed crash once-3→-"])
    let first = try #require(stage.book.sorted.first)
    #expect(first.evidence.contains("Job/once tries again, up to 2 times (backoffLimit)"))
    #expect(stage.book.sorted.last?.evidence.contains("the Job has failed") == true)
    #expect(stage.book.sorted.allSatisfy { !$0.isPending })
  }

  @Test("a Job's container that is started again in its pod is no entry; a pod that lost its node is replaced")
  func jobInPlaceAndNodeLost() {
    var stage = Stage()
    stage.workload("Job", "once", desired: 1)
    stage.begin()
    stage.pod("once-1", of: "Job/once", restartPolicy: "OnFailure")
    stage.wait(10)
    stage.restart("once-1", reason: "Error", exit: 2)
    stage.wait(10)
    stage.disrupt("once-1", "DeletionByPodGC")
    stage.delete("once-1")
    stage.pod("once-2", of: "Job/once", node: "n2", restartPolicy: "OnFailure")
    stage.wait(10)
    stage.end("once-2", phase: "Succeeded", reason: "Completed", exit: 0)
    stage.wait(60)
    #expect(stage.found == ["replaced nodeLost once-1→once-2", "removed completed once-2→-"])
  }

  /// Told before as lost with the node, within two seconds of it.
  @Test("what a node told of a container while it was ready is no loss of the node")
  func endedBeforeTheLoss() {
    var stage = Stage()
    stage.workload("Job", "once", desired: 1)
    stage.node("n1")
    stage.begin()
    stage.pod("once-1", of: "Job/once", restartPolicy: "Never")
    stage.wait(10)
    stage.end("once-1", phase: "Failed", reason: "Error", exit: 3)
    stage.wait(1)
    let lost = Condition(type: "Ready", status: "Unknown", lastTransition: stage.now)
    stage.put(.nodes, .node(Node(name: "n1", uid: "n1", conditions: [lost])))
    stage.pod("once-2", of: "Job/once", node: "n2", restartPolicy: "Never")
    stage.wait(10)
    #expect(stage.found.first?.contains("crash once-1") == true, "\(stage.found)")
    // Nor is it when the node is taken out of the cluster later.
    stage.remove("n1")
    stage.wait(60)
    #expect(stage.found.first?.contains("crash once-1") == true, "\(stage.found)")
  }

  // MARK: Sidecars

  @Test("a native sidecar's crash is said to be one, and its end with its pod is not the pod's")
  func sidecar() throws {
    var stage = Stage()
    stage.workload("ReplicaSet", "app", desired: 1)
    stage.begin()
    stage.pod("app-1", of: "ReplicaSet/app")
    stage.wait(10)
    var pod = stage.present("app-1")
    var proxy = Container(name: "proxy", image: "envoy")
    proxy.isSidecar = true
    proxy.state = .running(since: stage.now)
    pod.initContainers = [proxy]
    stage.put(.pods, .pod(pod))
    stage.wait(10)
    let end = Container.Termination(reason: "Error", exitCode: 139, started: stage.now - .seconds(10), finished: stage.now)
    pod.initContainers[0].lastTermination = end
    pod.initContainers[0].restartCount = 1
    stage.put(.pods, .pod(pod))
    stage.wait(60)
    let entry = try #require(stage.book.sorted.first)
    #expect(stage.found == ["restarted crash app-1→-"])
    #expect(entry.container == "proxy" && entry.exitCode == 139)
    #expect(entry.evidence.contains("container proxy is a native sidecar"))
    // Stopped after the pod's own container, which ended well.
    pod.containers[0].state = .terminated(.init(reason: "Completed", exitCode: 0, finished: stage.now))
    pod.initContainers[0].state = .terminated(.init(reason: "Error", exitCode: 137, finished: stage.now))
    stage.put(.pods, .pod(pod))
    stage.delete("app-1")
    stage.pod("app-2", of: "ReplicaSet/app")
    stage.wait(60)
    #expect(stage.found.last == "replaced deleted app-1→app-2")
    #expect(stage.book.sorted.last?.exitCode == 0)
  }
}

extension Stage {
  /// A pod that is not ready yet.
  mutating func unready(_ name: String, of owner: String) {
    let parts = owner.split(separator: "/").map(String.init)
    let controller = ObjectReference(kind: parts[0], namespace: "n", name: parts[1], uid: owner)
    put(
      .pods,
      .pod(
        Pod(
          namespace: "n", name: name, uid: name, node: "n1", phase: "Pending", created: now, controller: controller,
          containers: [Container(name: "main", image: "i")])))
  }
}
