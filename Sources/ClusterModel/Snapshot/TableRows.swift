import TimeFormat

// By what people look for: namespace, then name; the UID keeps an object and its former namesake apart.

extension Namespace: TableRow {
  package func precedes(_ other: Namespace) -> Bool { name < other.name }
}

extension Node: TableRow {
  package func precedes(_ other: Node) -> Bool { name < other.name }
}

extension Pod: TableRow {
  package func precedes(_ other: Pod) -> Bool { (namespace, name, uid) < (other.namespace, other.name, other.uid) }
}

extension Workload: TableRow {
  package func precedes(_ other: Workload) -> Bool { reference.order < other.reference.order }
}

extension ObjectReference {
  fileprivate var order: (String, String, String, String) { (namespace, name, kind, uid) }
}

extension Service: TableRow {
  package func precedes(_ other: Service) -> Bool { (namespace, name) < (other.namespace, other.name) }
}

extension ClusterEvent: TableRow {
  /// Oldest first.
  package func precedes(_ other: ClusterEvent) -> Bool { (last ?? .distantPast, uid) < (other.last ?? .distantPast, other.uid) }
}

extension Timestamp {
  fileprivate static let distantPast = Timestamp(nanoseconds: 0)
}
