import JSONBytes

/// Finds one field of a record, by the names that queries use.
package enum LogFieldReader {
  /// The fields that every record has, by each name a query may use.
  package enum Known: String, Sendable, CaseIterable {
    case service, level, pod, namespace, cluster, container, stream, message, request, trace, status, restart, method, path, peer

    package init?(name: String) {
      switch name.lowercased() {
      case "ns": self = .namespace
      case "msg": self = .message
      case "requestid", "request_id", "request-id", "x-request-id", "logrequestid": self = .request
      case "traceid", "trace_id": self = .trace
      case "logservicename", "service.name": self = .service
      case "loglevel", "log.level": self = .level
      case "logmessage": self = .message
      case let other:
        guard let known = Known(rawValue: other) else { return nil }
        self = known
      }
    }
  }

  /// The field's value as text; `nil` when the record has no such field.
  package static func value(of name: String, in record: LogRecord) -> String? {
    guard let known = Known(name: name) else { return member(name, in: record.raw) }
    switch known {
    case .service: return record.service
    case .level: return record.level?.word
    case .pod: return record.origin.pod
    case .namespace: return record.origin.namespace
    case .cluster: return record.origin.cluster
    case .container: return record.origin.container
    case .stream: return record.origin.stream
    case .message: return record.message
    case .request: return record.requestID
    case .trace: return record.traceID
    case .restart: return String(record.origin.restart)
    case .status: return record.roles.status.map { String($0) }
    // A word that is no HTTP method is still the value of its key.
    case .method: return record.roles.method ?? member(name, in: record.raw)
    case .path: return record.roles.path ?? member(name, in: record.raw)
    case .peer: return record.roles.peer ?? member(name, in: record.raw)
    }
  }

  /// A key of the raw line: of a JSON object (dots lead into nested objects, when no key has them itself) or of logfmt.
  package static func member(_ name: String, in raw: [UInt8]) -> String? {
    raw.withUnsafeBufferPointer { bytes in
      guard let first = bytes.first(where: { $0 > 0x20 }) else { return nil }
      if first == UInt8(ascii: "{") {
        var cursor = JSONCursor(bytes)
        return try? find(Array(name.utf8)[...], &cursor)
      }
      guard Logfmt.startsWithPair(bytes) else { return nil }
      var found: String?
      let wanted = Array(name.utf8)
      Logfmt.pairs(bytes) { key, value in
        guard key.elementsEqual(wanted) else { return true }
        found = value.text
        return false
      }
      return found
    }
  }

  private static func find(_ name: ArraySlice<UInt8>, _ cursor: inout JSONCursor) throws(JSONError) -> String? {
    guard try cursor.peek() == .object else {
      try cursor.skipValue()
      return nil
    }
    var found: String?
    try cursor.readObject { (key, cursor) throws(JSONError) in
      guard found == nil, key.bytes.count <= name.count, name.starts(with: key.bytes) else { return }
      if key.bytes.count == name.count {
        found = try text(&cursor)
      } else if name[name.startIndex + key.bytes.count] == UInt8(ascii: "."), try cursor.peek() == .object {
        found = try find(name.dropFirst(key.bytes.count + 1), &cursor)
      }
    }
    return found
  }

  private static func text(_ cursor: inout JSONCursor) throws(JSONError) -> String? {
    if try cursor.peek() == .string { return try cursor.readString() }
    let value = try cursor.readValue()
    return value.isNull ? nil : value.jsonString
  }
}
