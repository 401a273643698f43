import JSONBytes

/// Looks through a line for what has a role.
enum RoleScan {
  /// How deep objects are followed.
  private static let deepest = 4

  static func scan(_ line: UnsafeBufferPointer<UInt8>, into found: inout FoundRoles) {
    guard let first = line.first(where: { $0 > 0x20 }) else { return }
    if first == UInt8(ascii: "{") {
      var cursor = JSONCursor(line)
      // A line that is cut has what stands before the cut.
      try? object(&cursor, seed: KeyRole.seed, depth: 0, into: &found)
    } else if Logfmt.startsWithPair(line) {
      Logfmt.pairs(line) { key, value in
        if let role = RoleKey.table.find(KeyRole.hash(key)), found.wants(role) { found.set(role, value.text) }
        return true
      }
    } else {
      accessLog(line, into: &found)
    }
  }

  // MARK: JSON

  private static func object(_ cursor: inout JSONCursor, seed: UInt64, depth: Int, into found: inout FoundRoles) throws(JSONError) {
    try cursor.readObject { (key, cursor) throws(JSONError) in
      let hash = KeyRole.hash(key.bytes, seed: seed)
      guard let role = RoleKey.table.find(hash) else { return }
      try value(role, hash, &cursor, depth: depth, into: &found)
    }
  }

  private static func value(
    _ role: RoleKey, _ hash: UInt64, _ cursor: inout JSONCursor, depth: Int, into found: inout FoundRoles
  ) throws(JSONError) {
    switch try cursor.peek() {
    case .string where found.wants(role): found.set(role, try cursor.readString())
    case .number where found.wants(role): found.set(role, try cursor.readValue().jsonString)
    case .object where depth < deepest:
      try object(&cursor, seed: role.meaning == .attributes ? KeyRole.seed : hash, depth: depth + 1, into: &found)
    case .array where role.meaning == .attributes && depth < deepest:
      try cursor.readArray { (cursor) throws(JSONError) in try attribute(&cursor, into: &found) }
    default: break
    }
  }

  /// `{"key": "…", "value": {"stringValue": "…"}}` (OTLP JSON).
  private static func attribute(_ cursor: inout JSONCursor, into found: inout FoundRoles) throws(JSONError) {
    guard try cursor.peek() == .object else { return }
    var role: RoleKey?
    try cursor.readObject { (key, cursor) throws(JSONError) in
      if key == "key", try cursor.peek() == .string {
        var name = try cursor.readString()
        role = RoleKey.table.find(name.withUTF8 { KeyRole.hash($0) })
      } else if key == "value", let role, found.wants(role), try cursor.peek() == .object {
        try cursor.readObject { (_, cursor) throws(JSONError) in
          switch try cursor.peek() {
          case .string: found.set(role, try cursor.readString())
          case .number: found.set(role, try cursor.readValue().jsonString)
          default: break
          }
        }
      }
    }
  }

  // MARK: Access logs

  /// `192.0.2.7 - - [22/Jan/2018:14:04:11 +0000] "GET /items/7?x=1 HTTP/1.1" 200 512` (the common and the combined log format).
  private static func accessLog(_ line: UnsafeBufferPointer<UInt8>, into found: inout FoundRoles) {
    guard let quote = line.firstIndex(of: UInt8(ascii: "\"")) else { return }
    let rest = line[(quote + 1)...]
    guard let end = rest.firstIndex(of: UInt8(ascii: "\"")) else { return }
    let words = line[(quote + 1)..<end].split(separator: 0x20)
    guard words.count == 3, words[2].starts(with: Array("HTTP/".utf8)) else { return }
    set(.method, words[0], &found)
    set(.path, words[1], &found)
    let after = line[(end + 1)...].split(separator: 0x20, maxSplits: 1)
    if let status = after.first { set(.status, status, &found) }
    // The first word of the line is who asked.
    let before = line[..<quote].split(separator: 0x20, maxSplits: 1)
    if line[..<quote].contains(UInt8(ascii: "[")), let peer = before.first, peer.first != UInt8(ascii: "-") { set(.peer, peer, &found) }
  }

  private static func set(_ meaning: RoleKey.Meaning, _ bytes: Slice<UnsafeBufferPointer<UInt8>>, _ found: inout FoundRoles) {
    found.set(RoleKey(meaning: meaning, rank: 0), String(decoding: bytes, as: UTF8.self))
  }
}
