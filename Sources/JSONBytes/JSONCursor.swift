/// A pull parser over UTF-8 bytes: the caller asks for what it wants and skips the rest unread.
///
/// The bytes are borrowed: a cursor must not outlive the buffer it was made on. Nothing is allocated but the
/// strings that are asked for. Nesting is bounded by ``depthLimit``, so that hostile input cannot overflow the stack.
package struct JSONCursor {
  package static let depthLimit = 256

  @usableFromInline let base: UnsafeBufferPointer<UInt8>
  package private(set) var offset: Int
  private var depth = 0

  package init(_ bytes: UnsafeBufferPointer<UInt8>, at offset: Int = 0) {
    base = bytes
    self.offset = offset
  }

  package enum Kind: Sendable { case object, array, string, number, bool, null }

  /// What the next value is, without consuming it.
  package mutating func peek() throws(JSONError) -> Kind {
    skipSpace()
    guard offset < base.count else { throw JSONError(expected: "a value", offset: offset) }
    switch base[offset] {
    case UInt8(ascii: "{"): return .object
    case UInt8(ascii: "["): return .array
    case UInt8(ascii: "\""): return .string
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
    case UInt8(ascii: "t"), UInt8(ascii: "f"): return .bool
    case UInt8(ascii: "n"): return .null
    default: throw JSONError(expected: "a value", offset: offset)
    }
  }

  /// Reads an object, giving each key to `member`, which may read the value; what it leaves unread is skipped.
  package mutating func readObject(
    _ member: (JSONKey, inout JSONCursor) throws(JSONError) -> Void
  ) throws(JSONError) {
    try open(UInt8(ascii: "{"), "an object")
    if take(UInt8(ascii: "}")) { return depth -= 1 }
    repeat {
      skipSpace()
      let key = try readRawString()
      skipSpace()
      guard take(UInt8(ascii: ":")) else { throw JSONError(expected: "':'", offset: offset) }
      skipSpace()
      let start = offset
      try member(JSONKey(bytes: UnsafeBufferPointer(rebasing: base[key.range]), isEscaped: key.isEscaped), &self)
      if offset == start { try skipValue() }
      skipSpace()
    } while take(UInt8(ascii: ","))
    guard take(UInt8(ascii: "}")) else { throw JSONError(expected: "',' or '}'", offset: offset) }
    depth -= 1
  }

  /// Reads an array, calling `element` at the start of each element; what it leaves unread is skipped.
  package mutating func readArray(_ element: (inout JSONCursor) throws(JSONError) -> Void) throws(JSONError) {
    try open(UInt8(ascii: "["), "an array")
    skipSpace()
    if take(UInt8(ascii: "]")) { return depth -= 1 }
    repeat {
      skipSpace()
      let start = offset
      try element(&self)
      if offset == start { try skipValue() }
      skipSpace()
    } while take(UInt8(ascii: ","))
    guard take(UInt8(ascii: "]")) else { throw JSONError(expected: "',' or ']'", offset: offset) }
    depth -= 1
  }

  /// Reads a string and decodes its escapes.
  package mutating func readString() throws(JSONError) -> String {
    skipSpace()
    let raw = try readRawString()
    let bytes = UnsafeBufferPointer(rebasing: base[raw.range])
    return raw.isEscaped ? JSONEscape.decode(bytes) : String(decoding: bytes, as: UTF8.self)
  }

  /// Reads a string as it stands in the text, its escapes not undone.
  package mutating func readStringPart() throws(JSONError) -> JSONKey {
    skipSpace()
    let raw = try readRawString()
    return JSONKey(bytes: UnsafeBufferPointer(rebasing: base[raw.range]), isEscaped: raw.isEscaped)
  }

  /// Reads a string if the value is one; skips and answers `nil` otherwise.
  package mutating func readStringIfPresent() throws(JSONError) -> String? {
    if try peek() == .string { return try readString() }
    try skipValue()
    return nil
  }

  /// Reads a whole number; skips and answers `nil` when the value is not one.
  package mutating func readIntIfPresent() throws(JSONError) -> Int64? {
    guard try peek() == .number else {
      try skipValue()
      return nil
    }
    return try readNumber().intValue
  }

  package mutating func readBoolIfPresent() throws(JSONError) -> Bool? {
    guard try peek() == .bool else {
      try skipValue()
      return nil
    }
    let isTrue = base[offset] == UInt8(ascii: "t")
    try literal(isTrue ? "true" : "false")
    return isTrue
  }

  package mutating func readNumber() throws(JSONError) -> JSONValue {
    skipSpace()
    let range = try numberRange()
    let digits = UnsafeBufferPointer(rebasing: base[range])
    var isInteger = true
    for byte in digits where byte == UInt8(ascii: ".") || byte | 0x20 == UInt8(ascii: "e") { isInteger = false }
    let text = String(decoding: digits, as: UTF8.self)
    if isInteger, let value = Int64(text) { return .int(value) }
    guard let value = Double(text) else { throw JSONError(expected: "a number", offset: range.lowerBound) }
    // Beyond what a Double holds there is only infinity, which JSON cannot write again.
    return .double(value.isFinite ? value : value < 0 ? -.greatestFiniteMagnitude : .greatestFiniteMagnitude)
  }

  /// Reads any value as a tree.
  package mutating func readValue() throws(JSONError) -> JSONValue {
    switch try peek() {
    case .null:
      try literal("null")
      return .null
    case .bool: return .bool(try readBoolIfPresent() ?? false)
    case .number: return try readNumber()
    case .string: return .string(try readString())
    case .array:
      var elements: [JSONValue] = []
      try readArray { (cursor) throws(JSONError) in elements.append(try cursor.readValue()) }
      return .array(elements)
    case .object:
      var members: [JSONObject.Member] = []
      try readObject { (key, cursor) throws(JSONError) in
        members.append(.init(key: key.string, value: try cursor.readValue()))
      }
      return .object(JSONObject(members))
    }
  }

  /// Skips one value and answers the range of bytes it took.
  @discardableResult
  package mutating func skipValue() throws(JSONError) -> Range<Int> {
    skipSpace()
    let start = offset
    switch try peek() {
    case .object: try readObject { (_, cursor) throws(JSONError) in try cursor.skipValue() }
    case .array: try readArray { (cursor) throws(JSONError) in try cursor.skipValue() }
    case .string: _ = try readRawString()
    case .number: _ = try numberRange()
    case .bool: _ = try readBoolIfPresent()
    case .null: try literal("null")
    }
    return start..<offset
  }

  /// The text of the next value as it stands.
  package mutating func readText() throws(JSONError) -> String {
    String(decoding: UnsafeBufferPointer(rebasing: base[try skipValue()]), as: UTF8.self)
  }

  /// Makes sure that nothing but white space follows.
  package mutating func finish() throws(JSONError) {
    skipSpace()
    guard offset == base.count else { throw JSONError(expected: "the end of the text", offset: offset) }
  }

  // MARK: Lexing

  private mutating func open(_ byte: UInt8, _ what: String) throws(JSONError) {
    skipSpace()
    guard take(byte) else { throw JSONError(expected: what, offset: offset) }
    depth += 1
    guard depth <= Self.depthLimit else {
      throw JSONError(expected: "at most \(Self.depthLimit) levels of nesting", offset: offset)
    }
    skipSpace()
  }

  @inline(__always)
  private mutating func take(_ byte: UInt8) -> Bool {
    guard offset < base.count, base[offset] == byte else { return false }
    offset += 1
    return true
  }

  @inline(__always)
  private mutating func skipSpace() {
    while offset < base.count, base[offset] == 0x20 || base[offset] == 0x0A || base[offset] == 0x0D || base[offset] == 0x09 {
      offset += 1
    }
  }

  private mutating func literal(_ word: StaticString) throws(JSONError) {
    let count = word.utf8CodeUnitCount
    guard offset + count <= base.count else { throw JSONError(expected: "\(word)", offset: offset) }
    for index in 0..<count where base[offset + index] != word.utf8Start[index] {
      throw JSONError(expected: "\(word)", offset: offset)
    }
    offset += count
  }

  /// The content between the quotes, escapes undone by nobody yet.
  private mutating func readRawString() throws(JSONError) -> (range: Range<Int>, isEscaped: Bool) {
    guard take(UInt8(ascii: "\"")) else { throw JSONError(expected: "a string", offset: offset) }
    let start = offset
    var isEscaped = false
    skipPlain()
    while offset < base.count {
      let byte = base[offset]
      if byte == UInt8(ascii: "\"") {
        offset += 1
        return (start..<offset - 1, isEscaped)
      }
      if byte == UInt8(ascii: "\\") {
        isEscaped = true
        guard offset + 1 < base.count, JSONEscape.isKnown(base[offset + 1]) else {
          throw JSONError(expected: "an escape sequence", offset: offset)
        }
        offset += 2
        skipPlain()
      } else if byte < 0x20 {
        throw JSONError(expected: "no control character in a string", offset: offset)
      } else {
        offset += 1
      }
    }
    throw JSONError(expected: "'\"' at the end of the string", offset: offset)
  }

  /// Passes over bytes of a string that mean themselves, eight at a time; fewer than eight may be left.
  @inline(__always)
  private mutating func skipPlain() {
    guard let start = UnsafeRawPointer(base.baseAddress) else { return }
    let ones: UInt64 = 0x0101_0101_0101_0101
    while offset + 8 <= base.count {
      let word = UInt64(littleEndian: start.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
      let quotes = word ^ (ones &* 0x22)
      let backslashes = word ^ (ones &* 0x5C)
      // The high bit of each byte that is zero, or smaller than a space. A borrow can only mark a byte above a marked one wrongly.
      let marks =
        ((quotes &- ones) & ~quotes | (backslashes &- ones) & ~backslashes | (word &- ones &* 0x20) & ~word) & (ones &* 0x80)
      guard marks == 0 else {
        offset += marks.trailingZeroBitCount / 8
        return
      }
      offset += 8
    }
  }

  private mutating func numberRange() throws(JSONError) -> Range<Int> {
    let start = offset
    _ = take(UInt8(ascii: "-"))
    let whole = offset
    guard digits() > 0 else { throw JSONError(expected: "a digit", offset: offset) }
    if base[whole] == UInt8(ascii: "0"), offset - whole > 1 {
      throw JSONError(expected: "no leading zero", offset: whole)
    }
    if take(UInt8(ascii: ".")), digits() == 0 { throw JSONError(expected: "a digit", offset: offset) }
    if offset < base.count, base[offset] | 0x20 == UInt8(ascii: "e") {
      offset += 1
      if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
      guard digits() > 0 else { throw JSONError(expected: "a digit", offset: offset) }
    }
    return start..<offset
  }

  private mutating func digits() -> Int {
    let start = offset
    while offset < base.count, base[offset] &- UInt8(ascii: "0") < 10 { offset += 1 }
    return offset - start
  }
}

/// A member's key, or another string, as it stands in the text; comparing it with a literal allocates nothing.
package struct JSONKey {
  package let bytes: UnsafeBufferPointer<UInt8>
  /// It has escapes: ``string`` differs from the bytes.
  package let isEscaped: Bool

  package var string: String {
    isEscaped ? JSONEscape.decode(bytes) : String(decoding: bytes, as: UTF8.self)
  }

  package static func ~= (pattern: StaticString, key: JSONKey) -> Bool { key == pattern }

  package static func == (key: JSONKey, word: StaticString) -> Bool {
    if key.isEscaped { return key.string == "\(word)" }
    let count = word.utf8CodeUnitCount
    guard key.bytes.count == count else { return false }
    for index in 0..<count where key.bytes[index] != word.utf8Start[index] { return false }
    return true
  }
}
