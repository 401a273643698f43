import Kubernetes

extension WorkloadKind {
  /// A pod that nothing keeps: it has no successor. Watched as a pod, not as a workload.
  package static let barePod: WorkloadKind = {
    var kind = WorkloadKind(.pods)
    kind.isWatched = false
    return kind
  }()
}
