import Kubernetes
import TimeFormat

extension WorkloadKind {
  /// Keeps pods with ordinals: a pod's successor has its name.
  package static let statefulSet: WorkloadKind = {
    var kind = WorkloadKind(.statefulSets)
    kind.isScalable = true
    kind.isRestartable = true
    kind.finish = { workload, _ in workload.revision = workload.updateRevision }
    kind.plannedEnds = { group, plain in plain.compactMap { place in group.statefulSetEnd(group.pods[place]).map { (place, $0) } } }
    kind.successor = { search in search.first { search.isFree($0) && $0.name == search.old.name } }
    kind.isSettledWithout = { group, workload, _ in group.hasEnoughPods(for: workload) }
    return kind
  }()
}

extension LedgerGroup {
  func statefulSetEnd(_ pod: PodFact) -> CauseInference.Finding? {
    guard let workload else { return nil }
    let ordinal = pod.name.lastIndex(of: "-").flatMap { Int(pod.name[pod.name.index(after: $0)...]) }
    let end = pod.endedAt ?? now
    if let ordinal {
      let desired = workload.lowestDesired(at: end)
      if ordinal >= workload.ordinalStart + desired, !wasMadeAgain(pod, end, workload) {
        return .init(.scale, 1, "\(workload.reference.display) has \(desired) desired replicas, ordinal \(ordinal) is not among them")
      }
    }
    // As it was planned when the pod went: what the set was brought to later says nothing of it.
    let plan = workload.plan(at: end)
    let isOld = !pod.hash.isEmpty && !plan.updateRevision.isEmpty && pod.hash != plan.updateRevision
    let mayUpdate = plan.updateStrategy != "OnDelete" && (ordinal.map { $0 >= plan.partition } ?? true)
    guard isOld, mayUpdate else { return nil }
    let told = wasToldDeleted(pod)
    if !told, let ordinal, isOutOfTurn(ordinal, end, plan), isOutOfTurn(ordinal, end, workload.plan(at: end - .seconds(2))) { return nil }
    return .init(
      .rollout, told ? 1 : 0.9,
      "revision \(pod.hash) is not \(plan.updateRevision), the update revision of \(workload.reference.display)")
  }

  /// Whether the ordinal came again without a raised count: then no count had taken it.
  private func wasMadeAgain(_ pod: PodFact, _ end: Timestamp, _ workload: WorkloadFact) -> Bool {
    pods.contains { other in
      other.name == pod.name && other.order > pod.order
        && !workload.steps.contains { $0.to > $0.from && $0.when.to > end && $0.when.from <= other.created + .seconds(1) }
    }
  }

  /// Whether a pod with a higher ordinal still had an old revision: a rollout begins with the highest (StatefulSet, "Rolling Updates").
  private func isOutOfTurn(_ ordinal: Int, _ end: Timestamp, _ plan: WorkloadFact.Plan) -> Bool {
    pods.contains { other in
      guard let dash = other.name.lastIndex(of: "-"), let number = Int(other.name[other.name.index(after: dash)...]), number > ordinal,
        !other.hash.isEmpty, other.hash != plan.updateRevision
      else { return false }
      return other.created + .seconds(1) < end && other.endedAt.map { $0 > end + .seconds(1) } ?? true
    }
  }
}
