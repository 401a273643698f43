import TimeFormat

/// The group's conclusions as entries.
extension LedgerGroup {
  func entries() -> [Reschedule] {
    var entries: [Reschedule] = []
    let byUID = Dictionary(pods.map { ($0.uid, $0) }, uniquingKeysWith: { one, _ in one })
    for pod in pods where !pod.isSilent {
      entries += restarts(of: pod)
      guard pod.endedAt != nil else { continue }
      var entry = end(of: pod, byUID)
      if causes[pod.uid]?.waitsFor != nil { entry.isPending = true }
      entries.append(entry)
    }
    return entries + additions()
  }

  private func restarts(of pod: PodFact) -> [Reschedule] {
    // What a Job tries again is its own business, in a container as in a new pod.
    if workload?.reference.workloadKind.retries == true, pod.restartPolicy == "OnFailure" { return [] }
    return pod.runs.map { run in
      let finding = CauseInference.restart(run, events: events[pod.uid] ?? [], node: nodes[pod.node])
      let at = Moment.exact(api: run.end?.finished, received: run.seen)
      // The kubelet notices an end up to a second late: an interval that ends about then is the one before.
      let ready =
        pod.readyIntervals.first { interval in
          guard let to = interval.to else { return true }
          return to > at && (interval.from >= at || to > at + Self.lag)
        }?.from
      let recovered = ready.map { max($0, at) }
      var entry = Reschedule(
        key: "\(cluster)/\(pod.uid)/\(run.container)/\(run.count)", at: at, cluster: cluster, namespace: pod.namespace,
        workload: display(pod), change: .restarted, cause: finding.cause, old: pod.reference, container: run.container,
        exitCode: run.end?.exitCode, confidence: finding.confidence, evidence: finding.evidence)
      entry.isPending = recovered == nil && pod.endedAt == nil
      // The run was ready until it ended, or until shortly before.
      let started = run.end?.started ?? at
      let lost = pod.readyIntervals.last { $0.from <= at && ($0.to.map { $0 > started } ?? true) }?.to
      measure(&entry, from: min(lost ?? at, at), until: recovered ?? pod.endedAt.map { max($0, at) })
      return entry
    }
  }

  private func end(of pod: PodFact, _ byUID: [String: PodFact]) -> Reschedule {
    let finding = causes[pod.uid] ?? CauseInference.Finding(.unknown, 0.1)
    let at = pod.endedAt ?? now
    var entry = Reschedule(
      key: "\(cluster)/\(pod.uid)//0", at: at, cluster: cluster, namespace: pod.namespace, workload: display(pod), change: .replaced,
      cause: finding.cause, old: pod.reference, confidence: finding.confidence, evidence: finding.evidence)
    if let run = pod.exit, let end = run.end {
      entry.container = finding.cause == .oomKilled || finding.cause == .crash ? run.container : nil
      entry.exitCode = end.exitCode
    }
    if let after = pod.vanishedAfter {
      entry.evidence.append("disappeared between \(after.rfc3339(.seconds)) and \((pod.goneAt ?? at).rfc3339(.seconds))")
      entry.confidence = min(entry.confidence, 0.8)
    }
    if transients[pod.uid] != nil {
      entry.change = .removed
      entry.evidence.append("a raised count had brought it, and it never was ready")
      return entry
    }
    if isAttempt(pod, finding) {
      entry.change = .removed
      if let workload, (pod.successor ?? provisional[pod.uid]) != nil {
        entry.evidence.append("\(workload.reference.display) tries again, up to \(counted(workload.backoffLimit, "time")) (backoffLimit)")
      } else if let workload, workload.isFinished, !workload.hasFailed {
        entry.evidence.append("\(workload.reference.display) completed all the same")
      } else if pod.hasNoSuccessor || isWorkloadGone {
        entry.change = .failed
        if workload?.hasFailed == true { entry.evidence.append("the Job has failed") }
      } else {
        entry.isPending = true
      }
      return entry
    }
    if let successor = (pod.successor ?? provisional[pod.uid]).flatMap({ byUID[$0] }) {
      entry.new = successor.reference
      let ready = successor.readyIntervals.first?.from
      entry.isPending = ready == nil && successor.endedAt == nil
      // One that ended and never served passes what is missing on to the entry of its own end.
      measure(&entry, from: lost(pod, at), until: (ready ?? successor.endedAt).map { max($0, at) })
      return entry
    }
    switch finding.cause {
    case .scale, .completed: entry.change = .removed
    case .deleted where pod.controller == nil || finding.isCleanUp: entry.change = .removed
    case _ where pod.controller == nil: entry.change = .failed
    case .rollout, .deleted, .drain, .unknown:
      if pod.hasNoSuccessor || isWorkloadGone { entry.change = .removed } else { entry.isPending = true }
    default:
      if pod.hasNoSuccessor || isWorkloadGone { entry.change = .failed } else { entry.isPending = true }
    }
    if entry.isPending { measure(&entry, from: lost(pod, at), until: nil) }
    return entry
  }

  /// A pod of a Job that ended by itself: its Job tries again, as its specification says, so that nothing was rescheduled. One that lost its
  /// node or was evicted was.
  private func isAttempt(_ pod: PodFact, _ finding: CauseInference.Finding) -> Bool {
    workload?.reference.workloadKind.retries == true && pod.terminalAt != nil && [.crash, .oomKilled, .probe].contains(finding.cause)
  }

  private func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

  private var isWorkloadGone: Bool { workload?.gone != nil || namespaceEnd != nil }

  /// When a pod that ended served last: it may have been not ready long before.
  private func lost(_ pod: PodFact, _ end: Timestamp) -> Timestamp {
    guard let last = pod.readyIntervals.last(where: { $0.from <= end }) else { return end }
    return min(last.to ?? end, end)
  }

  // MARK: What it cost

  /// Downtime: that of the workload of which the entry was a part, whole, whatever other entries say. Capacity gap: this entry's share, at
  /// most one replica at a time, of what was missing.
  ///
  /// - Parameters:
  ///   - lost: when the pod served last.
  ///   - until: when another one served in its place; `nil` while none does.
  private func measure(_ entry: inout Reschedule, from lost: Timestamp, until: Timestamp?) {
    guard isMeasured else { return }
    let mine = outages.filter { outage in
      (outage.to.map { $0 > lost } ?? true) && (until.map { outage.from < $0 } ?? true)
    }
    if let first = mine.first {
      entry.downtimeSince = first.from
      entry.downtimeSeconds = milliseconds(mine.reduce(0) { $0 + $1.countedSeconds })
      entry.downtimeCountedTo = mine.last.flatMap { $0.isOngoing ? $0.countedTo : nil }
    } else if until != nil {
      entry.downtimeSeconds = 0
    }
    var gap = 0.0
    for piece in shortages where piece.phase == .running && (until.map { piece.from < $0 } ?? true) {
      guard let end = [piece.to, until].compactMap({ $0 }).min() else {
        entry.capacityGapCountedTo = max(piece.from, lost)
        continue
      }
      gap += piece.seconds(from: lost, to: end)
    }
    entry.capacityGapSeconds = milliseconds(gap)
  }

  private func milliseconds(_ seconds: Double) -> Double { (seconds * 1000).rounded() / 1000 }
}
