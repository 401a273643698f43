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

/// What names an object: kind, namespace, name. Shown as `Deployment/billing`.
package struct ObjectReference: Sendable, Hashable {
  package var kind: String
  package var namespace: String
  package var name: String
  package var uid: String

  package init(kind: String, namespace: String, name: String, uid: String = "") {
    self.kind = kind
    self.namespace = namespace
    self.name = name
    self.uid = uid
  }

  package var display: String { "\(kind)/\(name)" }
}

package struct Condition: Sendable, Hashable {
  package var type: String
  /// `True`, `False`, `Unknown`.
  package var status: String
  package var reason: String
  package var message: String
  package var lastTransition: Timestamp?

  package init(type: String, status: String, reason: String = "", message: String = "", lastTransition: Timestamp? = nil) {
    self.type = type
    self.status = status
    self.reason = reason
    self.message = message
    self.lastTransition = lastTransition
  }
}

package struct Node: Sendable, Hashable {
  package var name: String
  package var uid: String
  package var isUnschedulable: Bool
  /// `key=value:Effect`.
  package var taints: [String]
  package var conditions: [Condition]
  package var created: Timestamp?
  package var kubeletVersion: String
  /// CPU in millicores, memory in bytes.
  package var allocatableMilliCPU: Int64
  package var allocatableMemory: Int64

  package init(
    name: String, uid: String = "", isUnschedulable: Bool = false, taints: [String] = [], conditions: [Condition] = [],
    created: Timestamp? = nil, kubeletVersion: String = "", allocatableMilliCPU: Int64 = 0, allocatableMemory: Int64 = 0
  ) {
    self.name = name
    self.uid = uid
    self.isUnschedulable = isUnschedulable
    self.taints = taints
    self.conditions = conditions
    self.created = created
    self.kubeletVersion = kubeletVersion
    self.allocatableMilliCPU = allocatableMilliCPU
    self.allocatableMemory = allocatableMemory
  }

  package var isReady: Bool { conditions.contains { $0.type == "Ready" && $0.status == "True" } }
}

package struct Service: Sendable, Hashable {
  package var namespace: String
  package var name: String
  package var clusterIP: String
  package var ports: [Int]

  package init(namespace: String, name: String, clusterIP: String = "", ports: [Int] = []) {
    self.namespace = namespace
    self.name = name
    self.clusterIP = clusterIP
    self.ports = ports
  }
}

package struct ClusterEvent: Sendable, Hashable {
  package var uid: String
  package var namespace: String
  package var object: ObjectReference
  /// `Normal` or `Warning`.
  package var type: String
  package var reason: String
  package var message: String
  package var source: String
  package var count: Int
  package var first: Timestamp?
  package var last: Timestamp?
  /// The container it speaks of, from `involvedObject.fieldPath`; empty when none.
  package var container = ""

  package init(
    uid: String, namespace: String, object: ObjectReference, type: String, reason: String, message: String, source: String = "",
    count: Int = 1, first: Timestamp? = nil, last: Timestamp? = nil
  ) {
    self.uid = uid
    self.namespace = namespace
    self.object = object
    self.type = type
    self.reason = reason
    self.message = message
    self.source = source
    self.count = count
    self.first = first
    self.last = last
  }
}
