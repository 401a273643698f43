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

  /// Pods that a ReplicaSet deleted because its count went down: for a rollout, or for scaling. Each step explains as many pods as it
  /// took away, and each pod is explained by one step. What a controller says in an event is a help, and never needed: servers drop events.
  func endsPlannedByReplicaSets(_ plain: [Int]) -> [(Int, CauseInference.Finding)] {
    var found: [(Int, CauseInference.Finding)] = []
    let waiting = Set(plain)
    for uid in Set(plain.compactMap { pods[$0].controller?.uid }).sorted() {
      let isTop = workload?.reference.uid == uid
      guard let set = isTop ? workload : replicaSets[uid] else { continue }
      var left = pods.indices.filter { index in
        pods[index].controller?.uid == uid
          && (waiting.contains(index) || pods[index].frozen?.cause == .scale || pods[index].frozen?.cause == .rollout)
      }.map { (rank: rank($0), index: $0) }.sorted { $0.rank < $1.rank }.map(\.index)
      for change in set.steps where change.to < change.from {
        let takes = take(change.from - change.to, of: &left) { change.explains(at: $0) }
        let isRollout = change.isRollout ?? (!isTop && isOutdated(set, at: change.when.to))
        for index in takes where waiting.contains(index) {
          var finding = finding(isRollout, pods[index], set, change)
          if !wasToldDeleted(pods[index]), let doubt = doubt(pods[index], set) {
            finding.confidence = 0.6
            finding.evidence.append(doubt)
          }
          found.append((index, finding))
        }
      }
      for index in left where waiting.contains(index) && wasToldDeleted(pods[index]) {
        let isRollout = !isTop && isOutdated(set, at: (pods[index].endedAt ?? now) + Self.lag)
        found.append(
          (index, .init(isRollout ? .rollout : .scale, 0.8, "event SuccessfulDelete of \(set.reference.display)")))
      }
    }
    return found
  }

  /// Takes the first pods that went at a fitting moment, at most so many.
  private func take(_ most: Int, of left: inout [Int], where fits: (Timestamp) -> Bool) -> [Int] {
    var takes: [Int] = []
    for place in left.indices {
      guard takes.count < most else { break }
      if let end = pods[left[place]].endedAt, fits(end) { takes.append(place) }
    }
    defer { for place in takes.reversed() { left.remove(at: place) } }
    return takes.map { left[$0] }
  }

  /// Where more pods of a ReplicaSet went at about one time than its steps took away, nobody can say which went by themselves: stamps are
  /// whole seconds.
  func doubt(_ pod: PodFact, _ set: WorkloadFact) -> String? {
    guard let end = pod.endedAt else { return nil }
    let near = set.steps.filter { $0.to < $0.from && abs(($0.when.from - end).seconds) < 3 }
    guard !near.isEmpty else { return nil }
    let took = near.reduce(0) { $0 + $1.from - $1.to }
    let went = plainEnds[set.reference.uid, default: []].count { abs(($0 - end).seconds) < 3 }
    return went > took ? "\(went) pods of \(set.reference.display) went within 3 s, of which its count took \(took)" : nil
  }

  /// Which pod a step explains first: in the order in which they went; of one second first those that the controller says it deleted.
  private func rank(_ index: Int) -> (Int64, Int, Int, String) {
    let pod = pods[index]
    return ((pod.endedAt ?? now).nanoseconds / 1_000_000_000, wasToldDeleted(pod) ? 0 : 1, pod.endOrder, pod.uid)
  }

  private func finding(
    _ isRollout: Bool, _ pod: PodFact, _ set: WorkloadFact, _ change: WorkloadFact.Step
  ) -> CauseInference.Finding {
    let step = "\(set.reference.display) went from \(change.from) to \(change.to) replicas"
    var finding = CauseInference.Finding(isRollout ? .rollout : .scale, 0.95, step)
    if isRollout, let workload, let newer = newerRevision(than: set, at: change.when.to) {
      finding.evidence.append("\(workload.reference.display) has a newer revision: \(newer)")
    }
    if wasToldDeleted(pod) {
      finding.confidence = 1
      finding.evidence.append("event SuccessfulDelete of \(set.reference.display)")
    }
    return finding
  }

  /// Whether another ReplicaSet carried a newer revision then.
  func isOutdated(_ set: WorkloadFact, at moment: Timestamp) -> Bool { newerRevision(than: set, at: moment) != nil }

  /// The newest revision that another ReplicaSet carried then, if newer. Only ReplicaSets are compared: one watch tells of all of them, in order.
  private func newerRevision(than set: WorkloadFact, at moment: Timestamp) -> String? {
    let others = replicaSets.values.filter { $0.reference.uid != set.reference.uid }
    if let mine = Int(set.revision(at: moment)) {
      return others.compactMap { Int($0.revision(at: moment)) }.max().flatMap { $0 > mine ? "\($0)" : nil }
    }
    return others.first { $0.desired > 0 && $0.gone == nil && ($0.created ?? $0.lastSeen) > (set.created ?? set.lastSeen) }?.revision
  }
}

extension WorkloadFact.Step {
  /// Whether a pod may have come or gone at a moment because of this step. Two stamps of the server are compared as they are; a time of
  /// receipt may be late by as much as one watch runs behind another.
  func explains(at moment: Timestamp) -> Bool {
    (isStamped ? moment >= when.from : moment + LedgerGroup.lag >= when.from) && moment <= when.to + LedgerGroup.reaction
  }
}
