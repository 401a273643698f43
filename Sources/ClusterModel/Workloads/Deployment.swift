import Kubernetes

extension WorkloadKind {
  /// Keeps a number of pods through ReplicaSets, one for each revision of the pod template.
  package static let deployment: WorkloadKind = {
    var kind = WorkloadKind(.deployments)
    kind.isScalable = true
    kind.isRestartable = true
    kind.plannedEnds = { $0.endsPlannedByReplicaSets($1) }
    kind.isSettledWithout = { group, workload, _ in group.hasEnoughPods(for: workload) }
    return kind
  }()
}
