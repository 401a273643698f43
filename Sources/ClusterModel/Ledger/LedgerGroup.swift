import Kubernetes
import TimeFormat

/// The pods of one top-level workload and what bears on them: a value on which a ledger's conclusions are a pure function, whatever the
/// order in which its parts became known.
struct LedgerGroup {
  var cluster: String
  var now: Timestamp
  /// The top: a Deployment, StatefulSet, …; `nil` for a bare pod or while it has not been seen.
  var workload: WorkloadFact?
  var replicaSets: [String: WorkloadFact]
  var pods: [PodFact]
  var events: [String: [EventFact]]
  var nodes: [String: NodeFact]
  /// Pods that a controller says it deleted, by `namespace/name`, with the times.
  var controllerDeletes: [String: [Timestamp]]
  /// When the namespace was asked to go.
  var namespaceEnd: Timestamp?
  /// How far the watch of each kind has come, by the kind's name.
  var progress: [String: WatchProgress] = [:]
  /// Times in which nobody watched the pods.
  var blind: [Interval] = []
  /// The workload's shortages and outages, oldest first, where it is known how many pods it wants.
  var isMeasured = false
  var shortages: [Shortage] = []
  var outages: [Outage] = []
  /// Times of which a conclusion was drawn although a kind was not heard of.
  var gaps: [LedgerGap] = []

  /// Evidence that comes over another watch can be late by this much; after it a cause stands.
  static let patience = Duration.seconds(30)
  /// A controller deletes and makes pods within this time of its new count.
  static let reaction = Duration.seconds(60)
  /// One watch may run behind another by this much.
  static let lag = Duration.seconds(3)

  init(cluster: String, now: Timestamp) {
    self.cluster = cluster
    self.now = now
    replicaSets = [:]
    pods = []
    events = [:]
    nodes = [:]
    controllerDeletes = [:]
  }

  /// `Deployment/api`; a ReplicaSet not seen yet is named after its Deployment by dropping the template's hash.
  func display(_ pod: PodFact) -> String {
    if let workload {
      // The runs of a CronJob are one workload.
      if let type = workload.reference.workloadKind.runOf, let above = workload.controller, above.isOf(type) { return above.display }
      return workload.reference.display
    }
    guard let controller = pod.controller else { return "Pod/\(pod.name)" }
    if let owner = replicaSets[controller.uid]?.controller { return owner.display }
    if let owner = controller.workloadKind.revisionOf, !pod.hash.isEmpty, controller.name.hasSuffix("-\(pod.hash)") {
      return "\(owner.kind)/\(controller.name.dropLast(pod.hash.count + 1))"
    }
    return controller.display
  }

  /// Decides causes and successors; what is settled is written into the facts.
  mutating func evaluate() -> [Reschedule] {
    pods.sort { ($0.order, $0.uid) < ($1.order, $1.uid) }
    decideCauses()
    findTransients()
    matchSuccessors()
    return entries()
  }

  // MARK: Causes

  var causes: [String: CauseInference.Finding] = [:]
  /// Pods that a raised count brought and a rollout replaced before they were ready, with that count's step.
  var transients: [String: WorkloadFact.Step] = [:]
  /// Old pod → new pod, while it may still be thought over.
  var provisional: [String: String] = [:]

  private mutating func decideCauses() {
    let ended = pods.indices.filter { pods[$0].endedAt != nil && !pods[$0].isSilent }
    var plain: [Int] = []
    for index in ended {
      if let frozen = pods[index].frozen {
        var finding = CauseInference.Finding(frozen.cause, frozen.confidence)
        finding.evidence = frozen.evidence
        finding.isCleanUp = frozen.isCleanUp
        causes[pods[index].uid] = finding
        continue
      }
      let pod = pods[index]
      if let finding = CauseInference.strong(pod, events: events[pod.uid] ?? [], node: nodes[pod.node]) {
        causes[pod.uid] = waitedForNode(finding, pod)
      } else if let finding = removal(pod) {
        causes[pod.uid] = finding
      } else {
        plain.append(index)
      }
    }
    for (index, finding) in byController(plain) { causes[pods[index].uid] = waited(finding, pods[index]) }
    for index in plain where causes[pods[index].uid] == nil { causes[pods[index].uid] = waited(deleted(pods[index]), pods[index]) }
    for index in ended where pods[index].frozen == nil {
      guard let finding = causes[pods[index].uid], let end = pods[index].endedAt, now - end > Self.patience,
        finding.cause != .unknown, finding.waitsFor == nil, now - end > .seconds(300) || finding.confidence >= 0.9
      else { continue }
      pods[index].frozen = .init(
        cause: finding.cause, confidence: finding.confidence, evidence: finding.evidence, isCleanUp: finding.isCleanUp)
    }
  }

  /// The namespace or the workload went, and the pod with it.
  private func removal(_ pod: PodFact) -> CauseInference.Finding? {
    guard let ended = pod.endedAt else { return nil }
    if let end = namespaceEnd, ended + .seconds(1) >= end {
      var finding = CauseInference.Finding(.deleted, 1, "namespace \(pod.namespace) was deleted")
      finding.isCleanUp = true
      return finding
    }
    guard let workload else { return nil }
    let end = [workload.gone?.from, workload.deletionRequested].compactMap { $0 }.min()
    if let end, ended + .seconds(1) >= end {
      var finding = CauseInference.Finding(.deleted, 1, "\(workload.reference.display) was deleted")
      finding.isCleanUp = true
      return finding
    }
    return nil
  }

  private func deleted(_ pod: PodFact) -> CauseInference.Finding {
    if let finding = directly(pod) { return finding }
    if pod.vanishedAfter == nil { return .init(.deleted, 0.8, "deleted directly, without a grace period") }
    return .init(.unknown, 0.3, "gone while the cluster was not watched")
  }

  /// Somebody asked for the pod's end, and it was no controller: to empty its node, or for its own sake.
  func directly(_ pod: PodFact) -> CauseInference.Finding? {
    if let finding = CauseInference.drained(pod, node: nodes[pod.node]) { return finding }
    return pod.deletionRequested == nil ? nil : .init(.deleted, 0.9, "deleted directly (kubectl or API)")
  }

  /// That a person deleted a pod follows from what its controller did *not* do: it stands when the controller's kind has been heard of
  /// as of the pod's end.
  private func waited(_ finding: CauseInference.Finding, _ pod: PodFact) -> CauseInference.Finding {
    guard finding.cause == .deleted, let kind = pod.controller?.workloadKind, kind.isWatched, let end = pod.endedAt else { return finding }
    let fact = pod.controller.flatMap { replicaSets[$0.uid] ?? ($0.uid == workload?.reference.uid ? workload : nil) }
    guard let known = progress[kind.name], fact == nil || fact?.stamp != nil, fact?.gone == nil else { return finding }
    if known.hasReached(end, now: now) { return finding }
    var finding = finding
    finding.confidence = min(finding.confidence, 0.5)
    finding.waitsFor = kind.plural
    finding.evidence.append("waits for \(kind.plural): nothing of them has come since \(known.stamp.rfc3339(.seconds))")
    return finding
  }

  /// That a node was not cordoned stands when the nodes have been heard of as of the eviction.
  private func waitedForNode(_ finding: CauseInference.Finding, _ pod: PodFact) -> CauseInference.Finding {
    guard finding.evidence.first == Reschedule.evictedByAPI, let end = pod.endedAt, let known = progress["Node"],
      !known.hasReached(end, now: now)
    else { return finding }
    var finding = finding
    finding.confidence = min(finding.confidence, 0.5)
    finding.waitsFor = "Nodes"
    finding.evidence.append("waits for Nodes: nothing of them has come since \(known.stamp.rfc3339(.seconds))")
    return finding
  }

  /// Which plain deletions were a controller's own: its count went down (scale) or its template changed (rollout).
  private func byController(_ plain: [Int]) -> [(Int, CauseInference.Finding)] {
    guard let kind = (workload?.reference ?? pods.first?.controller)?.workloadKind else { return [] }
    return kind.plannedEnds(self, plain)
  }

  /// An event SuccessfulDelete about the pod's own end: names of StatefulSet pods come again, so the time must fit.
  func wasToldDeleted(_ pod: PodFact) -> Bool {
    guard let end = pod.endedAt, let times = controllerDeletes["\(pod.namespace)/\(pod.name)"] else { return false }
    return times.contains { $0 + .seconds(2) >= end && $0 - .seconds(5) <= end }
  }
}
