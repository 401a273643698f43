import TimeFormat

/// What is settled is forgotten after a while.
extension LedgerEngine {
  mutating func prune(_ output: inout LedgerOutput) {
    pruneBlind(&output)
    // This is asked of all pods, once a second: most are alive, and nothing of them is old.
    let now = now
    let agedPods = pods.keys { fact in
      fact.goneAt != nil || fact.readyIntervals.count > 16 || !fact.runs.isEmpty
        || !fact.isBaseline && !fact.isOldAddition && now - fact.created > Self.retention + .seconds(60)
    }
    for uid in agedPods {
      guard let fact = pods[uid] else { continue }
      if let gone = fact.goneAt, now - gone > Self.retention {
        guard !isWaiting(fact, gone) else { continue }
        let top = top(of: fact)
        settleShortages(top, at: now - Self.retention, &output)
        if let successor = fact.successor { pods[successor]?.predecessor = uid }
        forget(fact, &output)
        if pods[top] == nil, fact.controller == nil { availability[top] = nil }
        continue
      }
      if fact.readyIntervals.count > 16 {
        settleShortages(top(of: fact), at: now - Self.retention, &output)
        pods[uid]?.forgetReadiness(before: now - Self.retention)
      }
      if fact.runs.contains(where: { now - $0.seen > Self.retention }) { forgetRuns(of: fact, &output) }
      if !fact.isBaseline, !fact.isOldAddition, now - fact.created > Self.retention + .seconds(60) { settleAddition(of: fact) }
    }
    for uid in workloads.keys(where: { $0.gone != nil || !$0.steps.isEmpty }) {
      guard let fact = workloads[uid] else { continue }
      if let gone = fact.gone, now - gone.to > Self.retention, podsByController[uid] == nil {
        settleShortages(uid, at: now - Self.retention, &output)
        workloads[uid] = nil
        availability[uid] = nil
        if let owner = Self.owner(of: fact) {
          setsByOwner[owner]?.remove(uid)
          if setsByOwner[owner]?.isEmpty == true { setsByOwner[owner] = nil }
        }
      } else if fact.steps.contains(where: { now - $0.when.to > Self.stepRetention }) {
        settleShortages(uid, at: now - Self.retention, &output)
        workloads[uid]?.steps.removeAll { now - $0.when.to > Self.stepRetention }
      }
    }
    controllerDeletes.keep { _, times in times.last.map { now - $0 < Self.retention } ?? false }
    events.keep { uid, list in pods[uid] != nil || list.contains { $0.times.last.map { now - $0 < Self.retention } ?? false } }
  }

  /// Whether something is still to come of what a pod was: what took its place is not ready yet. Where nobody says how many pods its
  /// workload wants, this is not waited for for ever.
  private func isWaiting(_ fact: PodFact, _ gone: Timestamp) -> Bool {
    guard emitted["\(cluster)/\(fact.uid)//0"]?.isPending == true else { return false }
    if let workload = workloads[top(of: fact)], workload.gone == nil { return true }
    return now - gone <= .seconds(21_600)
  }

  /// A run is kept until its container is ready again, or its pod has ended.
  private mutating func forgetRuns(of fact: PodFact, _ output: inout LedgerOutput) {
    var kept: [PodFact.Run] = []
    for (index, run) in fact.runs.enumerated() {
      let key = "\(cluster)/\(fact.uid)/\(run.container)/\(run.count)"
      let isWaiting = emitted[key]?.isPending == true && index >= fact.runs.count - Self.waitingRuns
      if now - run.seen <= Self.retention || isWaiting { kept.append(run) } else { settle(key, &output) }
    }
    pods[fact.uid]?.runs = kept
  }

  /// Of a container that is never ready again, so many of the latest runs are kept.
  private static let waitingRuns = 64

  /// That a pod was added is final, whatever is forgotten of the step that added it.
  private mutating func settleAddition(of fact: PodFact) {
    let key = "\(cluster)/\(fact.uid)/added/0"
    guard let entry = emitted[key] else {
      pods[fact.uid]?.isOldAddition = true
      return
    }
    guard !entry.isPending else { return }
    pods[fact.uid]?.isOldAddition = true
    emitted[key] = nil
    told[fact.uid]?.remove(key)
  }

  private mutating func forget(_ fact: PodFact, _ output: inout LedgerOutput) {
    pods[fact.uid] = nil
    events[fact.uid] = nil
    told[fact.uid] = nil
    let prefix = "\(cluster)/\(fact.uid)/"
    settle("\(prefix)/0", &output)
    settle("\(prefix)added/0", &output)
    for run in fact.runs { settle("\(prefix)\(run.container)/\(run.count)", &output) }
    if let controller = fact.controller?.uid {
      podsByController[controller]?.remove(fact.uid)
      if podsByController[controller]?.isEmpty == true { podsByController[controller] = nil }
    }
  }
}
