/// Writes compact JSON into a byte array, putting the commas where they belong.
///
///     var json = JSONWriter()
///     json.object { $0.member("at", time); $0.member("level", "INFO") }
///     json.bytes
package struct JSONWriter: Sendable {
  package private(set) var bytes: [UInt8] = []
  private var needsComma = false

  package init(reserving capacity: Int = 256) { bytes.reserveCapacity(capacity) }

  package var string: String { String(decoding: bytes, as: UTF8.self) }

  package mutating func object(_ body: (inout JSONWriter) -> Void) {
    comma()
    bytes.append(UInt8(ascii: "{"))
    needsComma = false
    body(&self)
    bytes.append(UInt8(ascii: "}"))
    needsComma = true
  }

  package mutating func array(_ body: (inout JSONWriter) -> Void) {
    comma()
    bytes.append(UInt8(ascii: "["))
    needsComma = false
    body(&self)
    bytes.append(UInt8(ascii: "]"))
    needsComma = true
  }

  package mutating func key(_ key: String) {
    comma()
    quote(key)
    bytes.append(UInt8(ascii: ":"))
    needsComma = false
  }

  package mutating func value(_ text: String) {
    comma()
    quote(text)
    needsComma = true
  }

  package mutating func value(_ number: Int64) {
    comma()
    bytes.append(contentsOf: String(number).utf8)
    needsComma = true
  }

  package mutating func value(_ flag: Bool) {
    comma()
    bytes.append(contentsOf: (flag ? "true" : "false").utf8)
    needsComma = true
  }

  /// A `Double`; infinities and NaN, which JSON lacks, become null.
  package mutating func value(_ number: Double) {
    comma()
    bytes.append(contentsOf: (number.isFinite ? "\(number)" : "null").utf8)
    needsComma = true
  }

  package mutating func null() {
    comma()
    bytes.append(contentsOf: "null".utf8)
    needsComma = true
  }

  package mutating func value(_ tree: JSONValue) {
    switch tree {
    case .null: null()
    case .bool(let flag): value(flag)
    case .int(let number): value(number)
    case .double(let number): value(number)
    case .string(let text): value(text)
    case .array(let elements): array { for element in elements { $0.value(element) } }
    case .object(let members): object { for member in members { $0.member(member.key, member.value) } }
    }
  }

  package mutating func member(_ name: String, _ text: String) {
    key(name)
    value(text)
  }

  package mutating func member(_ name: String, _ number: Int64) {
    key(name)
    value(number)
  }

  package mutating func member(_ name: String, _ number: Int) { member(name, Int64(number)) }

  package mutating func member(_ name: String, _ number: Double) {
    key(name)
    value(number)
  }

  package mutating func member(_ name: String, _ flag: Bool) {
    key(name)
    value(flag)
  }

  package mutating func member(_ name: String, _ tree: JSONValue) {
    key(name)
    value(tree)
  }

  /// Writes the member only when there is a value.
  package mutating func member(ifPresent text: String?, _ name: String) {
    if let text { member(name, text) }
  }

  /// Appends bytes that are already JSON.
  package mutating func raw(_ json: some Sequence<UInt8>) {
    comma()
    bytes.append(contentsOf: json)
    needsComma = true
  }

  private mutating func comma() {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
  }

  private mutating func quote(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    var previous: UInt8 = 0
    for byte in text.utf8 {
      defer { previous = byte }
      switch byte {
      case UInt8(ascii: "\""): bytes.append(contentsOf: [UInt8(ascii: "\\"), byte])
      case UInt8(ascii: "\\"): bytes.append(contentsOf: [UInt8(ascii: "\\"), byte])
      case 0x0A: bytes.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "n")])
      case 0x0D: bytes.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "r")])
      case 0x09: bytes.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "t")])
      case 0..<0x20, 0x7F: escape(byte)
      // U+0080 to U+009F, which terminals obey as well.
      case 0x80..<0xA0 where previous == 0xC2:
        bytes.removeLast()
        escape(byte)
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private mutating func escape(_ control: UInt8) {
    let hex = Array("0123456789abcdef".utf8)
    bytes.append(contentsOf: Array("\\u00".utf8) + [hex[Int(control >> 4)], hex[Int(control & 15)]])
  }
}
