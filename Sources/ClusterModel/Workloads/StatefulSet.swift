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
    let isOld = !pod.hash.isEmpty && !workload.updateRevision.isEmpty && pod.hash != workload.updateRevision
    let mayUpdate = workload.updateStrategy != "OnDelete" && (ordinal.map { $0 >= workload.partition } ?? true)
    guard isOld, mayUpdate else { return nil }
    let told = wasToldDeleted(pod)
    return .init(
      .rollout, told ? 1 : 0.9,
      "revision \(pod.hash) is not \(workload.updateRevision), the update revision of \(workload.reference.display)")
  }
}
