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
      if let recovered { measure(&entry, until: recovered) }
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
      if let ready { measure(&entry, until: max(ready, at)) }
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
    return entry
  }

  /// A pod of a Job that ended by itself: its Job tries again, as its specification says, so that nothing was rescheduled. One that lost its
  /// node or was evicted was.
  private func isAttempt(_ pod: PodFact, _ finding: CauseInference.Finding) -> Bool {
    workload?.reference.workloadKind.retries == true && pod.terminalAt != nil && [.crash, .oomKilled, .probe].contains(finding.cause)
  }

  private func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

  private var isWorkloadGone: Bool { workload?.gone != nil || namespaceEnd != nil }

  // MARK: What it cost

  /// Downtime: the time without any serving pod. Capacity gap: this entry's share, at most one replica at a time, of what was missing.
  private func measure(_ entry: inout Reschedule, until: Timestamp) {
    let from = entry.at
    guard until > from else {
      entry.downtimeSeconds = 0
      entry.capacityGapSeconds = 0
      return
    }
    var steps: [(at: Timestamp, change: Int)] = []
    for interval in pods.flatMap(\.servingIntervals) {
      let start = max(interval.from, from)
      let end = min(interval.to ?? until, until)
      guard start < end else { continue }
      steps.append((start, 1))
      steps.append((end, -1))
    }
    steps.append((until, 0))
    steps.sort { ($0.at, $0.change) < ($1.at, $1.change) }
    let desired = workload?.desired(at: from) ?? 1
    var down: Int64 = 0
    var gap: Int64 = 0
    var serving = 0
    var at = from
    for step in steps {
      let length = (step.at - at).nanoseconds
      if serving == 0 { down += length }
      if serving < desired { gap += length }
      serving += step.change
      at = step.at
    }
    entry.downtimeSeconds = Double(down / 1_000_000) / 1000
    entry.capacityGapSeconds = Double(gap / 1_000_000) / 1000
  }
}
