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
      // Read the count as of the end, with the time that a step takes to be seen.
      let desired = min(workload.desired(at: end), workload.desired(at: end + .seconds(2)))
      if ordinal >= workload.ordinalStart + desired {
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
