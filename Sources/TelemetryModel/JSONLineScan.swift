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
      try object(&cursor, line, seed: KeyRole.seed, depth: 0, into: &found)
      try cursor.finish()
      return true
    } catch {
      return false
    }
  }

  private static func object(
    _ cursor: inout JSONCursor, _ line: UnsafeBufferPointer<UInt8>, seed: UInt64, depth: Int, isAttribute: Bool = false,
    into found: inout FoundFields
  ) throws(JSONError) {
    try cursor.readObject { (key, cursor) throws(JSONError) in
      let hash = KeyRole.hash(key.bytes, seed: seed)
      guard var role = KeyRole.of(hash) else { return }
      // What stands among attributes yields to the record's own.
      if isAttribute { role.rank += 32 }
      if !found.wants(role), try cursor.peek() != .object { return }
      try value(role, hash, &cursor, line, depth: depth, into: &found)
    }
  }

  private static func value(
    _ role: KeyRole, _ hash: UInt64, _ cursor: inout JSONCursor, _ line: UnsafeBufferPointer<UInt8>, depth: Int,
    into found: inout FoundFields
  ) throws(JSONError) {
    switch try cursor.peek() {
    case .string: try text(role, &cursor, line, into: &found)
    case .number:
      let number = try cursor.readNumber()
      switch role.meaning {
      case .time:
        let whole = number.intValue.flatMap { LineTime.epoch($0) }
        found.set(time: whole ?? number.doubleValue.flatMap { LineTime.epoch($0) }, rank: role.rank)
      case .level: found.set(level: number.intValue.flatMap { LogLevel(number: $0) }, rank: role.rank)
      case .severityNumber: found.set(level: number.intValue.flatMap { LogLevel(severityNumber: $0) }, rank: role.rank)
      case .requestID, .traceID, .message:
        if let whole = number.intValue { found.set(role, text: String(whole)) }
      case .service, .nested, .attributes: break
      }
    case .object where depth < deepest:
      switch role.meaning {
      case .attributes: try object(&cursor, line, seed: KeyRole.seed, depth: depth + 1, isAttribute: true, into: &found)
      // OpenTelemetry's body is an AnyValue; other objects under a known key hold keys that join to it (ECS `log.level`).
      case .message where isBody(hash): try anyValue(role, &cursor, into: &found)
      default: try object(&cursor, line, seed: hash, depth: depth + 1, into: &found)
      }
    case .array where role.meaning == .attributes && depth < deepest:
      try cursor.readArray { (cursor) throws(JSONError) in try attribute(&cursor, line, depth: depth + 1, into: &found) }
    case .array where role.meaning == .requestID:
      // A header may come as the list of its values.
      var isFirst = true
      try cursor.readArray { (cursor) throws(JSONError) in
        if isFirst, try cursor.peek() == .string { found.set(role, text: try cursor.readString()) }
        isFirst = false
      }
    default: try cursor.skipValue()
    }
  }

  private static let bodyHash = Array("body".utf8).withUnsafeBufferPointer { KeyRole.hash($0) }
  private static func isBody(_ hash: UInt64) -> Bool { hash == bodyHash }

  private static func text(
    _ role: KeyRole, _ cursor: inout JSONCursor, _ line: UnsafeBufferPointer<UInt8>, into found: inout FoundFields
  ) throws(JSONError) {
    // Times and levels are read from the bytes between the quotes: no text is made.
    if role.meaning == .time || role.meaning == .level {
      let range = try cursor.skipValue()
      let content = UnsafeBufferPointer(rebasing: line[range.lowerBound + 1..<range.upperBound - 1])
      if role.meaning == .time {
        found.set(time: LineTime.parse(content), rank: role.rank)
      } else if let level = LogLevel(word: content) {
        found.set(level: level, rank: role.rank)
      } else {
        found.set(role, text: String(decoding: content, as: UTF8.self))
      }
      return
    }
    found.set(role, text: try cursor.readString())
  }

  /// `{"stringValue": "…"}` (OTLP JSON).
  private static func anyValue(_ role: KeyRole, _ cursor: inout JSONCursor, into found: inout FoundFields) throws(JSONError) {
    var text: String?
    let range = cursor
    try cursor.readObject { (key, cursor) throws(JSONError) in
      if key == "stringValue" || key == "intValue", try cursor.peek() == .string { text = try cursor.readString() }
    }
    if let text {
      found.set(role, text: text)
    } else {
      var again = range
      found.set(role, text: try again.readValue().jsonString)
    }
  }

  /// `{"key": "…", "value": {"stringValue": "…"}}` (OTLP JSON).
  private static func attribute(
    _ cursor: inout JSONCursor, _ line: UnsafeBufferPointer<UInt8>, depth: Int, into found: inout FoundFields
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
