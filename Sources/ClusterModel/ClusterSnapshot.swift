package import TimeFormat

/// What a cluster looks like at one moment: an immutable value, cheap to copy.
package struct ClusterSnapshot: Sendable, Hashable {
  package var cluster: String
  /// When the last event was applied.
  package var at: Timestamp
  package var namespaces: [String]
  package var nodes: [Node]
  package var pods: [Pod]
  package var workloads: [Workload]
  package var services: [Service]
  /// Newest last; at most a few thousand are kept.
  package var events: [ClusterEvent]
  package var connection: ClusterConnection

  package init(
    cluster: String, at: Timestamp, namespaces: [String] = [], nodes: [Node] = [], pods: [Pod] = [], workloads: [Workload] = [],
    services: [Service] = [], events: [ClusterEvent] = [], connection: ClusterConnection = .connecting
  ) {
    self.cluster = cluster
    self.at = at
    self.namespaces = namespaces
    self.nodes = nodes
    self.pods = pods
    self.workloads = workloads
    self.services = services
    self.events = events
    self.connection = connection
  }
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
}
