import JSONBytes
import TimeFormat

/// Looks through the members of a JSON line for those that have a role.
enum JSONLineScan {
  /// How deep objects are followed for keys such as `http.request.headers.x-request-id`.
  private static let deepest = 4

  /// `false` when the line is not one JSON object.
  static func scan(_ line: UnsafeBufferPointer<UInt8>, into found: inout FoundFields) -> Bool {
    do throws(JSONError) {
      var cursor = JSONCursor(line)
      try object(&cursor, seed: KeyRole.seed, depth: 0, into: &found)
      try cursor.finish()
      return true
    } catch {
      return false
    }
  }

  private static func object(
    _ cursor: inout JSONCursor, seed: UInt64, depth: Int, isAttribute: Bool = false,
    into found: inout FoundFields
  ) throws(JSONError) {
    try cursor.readObject { (key, cursor) throws(JSONError) in
      let hash = KeyRole.hash(key.bytes, seed: seed)
      guard var role = KeyRole.of(hash) else { return }
      // What stands among attributes yields to the record's own.
      if isAttribute { role.rank += 32 }
      if !found.wants(role), try cursor.peek() != .object { return }
      try value(role, hash, &cursor, depth: depth, into: &found)
    }
  }

  private static func value(
    _ role: KeyRole, _ hash: UInt64, _ cursor: inout JSONCursor, depth: Int, into found: inout FoundFields
  ) throws(JSONError) {
    switch try cursor.peek() {
    case .string: try text(role, &cursor, into: &found)
    case .number:
      let number = try cursor.readNumber()
      switch role.meaning {
      case .time:
        let whole = number.intValue.flatMap { LineTime.epoch($0) }
        found.set(time: whole ?? number.doubleValue.flatMap { LineTime.epoch($0) }, rank: role.rank)
      case .level: found.set(level: number.intValue.flatMap { LogLevel(number: $0) }, rank: role.rank)
      case .severityNumber: found.set(level: number.intValue.flatMap { LogLevel(severityNumber: $0) }, rank: role.rank)
      case .requestID, .traceID, .message:
        if let whole = number.intValue { found.set(role, .made(String(whole))) }
      case .service, .nested, .attributes: break
      }
    case .object where depth < deepest:
      switch role.meaning {
      case .attributes: try object(&cursor, seed: KeyRole.seed, depth: depth + 1, isAttribute: true, into: &found)
      // OpenTelemetry's body is an AnyValue; other objects under a known key hold keys that join to it (ECS `log.level`).
      case .message where isBody(hash): try anyValue(role, &cursor, into: &found)
      default: try object(&cursor, seed: hash, depth: depth + 1, into: &found)
      }
    case .array where role.meaning == .attributes && depth < deepest:
      try cursor.readArray { (cursor) throws(JSONError) in try attribute(&cursor, depth: depth + 1, into: &found) }
    case .array where role.meaning == .requestID:
      // A header may come as the list of its values.
      var isFirst = true
      try cursor.readArray { (cursor) throws(JSONError) in
        if isFirst, try cursor.peek() == .string { try text(role, &cursor, into: &found) }
        isFirst = false
      }
    default: try cursor.skipValue()
    }
  }

  private static let bodyHash = Array("body".utf8).withUnsafeBufferPointer { KeyRole.hash($0) }
  private static func isBody(_ hash: UInt64) -> Bool { hash == bodyHash }

  /// The text stays a part of the line, unless it has escapes to be undone.
  private static func text(_ role: KeyRole, _ cursor: inout JSONCursor, into found: inout FoundFields) throws(JSONError) {
    let text = try cursor.readStringPart()
    found.set(role, text.isEscaped ? .made(text.string) : .part(text.bytes))
  }

  /// `{"stringValue": "…"}` (OTLP JSON).
  private static func anyValue(_ role: KeyRole, _ cursor: inout JSONCursor, into found: inout FoundFields) throws(JSONError) {
    var isFound = false
    let start = cursor
    try cursor.readObject { (key, cursor) throws(JSONError) in
      guard key == "stringValue" || key == "intValue", try cursor.peek() == .string else { return }
      try text(role, &cursor, into: &found)
      isFound = true
    }
    guard !isFound else { return }
    var again = start
    found.set(role, .made(try again.readValue().jsonString))
  }

  /// `{"key": "…", "value": {"stringValue": "…"}}` (OTLP JSON).
  private static func attribute(
    _ cursor: inout JSONCursor, depth: Int, into found: inout FoundFields
  ) throws(JSONError) {
    guard try cursor.peek() == .object else { return }
    var role: KeyRole?
    try cursor.readObject { (key, cursor) throws(JSONError) in
      if key == "key", try cursor.peek() == .string {
        var name = try cursor.readString()
        role = KeyRole.of(name.withUTF8 { KeyRole.hash($0) })
        role?.rank += 32
      } else if key == "value", let role, found.wants(role), try cursor.peek() == .object {
        try anyValue(role, &cursor, into: &found)
      }
    }
  }
}
