import TimeFormat

/// What is settled is forgotten after a while.
extension LedgerEngine {
  mutating func prune() {
    for (uid, fact) in pods {
      if let gone = fact.goneAt, now - gone > Self.retention {
        let isPending = emitted["\(cluster)/\(uid)//0"]?.isPending ?? false
        guard !isPending || now - gone > .seconds(21_600) else { continue }
        if let successor = fact.successor { pods[successor]?.predecessor = uid }
        forget(fact)
      } else if fact.runs.contains(where: { now - $0.seen > Self.retention }) {
        for run in fact.runs where now - run.seen > Self.retention { emitted["\(cluster)/\(uid)/\(run.container)/\(run.count)"] = nil }
        pods[uid]?.runs.removeAll { now - $0.seen > Self.retention }
      }
    }
    for (uid, fact) in workloads {
      if let gone = fact.gone, now - gone.to > Self.retention, podsByController[uid] == nil {
        workloads[uid] = nil
        if let owner = Self.owner(of: fact) {
          setsByOwner[owner]?.remove(uid)
          if setsByOwner[owner]?.isEmpty == true { setsByOwner[owner] = nil }
        }
      } else if fact.steps.contains(where: { now - $0.when.to > Self.stepRetention }) {
        workloads[uid]?.steps.removeAll { now - $0.when.to > Self.stepRetention }
      }
    }
    controllerDeletes.keep { _, times in times.last.map { now - $0 < Self.retention } ?? false }
    events.keep { uid, list in pods[uid] != nil || list.contains { $0.times.last.map { now - $0 < Self.retention } ?? false } }
  }

  private mutating func forget(_ fact: PodFact) {
    pods[fact.uid] = nil
    events[fact.uid] = nil
    let prefix = "\(cluster)/\(fact.uid)/"
    emitted["\(prefix)/0"] = nil
    emitted["\(prefix)added/0"] = nil
    for run in fact.runs { emitted["\(prefix)\(run.container)/\(run.count)"] = nil }
    if let controller = fact.controller?.uid {
      podsByController[controller]?.remove(fact.uid)
      if podsByController[controller]?.isEmpty == true { podsByController[controller] = nil }
    }
  }
}
