import Kubernetes
package import TimeFormat

/// A cluster as deltas leave it; gives immutable snapshots.
package struct ClusterState: Sendable {
  package let cluster: String
  package var connection = ClusterConnection.connecting
  package private(set) var at: Timestamp
  private var namespaces = SortedTable<Namespace>()
  private var nodes = SortedTable<Node>()
  private var pods = SortedTable<Pod>()
  private var workloads = SortedTable<Workload>()
  private var services = SortedTable<Service>()
  private var slices = SortedTable<EndpointSlice>()
  private var events: [String: ClusterEvent] = [:]
  private var sortedEvents: [ClusterEvent]?

  /// Events beyond this are dropped, oldest first.
  package static let eventLimit = 4000

  package init(cluster: String, at: Timestamp) {
    self.cluster = cluster
    self.at = at
  }

  package mutating func apply(_ delta: ClusterDelta) {
    at = max(at, delta.at)
    switch delta.change {
    case .added(let object), .modified(let object): put(object)
    case .deleted(let object): remove(object)
    case .relist(let objects): replace(delta.resource, with: objects)
    }
  }

  package mutating func snapshot() -> ClusterSnapshot {
    if sortedEvents == nil { sortEvents() }
    return ClusterSnapshot(
      cluster: cluster, at: at, namespaces: namespaces.elements.map(\.name), nodes: nodes.elements, pods: pods.elements,
      workloads: workloads.elements, services: services.elements, events: sortedEvents ?? [], connection: connection)
  }

  /// The endpoints known for a service.
  package func endpoints(of service: String, in namespace: String) -> [EndpointSlice.Endpoint] {
    slices.elements.lazy.filter { $0.namespace == namespace && $0.service == service }.flatMap(\.endpoints)
  }

  private mutating func put(_ object: ClusterObject) {
    let key = Self.key(object)
    switch object {
    case .namespace(let namespace): namespaces.put(namespace, key)
    case .node(let node): nodes.put(node, key)
    case .pod(let pod): pods.put(pod, key)
    case .workload(let workload): workloads.put(workload, key)
    case .service(let service): services.put(service, key)
    case .endpointSlice(let slice): slices.put(slice, key)
    case .event(let event):
      events[event.uid] = event
      sortedEvents = nil
    }
  }

  private mutating func remove(_ object: ClusterObject) {
    let key = Self.key(object)
    switch object {
    case .namespace: namespaces.remove(key)
    case .node: nodes.remove(key)
    case .pod: pods.remove(key)
    case .workload: workloads.remove(key)
    case .service: services.remove(key)
    case .endpointSlice: slices.remove(key)
    case .event(let event):
      events[event.uid] = nil
      sortedEvents = nil
    }
  }

  private mutating func replace(_ resource: ClusterResource, with objects: [ClusterObject]) {
    switch resource.content {
    case .namespaces: namespaces = SortedTable()
    case .nodes: nodes = SortedTable()
    case .pods: pods = SortedTable()
    case .services: services = SortedTable()
    case .endpointSlices: slices = SortedTable()
    case .events:
      events = [:]
      sortedEvents = nil
    case .workloads: workloads.removeAll { $0.reference.isOf(resource.type) }
    }
    // In order, so that each lands at the end of its table.
    for object in objects.map({ (Self.key($0), $0) }).sorted(by: { $0.0 < $1.0 }) { put(object.1) }
  }

  private mutating func sortEvents() {
    let oldest = Timestamp(nanoseconds: 0)
    var sorted = events.values.sorted { ($0.last ?? oldest, $0.uid) < ($1.last ?? oldest, $1.uid) }
    if sorted.count > Self.eventLimit {
      for event in sorted.prefix(sorted.count - Self.eventLimit) { events[event.uid] = nil }
      sorted.removeFirst(sorted.count - Self.eventLimit)
    }
    sortedEvents = sorted
  }

  /// Sorts by what people look for: namespace, then name; the UID keeps a pod and its namesake apart.
  private static func key(_ object: ClusterObject) -> String {
    switch object {
    case .namespace(let namespace): namespace.name
    case .node(let node): node.name
    case .pod(let pod): "\(pod.namespace)\u{1}\(pod.name)\u{1}\(pod.uid)"
    case .workload(let workload):
      "\(workload.reference.namespace)\u{1}\(workload.reference.name)\u{1}\(workload.reference.kind)\u{1}\(workload.reference.uid)"
    case .service(let service): "\(service.namespace)\u{1}\(service.name)"
    case .endpointSlice(let slice): "\(slice.namespace)\u{1}\(slice.name)"
    case .event(let event): event.uid
    }
  }
}

/// Elements in the order of their keys; found by bisection.
struct SortedTable<Element: Sendable>: Sendable {
  private(set) var elements: [Element] = []
  private var keys: [String] = []

  mutating func put(_ element: Element, _ key: String) {
    let index = position(key)
    if index < keys.count, keys[index] == key {
      elements[index] = element
    } else {
      keys.insert(key, at: index)
      elements.insert(element, at: index)
    }
  }

  mutating func remove(_ key: String) {
    let index = position(key)
    guard index < keys.count, keys[index] == key else { return }
    keys.remove(at: index)
    elements.remove(at: index)
  }

  mutating func removeAll(where isDropped: (Element) -> Bool) {
    let kept = elements.indices.filter { !isDropped(elements[$0]) }
    guard kept.count < elements.count else { return }
    keys = kept.map { keys[$0] }
    elements = kept.map { elements[$0] }
  }

  private func position(_ key: String) -> Int {
    if let last = keys.last, last < key { return keys.count }
    var low = 0
    var high = keys.count
    while low < high {
      let middle = (low + high) / 2
      if keys[middle] < key { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
