import ClusterModel

/// What checks need to know of a namespace: its workloads and which pods are theirs.
struct NamespaceWorkloads {
  struct Workload {
    /// `Deployment/web`.
    var subject: String
    var desired: Int
    var pods: [Pod]
  }

  let snapshot: ClusterSnapshot
  let namespace: String

  init(_ context: CheckContext) throws {
    snapshot = context.cluster.current()
    namespace = try context.namespace
    switch snapshot.connection {
    case .live: break
    case .connecting: throw CheckObstacle("the API server of \(snapshot.cluster) has not answered yet")
    case .stale(_, let reason, _): throw CheckObstacle("the API server of \(snapshot.cluster) does not respond: \(reason)")
    }
  }

  /// `Deployment/web` for a pod of its ReplicaSet; `Pod/name` for a bare one.
  func owner(of pod: Pod) -> String {
    (snapshot.topController(of: pod) ?? pod.reference).display
  }

  /// The workloads at the top, those named only if any are; with the pods that exist now.
  func workloads(named names: [String]) -> [Workload] {
    let byOwner = Dictionary(grouping: snapshot.pods(in: namespace), by: owner(of:))
    let tops = snapshot.workloads[namespace: namespace].filter {
      $0.controller == nil && !$0.kind.isRevision && (names.isEmpty || names.contains($0.reference.name))
    }
    return tops.map { Workload(subject: $0.reference.display, desired: $0.desired, pods: byOwner[$0.reference.display] ?? []) }
      .sorted { $0.subject < $1.subject }
  }
}
