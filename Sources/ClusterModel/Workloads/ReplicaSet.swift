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

  /// Pods that a ReplicaSet deleted because its count went down: for a rollout, or for scaling. What a controller says in an event is a
  /// help, and never needed: servers drop events. A pod that went with those, and which no step took, is told too if it may be one of them.
  func endsPlannedByReplicaSets(_ plain: [Int]) -> [(Int, CauseInference.Finding)] {
    var found: [(Int, CauseInference.Finding)] = []
    let waiting = Set(plain)
    for uid in Set(plain.compactMap { pods[$0].controller?.uid }).sorted() {
      let isTop = workload?.reference.uid == uid
      guard let set = isTop ? workload : replicaSets[uid] else { continue }
      let indices = pods.indices.filter { index in
        pods[index].controller?.uid == uid && (waiting.contains(index) || pods[index].frozen.map(isOfStep) == true)
      }
      let ends = indices.map { (rank: rank($0), index: $0) }.sorted { $0.rank < $1.rank }.map { end in
        StepMatching.End(index: end.index, at: pods[end.index].endedAt ?? now, isTold: end.rank.1 == 0)
      }
      let matching = StepMatching(steps: set.steps, ends: ends)
      let doubts = matching.doubts().mapValues { doubt in
        "\(Reschedule.doubt)\(doubt.went) pods of \(set.reference.display) went at about one time, of which its count took \(doubt.took)"
      }
      for (step, takes) in zip(matching.steps, matching.takes) {
        let isRollout = step.isRollout ?? (!isTop && isOutdated(set, at: step.when.to))
        for place in takes where waiting.contains(ends[place].index) {
          var finding = finding(isRollout, pods[ends[place].index], set, step)
          if let doubt = doubts[place] {
            finding.confidence = 0.6
            finding.evidence.append(doubt)
          }
          found.append((ends[place].index, finding))
        }
      }
      for place in matching.left where waiting.contains(ends[place].index) {
        if ends[place].isTold {
          let isRollout = !isTop && isOutdated(set, at: ends[place].at + Self.lag)
          let event = "event SuccessfulDelete of \(set.reference.display)"
          found.append((ends[place].index, .init(isRollout ? .rollout : .scale, 0.8, event)))
        } else if let doubt = doubts[place], let finding = directly(pods[ends[place].index]), finding.cause == .deleted {
          found.append((ends[place].index, .init(finding.cause, 0.6, finding.evidence[0], doubt)))
        }
      }
    }
    return found
  }

  /// Whether a cause that was settled takes part when pods are matched with steps: one that a step gave, or that a step might have given.
  private func isOfStep(_ frozen: PodFact.FrozenCause) -> Bool {
    frozen.cause == .scale || frozen.cause == .rollout || frozen.cause == .deleted && frozen.confidence < 0.9
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
