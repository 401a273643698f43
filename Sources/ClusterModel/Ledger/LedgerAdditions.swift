import TimeFormat

/// Pods that a raised count brought, and nobody's end.
extension LedgerGroup {
  /// A step up that is scaling, and how many pods it has still to explain.
  struct Growth {
    var left: Int
    /// The ReplicaSet whose pods it brings; `nil` for those of the workload.
    var of: String?
    var step: WorkloadFact.Step
    /// Its first pods had an old template and were replaced before they were ready: others came in their place.
    var isHandedOn = false

    func explains(_ pod: PodFact) -> Bool {
      if isHandedOn { return pod.controller?.uid != of && pod.created >= step.when.from && pod.created <= step.when.to + .seconds(3600) }
      return (of == nil || of == pod.controller?.uid) && step.explains(at: pod.created)
    }
  }

  /// A template and a count changed at once: the Deployment controller first raises the count of the old ReplicaSet, and replaces its pods a
  /// moment later. Pods that came and went that way, without ever being ready, took nobody's place and nobody took theirs; the count was raised
  /// for those of the new template (kubernetes, pkg/controller/deployment, `isScalingEvent` comes before the rollout).
  mutating func findTransients() {
    transients = [:]
    guard let workload, !workload.reference.workloadKind.runsToCompletion else { return }
    // Of two counts that were raised, the later one brought what came after it.
    for (set, step) in growth(of: workload).reversed() {
      guard let set else { continue }
      let gone = pods.filter { pod in
        pod.controller?.uid == set && !pod.isBaseline && !pod.everReady && causes[pod.uid]?.cause == .rollout
          && step.explains(at: pod.created)
          && transients[pod.uid] == nil
      }
      for pod in gone.prefix(step.to - step.from) { transients[pod.uid] = step }
    }
  }

  /// New pods that a raised count explains, and nobody's end.
  func additions() -> [Reschedule] {
    guard let workload, !workload.reference.workloadKind.runsToCompletion else { return [] }
    var budget: [Growth] = []
    for (set, step) in growth(of: workload) {
      let handedOn = pods.count { $0.controller?.uid == set && transients[$0.uid] == step }
      budget.append(Growth(left: step.to - step.from - handedOn, of: set, step: step))
      if handedOn > 0 { budget.append(Growth(left: handedOn, of: set, step: step, isHandedOn: true)) }
    }
    guard !budget.isEmpty else { return [] }
    let successors = Set(provisional.values).union(pods.compactMap(\.successor))
    var entries: [Reschedule] = []
    for pod in pods where !pod.isBaseline && pod.predecessor == nil && !successors.contains(pod.uid) && transients[pod.uid] == nil {
      // The end of a pod whose place it takes may be told a moment later.
      guard now - pod.created > Self.lag else { continue }
      guard let index = budget.indices.first(where: { budget[$0].left > 0 && budget[$0].explains(pod) }) else { continue }
      budget[index].left -= 1
      guard !pod.isOldAddition else { continue }
      let step = budget[index].step
      // Until a rollout is over or another one comes its pods may still take the places of others, and those of an old template may go.
      if budget[index].isHandedOn ? isRollingOut(to: pod) && !isOld(pod) : isOld(pod) && !pod.everReady { continue }
      var entry = Reschedule(
        key: "\(cluster)/\(pod.uid)/added/0", at: pod.created, cluster: cluster, namespace: pod.namespace, workload: display(pod),
        change: .added, cause: .scale, new: pod.reference, confidence: 0.95,
        evidence: ["\(workload.reference.display) went from \(step.owner?.from ?? step.from) to \(step.owner?.to ?? step.to)"])
      entry.isPending = !pod.everReady && pod.endedAt == nil
      entries.append(entry)
    }
    return entries
  }

  /// Whether pods of other ReplicaSets than a pod's own are still to be replaced.
  private func isRollingOut(to pod: PodFact) -> Bool {
    replicaSets.values.contains { $0.reference.uid != pod.controller?.uid && $0.desired > 0 && $0.gone == nil }
      || pods.contains { $0.endedAt == nil && $0.controller?.uid != pod.controller?.uid }
  }

  /// Whether another ReplicaSet carries a newer revision by now.
  private func isOld(_ pod: PodFact) -> Bool { pod.controller.flatMap { replicaSets[$0.uid] }.map { isOutdated($0, at: now) } ?? false }

  /// The steps up that are scaling. A Deployment's are read from its ReplicaSets, whose counts its controller stamps with a time.
  /// - Returns: each step with the UID of its ReplicaSet.
  private func growth(of workload: WorkloadFact) -> [(of: String?, step: WorkloadFact.Step)] {
    let ofSets = replicaSets.values.flatMap { set in set.steps.filter { $0.owner != nil }.map { (of: set.reference.uid, step: $0) } }
    if !ofSets.isEmpty {
      return ofSets.filter { $0.step.to > $0.step.from && $0.step.isRollout == false }
        .sorted { ($0.step.when.from, $0.of) < ($1.step.when.from, $1.of) }.map { ($0.of, $0.step) }
    }
    return workload.steps.filter { $0.to > $0.from && !isBirth($0) }.map { (nil, $0) }
  }

  /// What counts its pods only after it was made, as a DaemonSet counts its nodes: its first count is no scaling.
  private func isBirth(_ step: WorkloadFact.Step) -> Bool {
    guard let workload, workload.reference.workloadKind.isCountedInStatus, let created = workload.created else { return false }
    return step.from == 0 && step.when.to - created < .seconds(60)
  }
}
