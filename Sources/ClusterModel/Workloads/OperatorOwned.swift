import Kubernetes

extension WorkloadKind {
  /// Whatever else owns pods, such as an operator's own resource: of it, only its pods are known.
  package static let operatorOwned: WorkloadKind = {
    var kind = WorkloadKind(ResourceType(group: "", version: "", kind: "Workload", plural: "workloads"))
    kind.isWatched = false
    return kind
  }()
}
