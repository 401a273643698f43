package import JSONBytes

/// Reads objects, lists and watch lines from bytes, keeping only what is shown.
package struct ClusterDecoder {
  private let strings: StringTable

  package init(strings: StringTable = StringTable()) { self.strings = strings }

  /// One page of a LIST.
  package struct List {
    package var items: [ClusterObject] = []
    package var resourceVersion = ""
    /// The token for the next page; empty on the last.
    package var next = ""
  }

  /// One line of a WATCH.
  package enum Line: Sendable {
    case added(ClusterObject, resourceVersion: String)
    case modified(ClusterObject, resourceVersion: String)
    case deleted(ClusterObject, resourceVersion: String)
    /// `endsInitialEvents`: the bookmark annotated `k8s.io/initial-events-end`.
    case bookmark(resourceVersion: String, endsInitialEvents: Bool)
    /// An `ERROR` event; its object is a Status.
    case failure(code: Int, reason: String, message: String)
  }

  /// - Parameter isOfWatch: the bytes are one change, and not part of a list.
  package func object(
    _ resource: ClusterResource, _ cursor: inout JSONCursor, isOfWatch: Bool = false
  ) throws(JSONError) -> ClusterObject {
    switch resource.content {
    case .namespaces: .namespace(try Namespace(&cursor, strings))
    case .nodes: .node(try Node(&cursor, strings))
    case .pods: .pod(try Pod(&cursor, strings, isOfWatch: isOfWatch))
    case .events: .event(try ClusterEvent(&cursor, strings))
    case .services: .service(try Service(&cursor, strings))
    case .endpointSlices: .endpointSlice(try EndpointSlice(&cursor, strings))
    case .controllerRevisions: .controllerRevision(try ControllerRevision(&cursor, strings))
    case .workloads: .workload(try Workload(WorkloadKinds.of(resource.kind), &cursor, strings))
    }
  }

  package func list(_ resource: ClusterResource, _ bytes: some Collection<UInt8>) throws(JSONError) -> List {
    try withBytes(of: bytes) { (buffer) throws(JSONError) in
      var list = List()
      var cursor = JSONCursor(buffer)
      try cursor.readObject { (key, cursor) throws(JSONError) in
        switch key {
        case "metadata":
          try cursor.objectIfPresent { (key, cursor) throws(JSONError) in
            switch key {
            case "resourceVersion": list.resourceVersion = try cursor.text()
            case "continue": list.next = try cursor.text()
            default: break
            }
          }
        case "items":
          try cursor.arrayIfPresent { (cursor) throws(JSONError) in list.items.append(try object(resource, &cursor)) }
        default: break
        }
      }
      try cursor.finish()
      return list
    }
  }

  package func watchLine(_ resource: ClusterResource, _ bytes: some Collection<UInt8>) throws(JSONError) -> Line {
    try withBytes(of: bytes) { (buffer) throws(JSONError) in
      var type = ""
      var body: Int?
      var cursor = JSONCursor(buffer)
      try cursor.readObject { (key, cursor) throws(JSONError) in
        switch key {
        case "type": type = try cursor.text()
        case "object": body = try cursor.skipValue().lowerBound
        default: break
        }
      }
      try cursor.finish()
      guard let body else { throw JSONError(expected: "a watch event with an object", offset: 0) }
      if type == "ERROR" { return try failure(buffer, body) }
      let metadata = try metadata(buffer, body)
      if type == "BOOKMARK" {
        return .bookmark(resourceVersion: metadata.resourceVersion, endsInitialEvents: metadata.isInitialEventsEnd)
      }
      var start = JSONCursor(buffer, at: body)
      let object = try object(resource, &start, isOfWatch: true)
      switch type {
      case "ADDED": return .added(object, resourceVersion: metadata.resourceVersion)
      case "MODIFIED": return .modified(object, resourceVersion: metadata.resourceVersion)
      case "DELETED": return .deleted(object, resourceVersion: metadata.resourceVersion)
      default: throw JSONError(expected: "ADDED, MODIFIED, DELETED, BOOKMARK or ERROR as a watch event's type", offset: 0)
      }
    }
  }

  /// Only the resource version and the bookmark's annotation; the rest of the object is not read twice.
  private func metadata(_ buffer: UnsafeBufferPointer<UInt8>, _ start: Int) throws(JSONError) -> ObjectMetadata {
    var metadata = ObjectMetadata()
    var cursor = JSONCursor(buffer, at: start)
    try cursor.readObject { (key, cursor) throws(JSONError) in
      guard key == "metadata" else { return }
      try cursor.objectIfPresent { (key, cursor) throws(JSONError) in
        switch key {
        case "resourceVersion": metadata.resourceVersion = try cursor.text()
        case "annotations":
          try cursor.objectIfPresent { (key, cursor) throws(JSONError) in
            if key == "k8s.io/initial-events-end" { metadata.isInitialEventsEnd = try cursor.text() == "true" }
          }
        default: break
        }
      }
    }
    return metadata
  }

  private func failure(_ buffer: UnsafeBufferPointer<UInt8>, _ start: Int) throws(JSONError) -> Line {
    var code = 0
    var reason = ""
    var message = ""
    var cursor = JSONCursor(buffer, at: start)
    try cursor.objectIfPresent { (key, cursor) throws(JSONError) in
      switch key {
      case "code": code = try cursor.integer()
      case "reason": reason = try cursor.text()
      case "message": message = try cursor.text()
      default: break
      }
    }
    return .failure(code: code, reason: reason, message: message)
  }
}
