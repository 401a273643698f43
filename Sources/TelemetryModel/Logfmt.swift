/// `key=value key="quoted value" flag`: the format of Heroku's and many Go programs' logs.
enum Logfmt {
  /// `false` when the line is not logfmt: it must begin with `key=`, and a message, a level or a time must be among its keys.
  static func scan(_ line: UnsafeBufferPointer<UInt8>, into found: inout FoundFields) -> Bool {
    guard startsWithPair(line) else { return false }
    var fields = FoundFields()
    var known = 0
    pairs(line) { key, value in
      guard let role = KeyRole.of(KeyRole.hash(key)) else { return true }
      if role.meaning == .message || role.meaning == .level || role.meaning == .time { known += 1 }
      if fields.wants(role) { fields.set(role, value.found) }
      return true
    }
    guard known > 0 else { return false }
    found = fields
    return true
  }

  struct Value {
    var bytes: UnsafeBufferPointer<UInt8>
    var isQuoted: Bool

    var found: FoundText { isQuoted && bytes.contains(UInt8(ascii: "\\")) ? .made(text) : .part(bytes) }

    /// The value with the escapes of a quoted one undone.
    var text: String {
      guard isQuoted, bytes.contains(UInt8(ascii: "\\")) else { return String(decoding: bytes, as: UTF8.self) }
      var out: [UInt8] = []
      var index = 0
      while index < bytes.count {
        if bytes[index] == UInt8(ascii: "\\"), index + 1 < bytes.count {
          index += 1
          switch bytes[index] {
          case UInt8(ascii: "n"): out.append(0x0A)
          case UInt8(ascii: "t"): out.append(0x09)
          case UInt8(ascii: "r"): out.append(0x0D)
          default: out.append(bytes[index])
          }
        } else {
          out.append(bytes[index])
        }
        index += 1
      }
      return String(decoding: out, as: UTF8.self)
    }
  }

  static func startsWithPair(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
    var index = 0
    while index < line.count, isKeyByte(line[index]) { index += 1 }
    return index > 0 && index < line.count && line[index] == UInt8(ascii: "=")
  }

  /// Calls `body` for each pair until it answers `false`.
  static func pairs(_ line: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>, Value) -> Bool) {
    var index = 0
    while index < line.count {
      while index < line.count, line[index] <= 0x20 { index += 1 }
      let start = index
      while index < line.count, isKeyByte(line[index]) { index += 1 }
      guard index > start, index < line.count, line[index] == UInt8(ascii: "=") else {
        // A word without a value.
        while index < line.count, line[index] > 0x20 { index += 1 }
        continue
      }
      let key = UnsafeBufferPointer(rebasing: line[start..<index])
      index += 1
      var value = Value(bytes: UnsafeBufferPointer(rebasing: line[index..<index]), isQuoted: false)
      if index < line.count, line[index] == UInt8(ascii: "\"") {
        let first = index + 1
        index = first
        while index < line.count, line[index] != UInt8(ascii: "\"") { index += line[index] == UInt8(ascii: "\\") ? 2 : 1 }
        index = Swift.min(index, line.count)
        value = Value(bytes: UnsafeBufferPointer(rebasing: line[first..<index]), isQuoted: true)
        index += 1
      } else {
        let first = index
        while index < line.count, line[index] > 0x20 { index += 1 }
        value.bytes = UnsafeBufferPointer(rebasing: line[first..<index])
      }
      guard body(key, value) else { return }
    }
  }

  private static func isKeyByte(_ byte: UInt8) -> Bool {
    byte > 0x20 && byte != UInt8(ascii: "=") && byte != UInt8(ascii: "\"") && byte < 0x7F
  }
}
