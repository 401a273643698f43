package import TimeFormat

/// A cluster as deltas leave it; gives immutable snapshots.
package struct ClusterState: Sendable {
  private var tables: ClusterSnapshot
  /// Where each event is in its table, by UID.
  private var eventTimes: [String: Timestamp?] = [:]

  /// Events beyond this are dropped, oldest first.
  package static let eventLimit = 4000

  package init(cluster: String, at: Timestamp) { tables = ClusterSnapshot(cluster: cluster, at: at) }

  package var cluster: String { tables.cluster }
  package var at: Timestamp { tables.at }
  package var connection: ClusterConnection {
    get { tables.connection }
    set { tables.connection = newValue }
  }
  package var visibility: Visibility {
    get { tables.visibility }
    set { tables.visibility = newValue }
  }

  /// The cluster as it is now; shares all that does not change from now on.
  package func snapshot() -> ClusterSnapshot { tables }

  package mutating func apply(_ delta: ClusterDelta) {
    tables.at = max(tables.at, delta.at)
    switch delta.change {
    case .added(let object), .modified(let object): put(object, at: delta.at)
    case .deleted(let object): remove(object)
    case .relist(let objects): replace(delta.resource, with: objects)
    }
  }

  private mutating func put(_ object: ClusterObject, at: Timestamp) {
    switch object {
    case .namespace(let namespace): tables.namespaces.put(namespace)
    case .node(let node): tables.nodes.put(node)
    case .pod(let pod): tables.pods.put(pod)
    case .workload(let workload): tables.workloads.put(workload, at: at)
    case .controllerRevision(let revision): tables.controllerRevisions.put(revision)
    case .service(let service): tables.services.put(service)
    case .event(let event): put(event)
    case .endpointSlice: break
    }
  }

  private mutating func remove(_ object: ClusterObject) {
    switch object {
    case .namespace(let namespace): tables.namespaces.remove(namespace)
    case .node(let node): tables.nodes.remove(node)
    case .pod(let pod): tables.pods.remove(pod)
    case .workload(let workload): tables.workloads.remove(workload)
    case .controllerRevision(let revision): tables.controllerRevisions.remove(revision)
    case .service(let service): tables.services.remove(service)
    case .event(let event): forget(event)
    case .endpointSlice: break
    }
  }

  private mutating func replace(_ resource: ClusterResource, with objects: [ClusterObject]) {
    switch resource.content {
    case .namespaces: tables.namespaces = ChunkedTable(objects.compactMap { if case .namespace(let row) = $0 { row } else { nil } })
    case .nodes: tables.nodes = ChunkedTable(objects.compactMap { if case .node(let row) = $0 { row } else { nil } })
    case .pods: tables.pods = ChunkedTable(objects.compactMap { if case .pod(let row) = $0 { row } else { nil } })
    case .services: tables.services = ChunkedTable(objects.compactMap { if case .service(let row) = $0 { row } else { nil } })
    case .controllerRevisions:
      tables.controllerRevisions = ChunkedTable(objects.compactMap { if case .controllerRevision(let row) = $0 { row } else { nil } })
    case .workloads:
      tables.workloads.replace(resource.kind, with: objects.compactMap { if case .workload(let row) = $0 { row } else { nil } })
    case .events:
      let events = ChunkedTable(objects.compactMap { object -> ClusterEvent? in if case .event(let row) = object { row } else { nil } })
      tables.events = ChunkedTable(events.suffix(Self.eventLimit))
      eventTimes = Dictionary(tables.events.map { ($0.uid, $0.last) }, uniquingKeysWith: { $1 })
    case .endpointSlices: break
    }
  }

  // MARK: Events

  /// An event that happened again moves to the end.
  private mutating func put(_ event: ClusterEvent) {
    forget(event)
    tables.events.put(event)
    eventTimes[event.uid] = .some(event.last)
    if tables.events.count > Self.eventLimit, let oldest = tables.events.first { forget(oldest) }
  }

  private mutating func forget(_ event: ClusterEvent) {
    guard let last = eventTimes.removeValue(forKey: event.uid) else { return }
    var known = event
    known.last = last
    tables.events.remove(known)
  }
}
