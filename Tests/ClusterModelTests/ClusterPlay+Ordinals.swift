import ClusterModel
import Kubernetes
import TimeFormat

/// StatefulSets of a played cluster.
extension ClusterPlay {
  struct PlayedStatefulSet {
    var object: Workload
    /// By ordinal; one that is going is still here.
    var pods: [Int: PlayedPod] = [:]
    var revision = 1
    /// The controller has seen the newest template, and will write so.
    var hasSeen = true
    var rolledAt = Timestamp(nanoseconds: 0)
    /// Ordinals from here on are new when they come.
    var highest = 0
  }

  mutating func deployStatefulSet(_ name: String, replicas: Int) {
    var object = Workload(reference: ObjectReference(kind: "StatefulSet", namespace: "n", name: name, uid: "s-\(name)"), desired: replicas)
    object.created = second
    object.stamp = second
    object.generation = 1
    object.observedGeneration = 1
    object.updateRevision = "\(name)-r1"
    object.templateChanges = [.init(manager: "kubectl", at: second, operation: "Update")]
    var played = PlayedStatefulSet(object: object)
    for ordinal in 0..<replicas { played.pods[ordinal] = ordinalPod(of: object, ordinal, "\(name)-r1", isReady: true, silently: true) }
    played.highest = replicas
    statefulSets.append(played)
  }

  private mutating func ordinalPod(
    of set: Workload, _ ordinal: Int, _ hash: String, isReady: Bool, silently: Bool = false
  ) -> PlayedPod {
    var pod = makePod(of: set, isReady: isReady, silently: true)
    pod.object.name = "\(set.reference.name)-\(ordinal)"
    pod.object.labels = ["controller-revision-hash": hash]
    if !silently { send(.pods, .added(.pod(pod.object))) }
    return pod
  }

  mutating func rollStatefulSet(_ place: Int) {
    script.append("roll stateful \(place) at \(now.rfc3339())")
    statefulSets[place].revision += 1
    statefulSets[place].hasSeen = false
    statefulSets[place].rolledAt = second
    statefulSets[place].object.generation += 1
    statefulSets[place].object.templateChanges = [.init(manager: "kubectl", at: second, operation: "Update")]
    statefulSets[place].object.specStamp = second
    statefulSets[place].object.stamp = second
    send(ClusterResource(.statefulSet), .modified(.workload(statefulSets[place].object)))
  }

  mutating func scaleStatefulSet(_ place: Int, to count: Int) {
    // Within two seconds nothing tells a pod that was deleted by hand from one that the count took.
    run(2.5)
    // And within the same one nothing tells the pod that a rollout took.
    while statefulSets[place].pods.values.contains(where: { $0.wasAsked(in: second) }) { run(0.2) }
    script.append("scale stateful \(place) to \(count) at \(now.rfc3339())")
    statefulSets[place].object.desired = count
    statefulSets[place].object.generation += 1
    statefulSets[place].object.specStamp = nil
    statefulSets[place].object.stamp = second
    send(ClusterResource(.statefulSet), .modified(.workload(statefulSets[place].object)))
    run(2.5)
  }

  mutating func deleteOrdinalByHand(_ place: Int) {
    let set = statefulSets[place]
    let hash = "\(set.object.reference.name)-r\(set.revision)"
    let usable = set.pods.filter { !$0.value.isDeleted && $0.key < set.object.desired }
    guard !usable.isEmpty, set.rolledAt != second else { return }
    let ordinal = usable.keys.sorted()[pick(0...usable.count - 1)]
    // The next one of a rollout may as well go by the rollout; and of two within a second nobody knows the order.
    let isNext = set.pods[ordinal]?.hash != hash && !usable.contains { $0.key > ordinal && $0.value.hash != hash }
    let others = set.pods.contains { $0.key > ordinal && $0.value.isDeleted }
    guard !isNext, !others else { return }
    script.append("delete stateful \(place) ordinal \(ordinal) at \(now.rfc3339())")
    change(ordinal, of: place) { play, pod in play.ask(&pod, .deleted) }
    run(1.2)
  }

  private mutating func change(_ ordinal: Int, of place: Int, _ body: (inout ClusterPlay, inout PlayedPod) -> Void) {
    guard var pod = statefulSets[place].pods[ordinal] else { return }
    body(&self, &pod)
    statefulSets[place].pods[ordinal] = pod
  }

  mutating func endOrdinalsContainer(_ place: Int) {
    let ready = statefulSets[place].pods.filter { !$0.value.isDeleted && $0.value.isReady }.keys.sorted()
    guard !ready.isEmpty else { return }
    change(ready[pick(0...ready.count - 1)], of: place) { play, pod in play.endContainer(&pod) }
  }

  mutating func evictOrdinals(from node: String, _ cause: Reschedule.Cause, _ reason: String) {
    for place in statefulSets.indices {
      for ordinal in statefulSets[place].pods.keys.sorted() {
        guard let pod = statefulSets[place].pods[ordinal], !pod.isDeleted, pod.object.node == node else { continue }
        change(ordinal, of: place) { play, pod in
          play.mark(&pod, reason)
          play.ask(&pod, cause)
        }
      }
    }
  }

  mutating func runStatefulSet(_ place: Int) {
    for ordinal in statefulSets[place].pods.keys.sorted() {
      guard var pod = statefulSets[place].pods[ordinal] else { continue }
      statefulSets[place].pods[ordinal] = kubelet(&pod) ? nil : pod
    }
    guard pick(0...2) > 0 else { return }
    let set = statefulSets[place]
    let hash = "\(set.object.reference.name)-r\(set.revision)"
    // The status that names the revision comes after the first deletion, or before.
    if !set.hasSeen, pick(0...4) == 0 {
      statefulSets[place].hasSeen = true
      statefulSets[place].object.updateRevision = hash
      statefulSets[place].object.observedGeneration = set.object.generation
      statefulSets[place].object.stamp = second
      send(ClusterResource(.statefulSet), .modified(.workload(statefulSets[place].object)))
    }
    // One at a time, and only while all below are ready (OrderedReady).
    for ordinal in 0..<max(set.object.desired, 0) {
      guard let pod = set.pods[ordinal] else {
        statefulSets[place].pods[ordinal] = ordinalPod(of: set.object, ordinal, hash, isReady: false)
        if ordinal >= set.highest { added += 1 }
        statefulSets[place].highest = max(set.highest, ordinal + 1)
        return
      }
      if pod.isDeleted || !pod.isReady { return }
    }
    if let last = set.pods.keys.max(), last >= set.object.desired {
      statefulSets[place].highest = set.object.desired
      if set.pods[last]?.isDeleted == false { change(last, of: place) { play, pod in play.ask(&pod, .scale) } }
      return
    }
    for ordinal in set.pods.keys.sorted(by: >) where set.pods[ordinal]?.hash != hash {
      change(ordinal, of: place) { play, pod in play.ask(&pod, .rollout) }
      return
    }
  }
}

extension ClusterPlay.PlayedPod {
  var hash: String { object.labels["controller-revision-hash"] ?? "" }
}
