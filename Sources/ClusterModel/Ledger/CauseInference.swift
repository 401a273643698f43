import TimeFormat

/// Why a container's run or a pod ended: a precedence table over what is known. Fields of the API come before events, and events
/// before conclusions.
enum CauseInference {
  struct Finding {
    var cause: Reschedule.Cause
    var confidence: Double
    var evidence: [String]
    /// The pod went with its namespace or workload.
    var isCleanUp = false
    /// The kind that has not been heard of as of the end, and may still explain it.
    var waitsFor: String?

    init(_ cause: Reschedule.Cause, _ confidence: Double, _ evidence: String...) {
      self.cause = cause
      self.confidence = confidence
      self.evidence = evidence
    }
  }

  /// The reason of a container's end when its node was stopped in order, as the proving ground does on `down`.
  static let nodeShutdown = "NodeShutdown"

  // MARK: A container restarted in place

  static func restart(_ run: PodFact.Run, events: [EventFact], node: NodeFact?) -> Finding {
    var finding = end(of: run, events, node)
    if run.isSidecar { finding.evidence.append("container \(run.container) is a native sidecar") }
    return finding
  }

  private static func end(of run: PodFact.Run, _ events: [EventFact], _ node: NodeFact?) -> Finding {
    guard let end = run.end else {
      return Finding(.unknown, 0.3, "the restart count rose past \(run.count) while the cluster was not watched")
    }
    let field = "lastState.terminated \(end.reason.isEmpty ? "without reason" : end.reason), exit code \(end.exitCode)"
    if end.reason == "OOMKilled" { return Finding(.oomKilled, 1, field) }
    // Whatever the exit code: the container ended because it was told to, with its whole node.
    if end.reason == nodeShutdown { return Finding(.completed, 1, field, Reschedule.nodeShutdown) }
    let finished = end.finished ?? run.seen
    let mine = events.filter { $0.container.isEmpty || $0.container == run.container }
    if let killing = mine.first(where: {
      $0.reason == "Killing" && isProbe($0.message) && $0.happened(from: end.started, to: finished)
    }) {
      return Finding(.probe, 1, "event Killing: \(killing.message)", field)
    }
    let lately = max(end.started ?? finished - .seconds(90), finished - .seconds(90))
    if let unhealthy = mine.first(where: {
      $0.reason == "Unhealthy" && isProbe($0.message) && $0.happened(from: lately, to: finished)
    }), end.exitCode == 137 || end.exitCode == 143 || end.exitCode == 0 {
      return Finding(.probe, 0.8, "event Unhealthy: \(unhealthy.message)", field)
    }
    if let oom = mine.first(where: { $0.reason == "OOMKilling" && $0.happened(from: end.started, to: finished) }), end.exitCode == 137 {
      return Finding(.oomKilled, 0.8, "event OOMKilling: \(oom.message)", field)
    }
    if end.reason == "ContainerStatusUnknown" || node?.wasLost(at: finished, toldAt: run.seen) == true && end.exitCode != 0 {
      return Finding(.nodeLost, 0.6, field, "the node was not ready when the container ended")
    }
    if end.exitCode == 0 { return Finding(.completed, 0.9, field) }
    return Finding(.crash, 0.95, field)
  }

  private static func isProbe(_ message: String) -> Bool {
    let text = message.lowercased()
    return text.contains("liveness probe") || text.contains("startup probe")
  }

  // MARK: A pod ended

  /// What the pod's own fields, its events and its node say; `nil` when it was simply deleted or is not to be found any more.
  static func strong(_ pod: PodFact, events: [EventFact], node: NodeFact?) -> Finding? {
    if let finding = disruption(pod, events, node: node) ?? status(pod) ?? event(pod, events, node: node) { return finding }
    let ended = pod.endedAt ?? pod.created
    // With restartPolicy Always a pod ends by itself only through its node; an end after a request to stop is no cause.
    let wasAsked = pod.deletionRequested.map { asked in pod.restartPolicy == "Always" || asked <= (pod.terminalAt ?? asked) } ?? false
    if pod.terminalAt != nil, !wasAsked {
      if pod.phase == "Succeeded" { return Finding(.completed, 1, "phase Succeeded") }
      if let run = pod.exit {
        var finding = restart(run, events: events, node: node)
        if run.end?.reason == nodeShutdown { finding.cause = .nodeLost }
        finding.evidence =
          ["phase Failed"]
          + finding.evidence.map { text in
            text.hasPrefix("lastState.") ? "state." + text.dropFirst("lastState.".count) : text
          }
        if finding.cause == .completed { finding.cause = .unknown }
        return finding
      }
      return Finding(.unknown, 0.5, "phase Failed\(pod.statusMessage.isEmpty ? "" : ": \(pod.statusMessage)")")
    }
    if let gone = node?.gone, gone <= ended + .seconds(120), !pod.node.isEmpty {
      return Finding(.nodeLost, 0.9, "node \(pod.node) was removed from the cluster")
    }
    return nil
  }

  /// The condition DisruptionTarget (KEP-3329) names who ends the pod.
  private static func disruption(_ pod: PodFact, _ events: [EventFact], node: NodeFact?) -> Finding? {
    guard let disruption = pod.disruption else { return nil }
    let field = "condition DisruptionTarget \(disruption.reason)"
    switch disruption.reason {
    case "EvictionByEvictionAPI": return evicted(pod, events, node: node, field)
    case "PreemptionByScheduler": return Finding(.preemption, 1, field)
    case "DeletionByTaintManager": return taint(pod, node: node, field)
    case "DeletionByPodGC": return Finding(.nodeLost, 0.95, field)
    case "TerminationByKubelet":
      if let finding = status(pod), finding.cause != .unknown {
        var finding = finding
        finding.evidence.insert(field, at: 0)
        return finding
      }
      return Finding(.eviction, 0.9, field)
    default: return nil
    }
  }

  /// The eviction API serves whoever asks. Who empties a node makes it unschedulable first; without that a pod was meant, not its node.
  private static func evicted(_ pod: PodFact, _ events: [EventFact], node: NodeFact?, _ field: String) -> Finding {
    var asked: [String] = []
    if let name = pod.disruption?.manager, !name.isEmpty { asked.append("asked by \(name)") }
    if let event = events.last(where: \.isOfEvictor) { asked.append("event \(event.reason) of \(event.source): \(event.message)") }
    if let node, node.wasCordoned(at: pod.disruption?.at ?? pod.endedAt ?? pod.created) {
      var finding = Finding(.drain, 1, field, "node \(pod.node) was cordoned")
      finding.evidence += asked
      return finding
    }
    var finding = Finding(.eviction, node == nil ? 0.7 : 0.95, Reschedule.evictedByAPI, field)
    finding.evidence += node == nil ? ["whether node \(pod.node) was cordoned is not known"] : ["node \(pod.node) was not cordoned"]
    finding.evidence += asked
    return finding
  }

  /// A taint moves pods when its node is lost; on a ready node a person put it there to empty the node.
  private static func taint(_ pod: PodFact, node: NodeFact?, _ field: String) -> Finding {
    let ended = pod.disruption?.at ?? pod.endedAt ?? pod.created
    if let node, !node.wasLost(at: ended, slack: .seconds(10)), let taint = node.manualTaint(at: ended) {
      return Finding(.drain, 0.9, field, "drained by taint: node \(pod.node) was ready and had the taint \(taint)")
    }
    let isKnown = node?.wasLost(at: ended, slack: .seconds(10)) == true
    return Finding(.nodeLost, isKnown ? 1 : 0.8, field, "node \(pod.node)\(isKnown ? " was not ready" : " has a NoExecute taint")")
  }

  /// On clusters that do not mark evicted pods: what was asked to leave a cordoned node was drained, unless it belongs to a kind
  /// that a drain leaves alone.
  static func drained(_ pod: PodFact, node: NodeFact?) -> Finding? {
    guard let asked = pod.deletionRequested, let node, !node.marksEvictions, node.wasCordoned(at: asked),
      pod.controller?.workloadKind.isLeftByDrain != true
    else { return nil }
    return Finding(.drain, 0.7, "node \(pod.node) was cordoned", "before Kubernetes 1.26 an evicted pod carries no mark")
  }

  private static func status(_ pod: PodFact) -> Finding? {
    let field = "status.reason \(pod.statusReason)\(pod.statusMessage.isEmpty ? "" : ": \(pod.statusMessage)")"
    switch pod.statusReason {
    case "Evicted": return Finding(.eviction, 1, field)
    case "Preempting": return Finding(.preemption, 1, field)
    case "NodeLost": return Finding(.nodeLost, pod.deletionRequested == nil ? 0.9 : 1, field)
    case "NodeShutdown", "Shutdown", "Terminated": return Finding(.nodeLost, 0.9, field)
    default: return nil
    }
  }

  private static func event(_ pod: PodFact, _ events: [EventFact], node: NodeFact?) -> Finding? {
    for event in events {
      let field = "event \(event.reason): \(event.message)"
      switch event.reason {
      case "Evicted": return Finding(.eviction, 0.9, field)
      case "Preempted", "Preempting": return Finding(.preemption, 0.9, field)
      case "TaintManagerEviction" where event.message.hasPrefix("Marking") || event.message.hasPrefix("Deleting"):
        // A later "Cancelling deletion" takes it back; it is also said of a pod that is going already.
        let cancelled = events.contains {
          guard $0.reason == "TaintManagerEviction", $0.message.hasPrefix("Cancelling") else { return false }
          let said = $0.times.last ?? pod.created
          return said >= (event.times.last ?? pod.created) && pod.deletionRequested.map { $0 > said + .seconds(1) } ?? true
        }
        if !cancelled { return taint(pod, node: node, field) }
      default: continue
      }
    }
    return nil
  }
}
