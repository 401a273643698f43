package import Kubernetes
package import TimeFormat

/// What a cluster looks like at one moment: an immutable value, cheap to copy. Copies share the chunks of their tables.
package struct ClusterSnapshot: Sendable, Hashable {
  package var cluster: String
  /// When the last event was applied.
  package var at: Timestamp
  package var namespaces: ChunkedTable<Namespace>
  package var nodes: ChunkedTable<Node>
  package var pods: ChunkedTable<Pod>
  package var workloads: WorkloadTables
  /// The templates that StatefulSets and DaemonSets have had.
  package var controllerRevisions: ChunkedTable<ControllerRevision>
  package var services: ChunkedTable<Service>
  /// Newest last; at most a few thousand are kept.
  package var events: ChunkedTable<ClusterEvent>
  package var connection: ClusterConnection
  /// When the server answered anything last, by our clock; `nil` before its first answer.
  package var answered: Timestamp?
  /// What its server does not show.
  package var visibility = Visibility()

  package init(
    cluster: String, at: Timestamp, namespaces: [Namespace] = [], nodes: [Node] = [], pods: [Pod] = [], workloads: [Workload] = [],
    controllerRevisions: [ControllerRevision] = [], services: [Service] = [], events: [ClusterEvent] = [],
    connection: ClusterConnection = .connecting
  ) {
    self.cluster = cluster
    self.at = at
    self.namespaces = ChunkedTable(namespaces)
    self.nodes = ChunkedTable(nodes)
    self.pods = ChunkedTable(pods)
    self.workloads = WorkloadTables(workloads)
    self.controllerRevisions = ChunkedTable(controllerRevisions)
    self.services = ChunkedTable(services)
    self.events = ChunkedTable(events)
    self.connection = connection
  }
}

// MARK: Finding by name, without a look at every row

extension ClusterSnapshot {
  package func node(_ name: String) -> Node? {
    let place = nodes.partition { $0.name < name }
    return place < nodes.endIndex && nodes[place].name == name ? nodes[place] : nil
  }

  package func pod(_ name: String, in namespace: String) -> Pod? {
    let place = pods.partition { ($0.namespace, $0.name) < (namespace, name) }
    guard place < pods.endIndex, pods[place].name == name, pods[place].namespace == namespace else { return nil }
    return pods[place]
  }

  /// The pods of a namespace, by name.
  package func pods(in namespace: String) -> Slice<ChunkedTable<Pod>> {
    let start = pods.partition { $0.namespace < namespace }
    return pods[start..<pods.partition { $0.namespace <= namespace }]
  }

  /// The workload of a kind, namespace and name; the UID aside.
  package func workload(_ reference: ObjectReference) -> Workload? {
    let table = workloads[reference.kind]
    let place = table.partition { ($0.reference.namespace, $0.reference.name) < (reference.namespace, reference.name) }
    return place < table.endIndex && table[place].reference.hasName(of: reference) ? table[place] : nil
  }

  /// The owner of a pod's ReplicaSet, or its own controller; `nil` for a bare pod.
  package func owner(of pod: Pod) -> ObjectReference? { pod.controller.map { workload($0)?.controller ?? $0 } }

  /// Who stands above a pod at the end of its chain of owners; `nil` for a bare pod.
  package func topController(of pod: Pod) -> ObjectReference? {
    var owner = pod.controller
    // A chain of owners is two long in practice; a circle must not hold us.
    for _ in 0..<5 {
      guard let current = owner, let above = workload(current)?.controller else { break }
      owner = above
    }
    return owner
  }

  /// The object, named among all clusters.
  package func id(of reference: ObjectReference) -> ObjectID { reference.id(in: cluster) }
}

extension ClusterSnapshot {
  /// How old the last answer may be before nothing that is shown of the cluster can be relied on.
  package static let trusted = Duration.seconds(10)
}

/// Whether the cluster answers. Stale is grey on every page, never green.
package enum ClusterConnection: Sendable, Hashable {
  case connecting
  case live(since: Timestamp)
  /// No answer since; what failed, in one sentence; when the next attempt is due.
  case stale(since: Timestamp, reason: String, retryAt: Timestamp?)
}

/// A port: a cluster that is watched.
package protocol ClusterSource: Sendable {
  /// The name under which the cluster is shown.
  var cluster: String { get }
  /// The newest snapshot, at once.
  func current() -> ClusterSnapshot
  /// Snapshots as they change, at most ten a second, the newest only; ends when the task is cancelled.
  func snapshots() -> AsyncStream<ClusterSnapshot>
  /// When the server answered last, as it answers: every few seconds also where nothing changes. Ends when the task is cancelled.
  func answers() -> AsyncStream<Timestamp>
}

extension ClusterSource {
  /// A source that is no server answers nothing.
  package func answers() -> AsyncStream<Timestamp> { AsyncStream { $0.finish() } }
}
