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

  /// `Deployment/billing`; a ReplicaSet not seen yet is named after its Deployment by dropping the template's hash.
  func display(_ pod: PodFact) -> String {
    if let workload { return workload.reference.display }
    guard let controller = pod.controller else { return "Pod/\(pod.name)" }
    if let owner = replicaSets[controller.uid]?.controller { return owner.display }
    if controller.kind == "ReplicaSet", !pod.hash.isEmpty, controller.name.hasSuffix("-\(pod.hash)") {
      return "Deployment/\(controller.name.dropLast(pod.hash.count + 1))"
    }
    return controller.display
  }

  /// Decides causes and successors; what is settled is written into the facts.
  mutating func evaluate() -> [Reschedule] {
    pods.sort { ($0.order, $0.uid) < ($1.order, $1.uid) }
    decideCauses()
    matchSuccessors()
    return entries()
  }

  // MARK: Causes

  var causes: [String: CauseInference.Finding] = [:]
  /// Old pod → new pod, while it may still be thought over.
  var provisional: [String: String] = [:]

  private mutating func decideCauses() {
    let ended = pods.indices.filter { pods[$0].endedAt != nil && !pods[$0].isSilent }
    var plain: [Int] = []
    for index in ended {
      let pod = pods[index]
      if let frozen = pod.frozen {
        var finding = CauseInference.Finding(frozen.cause, frozen.confidence)
        finding.evidence = frozen.evidence
        finding.isCleanUp = frozen.isCleanUp
        causes[pod.uid] = finding
      } else if let finding = CauseInference.strong(pod, events: events[pod.uid] ?? [], node: nodes[pod.node]) {
        causes[pod.uid] = finding
      } else if let finding = removal(pod) {
        causes[pod.uid] = finding
      } else {
        plain.append(index)
      }
    }
    for (index, finding) in byController(plain) { causes[pods[index].uid] = finding }
    for index in plain where causes[pods[index].uid] == nil { causes[pods[index].uid] = deleted(pods[index]) }
    for index in ended where pods[index].frozen == nil {
      guard let finding = causes[pods[index].uid], let end = pods[index].endedAt, now - end > Self.patience,
        finding.cause != .unknown, now - end > .seconds(300) || finding.confidence >= 0.9
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
    if let finding = CauseInference.drained(pod, node: nodes[pod.node]) { return finding }
    if pod.deletionRequested != nil { return .init(.deleted, 0.9, "deletionTimestamp without a controller, eviction or fault behind it") }
    if pod.vanishedAfter == nil { return .init(.deleted, 0.8, "deleted at once") }
    return .init(.unknown, 0.3, "gone while nobody watched")
  }

  /// Which plain deletions were a controller's own: its count went down (scale) or its template changed (rollout).
  private func byController(_ plain: [Int]) -> [(Int, CauseInference.Finding)] {
    guard let kind = workload?.reference.kind ?? pods.first?.controller?.kind else { return [] }
    switch kind {
    case "Deployment", "ReplicaSet": return byReplicaSet(plain)
    case "StatefulSet":
      return plain.compactMap { index in statefulSet(pods[index]).map { (index, $0) } }
    case "DaemonSet":
      return plain.compactMap { index in daemonSet(pods[index]).map { (index, $0) } }
    case "Job":
      guard workload?.isFinished == true else { return [] }
      return plain.map { index in
        var finding = CauseInference.Finding(.deleted, 0.9, "the Job has ended")
        finding.isCleanUp = true
        return (index, finding)
      }
    default: return []
    }
  }

  private func byReplicaSet(_ plain: [Int]) -> [(Int, CauseInference.Finding)] {
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
    return others.contains { $0.wanted > 0 && $0.gone == nil && ($0.created ?? $0.lastSeen) > (set.created ?? set.lastSeen) }
  }

  /// An event SuccessfulDelete about the pod's own end: names of StatefulSet pods come again, so the time must fit.
  private func wasToldDeleted(_ pod: PodFact) -> Bool {
    guard let end = pod.endedAt, let times = controllerDeletes["\(pod.namespace)/\(pod.name)"] else { return false }
    return times.contains { $0 + .seconds(2) >= end && $0 - .seconds(5) <= end }
  }

  private func statefulSet(_ pod: PodFact) -> CauseInference.Finding? {
    guard let workload else { return nil }
    let ordinal = pod.name.lastIndex(of: "-").flatMap { Int(pod.name[pod.name.index(after: $0)...]) }
    let end = pod.endedAt ?? now
    if let ordinal {
      // Read the count as of the end, with the time that a step takes to be seen.
      let wanted = min(workload.wanted(at: end), workload.wanted(at: end + .seconds(2)))
      if ordinal >= workload.ordinalStart + wanted {
        return .init(.scale, 1, "\(workload.reference.display) wants \(wanted) replicas, and ordinal \(ordinal) is beyond them")
      }
    }
    let isOld = !pod.hash.isEmpty && !workload.updateRevision.isEmpty && pod.hash != workload.updateRevision
    let mayUpdate = workload.updateStrategy != "OnDelete" && (ordinal.map { $0 >= workload.partition } ?? true)
    guard isOld, mayUpdate else { return nil }
    let told = wasToldDeleted(pod)
    return .init(
      .rollout, told ? 1 : 0.9, "revision \(pod.hash) is not \(workload.updateRevision), to which \(workload.reference.display) is brought")
  }

  private func daemonSet(_ pod: PodFact) -> CauseInference.Finding? {
    guard let workload, workload.updateStrategy != "OnDelete" else { return nil }
    if pod.templateGeneration > 0, workload.templateGeneration > pod.templateGeneration {
      let generations = "template generation \(pod.templateGeneration) is older than \(workload.templateGeneration)"
      return .init(.rollout, 0.95, "\(generations) of \(workload.reference.display)")
    }
    let followers = pods.filter { $0.node == pod.node && $0.order > pod.order }
    if !pod.hash.isEmpty, let next = followers.first, !next.hash.isEmpty, next.hash != pod.hash {
      return .init(.rollout, 0.9, "its successor has another controller-revision-hash")
    }
    if wasToldDeleted(pod) {
      if followers.isEmpty { return .init(.scale, 0.8, "\(workload.reference.display) no longer wants a pod on node \(pod.node)") }
    }
    return nil
  }
}
