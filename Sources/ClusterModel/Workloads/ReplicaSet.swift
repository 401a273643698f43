import Kubernetes
import TimeFormat

extension WorkloadKind {
  /// Keeps a number of equal pods: bare, or as one revision of a Deployment.
  package static let replicaSet: WorkloadKind = {
    var kind = WorkloadKind(.replicaSets)
    kind.isScalable = true
    kind.revisionOf = .deployments
    kind.plannedEnds = { $0.endsPlannedByReplicaSets($1) }
    kind.isSettledWithout = { group, workload, _ in group.hasEnoughPods(for: workload) }
    return kind
  }()
}

extension LedgerGroup {
  /// Whether as many pods as desired are there already.
  func hasEnoughPods(for workload: WorkloadFact) -> Bool { pods.lazy.filter { $0.endedAt == nil }.count >= workload.desired }

  /// Pods that a ReplicaSet deleted because its count went down: for a rollout, or for scaling.
  func endsPlannedByReplicaSets(_ plain: [Int]) -> [(Int, CauseInference.Finding)] {
    var found: [(Int, CauseInference.Finding)] = []
    for uid in Set(plain.compactMap { pods[$0].controller?.uid }).sorted() {
      let isTop = workload?.reference.uid == uid
      let told = plain.filter { pods[$0].controller?.uid == uid }.sorted { one, other in
        let first = wasToldDeleted(pods[one])
        let second = wasToldDeleted(pods[other])
        if first != second { return first }
        return (pods[one].endOrder, pods[one].uid) < (pods[other].endOrder, pods[other].uid)
      }
      var left = told
      guard let set = isTop ? workload : replicaSets[uid] else { continue }
      // Pods of which it was decided before have used up their part of a step.
      let settled = pods.filter {
        $0.controller?.uid == uid && $0.frozen != nil && ($0.frozen?.cause == .scale || $0.frozen?.cause == .rollout)
      }
      for change in set.steps where change.to < change.from {
        let isRollout = !isTop && isOutdated(set, at: change.when.to)
        func fits(_ pod: PodFact) -> Bool {
          guard let end = pod.endedAt else { return false }
          return end + Self.lag >= change.when.from && end <= change.when.to + Self.reaction
        }
        let used = settled.filter(fits).count
        let takes = left.filter { fits(pods[$0]) }.prefix(max(0, change.from - change.to - used))
        for index in takes { found.append((index, finding(isRollout, pods[index], set, change))) }
        left.removeAll { takes.contains($0) }
      }
      for index in left where wasToldDeleted(pods[index]) {
        let isRollout = !isTop && isOutdated(set, at: (pods[index].endedAt ?? now) + Self.lag)
        found.append(
          (index, .init(isRollout ? .rollout : .scale, 0.8, "event SuccessfulDelete of \(set.reference.display)")))
      }
    }
    return found
  }

  private func finding(
    _ isRollout: Bool, _ pod: PodFact, _ set: WorkloadFact, _ change: WorkloadFact.Step
  ) -> CauseInference.Finding {
    let step = "\(set.reference.display) went from \(change.from) to \(change.to) replicas"
    var finding = CauseInference.Finding(isRollout ? .rollout : .scale, 0.95, step)
    if isRollout, let workload { finding.evidence.append("\(workload.reference.display) has a newer revision: \(workload.revision)") }
    if wasToldDeleted(pod) {
      finding.confidence = 1
      finding.evidence.append("event SuccessfulDelete of \(set.reference.display)")
    }
    return finding
  }

  /// Whether another ReplicaSet carried a newer revision then. Only ReplicaSets are compared: one watch tells of all of them, in order.
  private func isOutdated(_ set: WorkloadFact, at moment: Timestamp) -> Bool {
    let others = replicaSets.values.filter { $0.reference.uid != set.reference.uid }
    if let mine = Int(set.revision(at: moment)) {
      return others.contains { Int($0.revision(at: moment)).map { $0 > mine } ?? false }
    }
    return others.contains { $0.desired > 0 && $0.gone == nil && ($0.created ?? $0.lastSeen) > (set.created ?? set.lastSeen) }
  }
}
