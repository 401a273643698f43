package import TimeFormat

/// One decoded object.
package enum ClusterObject: Sendable, Hashable {
  case namespace(Namespace)
  case node(Node)
  case pod(Pod)
  case event(ClusterEvent)
  case service(Service)
  case endpointSlice(EndpointSlice)
  case workload(Workload)
  case controllerRevision(ControllerRevision)

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
    case .controllerRevision(let revision): revision.uid
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
