import ClusterModel
import JSONBytes
import Kubernetes
import Testing
import TimeFormat

/// Pods that are ready, and are not.
extension Stage {
  /// A Deployment with one ReplicaSet.
  mutating func deployment(_ name: String, desired: Int) {
    workload("Deployment", name, desired: desired) { $0.revision = "1" }
    workload("ReplicaSet", "\(name)-1", of: "Deployment/\(name)", desired: desired) { $0.revision = "1" }
  }

  mutating func ready(_ uid: String, _ isReady: Bool = true) {
    var pod = present(uid)
    pod.conditions.removeAll { $0.type == "Ready" }
    pod.conditions.append(Condition(type: "Ready", status: isReady ? "True" : "False", lastTransition: now))
    put(.pods, .pod(pod))
  }

  /// What a kubelet found a while ago, and writes now.
  mutating func ready(_ uid: String, since moment: Timestamp) {
    var pod = present(uid)
    pod.conditions = [Condition(type: "Ready", status: "True", lastTransition: Timestamp(seconds: moment.nanoseconds / 1_000_000_000))]
    pod.stored = Timestamp(seconds: now.nanoseconds / 1_000_000_000)
    put(.pods, .pod(pod))
  }

  /// Starts the run after a back-off; it is not ready.
  mutating func startUnready(_ uid: String) {
    var pod = present(uid)
    pod.containers[0].restartCount += 1
    pod.containers[0].state = .running(since: now)
    put(.pods, .pod(pod))
  }

  /// A pod that is not ready yet.
  mutating func unreadyPod(_ name: String, of owner: String, node: String = "n1") {
    let parts = owner.split(separator: "/").map(String.init)
    var pod = Pod(
      namespace: "n", name: name, uid: name, node: node, phase: "Running", created: now,
      controller: ObjectReference(kind: parts[0], namespace: "n", name: parts[1], uid: owner),
      conditions: [Condition(type: "Ready", status: "False", lastTransition: now)], containers: [Container(name: "main", image: "i")])
    pod.containers[0].state = .running(since: now)
    put(.pods, .pod(pod))
  }

  /// As a recorder is killed and started again: what it saved, and the lists of what is there now.
  mutating func restartRecorder(away seconds: Int64 = 0, meanwhile: (inout Stage) -> Void = { _ in }) throws {
    // Its watches are live until then.
    book.tick(now, watched: Dictionary(uniqueKeysWithValues: ClusterResource.allCases.map { ($0, now) }))
    let saved = try JSONValue(parsing: book.engine.state().jsonBytes)
    let engine = try #require(LedgerEngine(cluster: "c", restoring: saved))
    blind { stage in
      for _ in 0..<seconds { stage.now = stage.now + .seconds(1) }
      meanwhile(&stage)
      stage.book.engine = engine
      stage.book.take(stage.book.engine.resume(at: stage.now))
    }
  }
}
