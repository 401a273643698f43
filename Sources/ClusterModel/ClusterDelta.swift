package import TimeFormat

/// The kinds that are listed and watched.
package enum ClusterResource: String, Sendable, Hashable, CaseIterable {
  case namespaces, nodes, pods, events, services, endpointslices, deployments, replicasets, statefulsets, daemonsets, jobs

  /// The list's path under the server's root, e.g. `/apis/apps/v1/deployments`.
  package var path: String {
    switch self {
    case .namespaces, .nodes, .pods, .events, .services: "/api/v1/\(rawValue)"
    case .endpointslices: "/apis/discovery.k8s.io/v1/endpointslices"
    case .deployments, .replicasets, .statefulsets, .daemonsets: "/apis/apps/v1/\(rawValue)"
    case .jobs: "/apis/batch/v1/jobs"
    }
  }

  /// `Pod`, `Deployment`, …
  package var kind: String {
    switch self {
    case .namespaces: "Namespace"
    case .nodes: "Node"
    case .pods: "Pod"
    case .events: "Event"
    case .services: "Service"
    case .endpointslices: "EndpointSlice"
    case .deployments: "Deployment"
    case .replicasets: "ReplicaSet"
    case .statefulsets: "StatefulSet"
    case .daemonsets: "DaemonSet"
    case .jobs: "Job"
    }
  }
}

package struct Namespace: Sendable, Hashable {
  package var name: String
  package var uid: String
  package var created: Timestamp?
  package var deletionTimestamp: Timestamp?

  package init(name: String, uid: String = "", created: Timestamp? = nil, deletionTimestamp: Timestamp? = nil) {
    self.name = name
    self.uid = uid
    self.created = created
    self.deletionTimestamp = deletionTimestamp
  }
}

/// The endpoints of a service (discovery.k8s.io/v1).
package struct EndpointSlice: Sendable, Hashable {
  package struct Endpoint: Sendable, Hashable {
    package var address: String
    package var isReady: Bool
    package var isServing: Bool
    package var isTerminating: Bool
    /// The UID of the pod behind it; empty when it is none.
    package var podUID: String
  }

  package var namespace: String
  package var name: String
  package var uid: String
  package var service: String
  package var endpoints: [Endpoint]
}

/// One decoded object.
package enum ClusterObject: Sendable, Hashable {
  case namespace(Namespace)
  case node(Node)
  case pod(Pod)
  case event(ClusterEvent)
  case service(Service)
  case endpointSlice(EndpointSlice)
  case workload(Workload)

  /// What tells it from others of its kind: the UID, or namespace and name where there is none.
  package var identity: String {
    switch self {
    case .namespace(let namespace): namespace.uid.isEmpty ? namespace.name : namespace.uid
    case .node(let node): node.uid.isEmpty ? node.name : node.uid
    case .pod(let pod): pod.uid
    case .event(let event): event.uid
    case .service(let service): "\(service.namespace)/\(service.name)"
    case .endpointSlice(let slice): slice.uid
    case .workload(let workload): workload.reference.uid
    }
  }
}

/// One step of a watched kind: an object that came, changed or went, or a whole list after a connection was lost.
package struct ClusterDelta: Sendable, Hashable {
  package enum Change: Sendable, Hashable {
    case added(ClusterObject)
    case modified(ClusterObject)
    case deleted(ClusterObject)
    /// The complete list of the kind; whatever is not in it is gone.
    case relist([ClusterObject])
  }

  package var resource: ClusterResource
  package var change: Change
  /// When it was received.
  package var at: Timestamp

  package init(resource: ClusterResource, change: Change, at: Timestamp) {
    self.resource = resource
    self.change = change
    self.at = at
  }
}
