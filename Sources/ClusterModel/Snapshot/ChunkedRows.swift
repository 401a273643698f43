import TimeFormat

// By what people look for: namespace, then name; the UID keeps an object and its former namesake apart.

extension Namespace: ChunkedRow {
  package func precedes(_ other: Namespace) -> Bool { name < other.name }
}

extension Node: ChunkedRow {
  package func precedes(_ other: Node) -> Bool { name < other.name }
}

extension Pod: ChunkedRow {
  package func precedes(_ other: Pod) -> Bool { (namespace, name, uid) < (other.namespace, other.name, other.uid) }
}

extension Workload: ChunkedRow {
  package func precedes(_ other: Workload) -> Bool { reference.order < other.reference.order }
}

extension ObjectReference {
  fileprivate var order: (String, String, String, String) { (namespace, name, kind, uid) }
}

extension ControllerRevision: ChunkedRow {
  package func precedes(_ other: ControllerRevision) -> Bool { (namespace, name, uid) < (other.namespace, other.name, other.uid) }
}

extension Service: ChunkedRow {
  package func precedes(_ other: Service) -> Bool { (namespace, name) < (other.namespace, other.name) }
}

extension ClusterEvent: ChunkedRow {
  /// Oldest first.
  package func precedes(_ other: ClusterEvent) -> Bool { (last ?? .distantPast, uid) < (other.last ?? .distantPast, other.uid) }
}

extension Timestamp {
  fileprivate static let distantPast = Timestamp(nanoseconds: 0)
}
