/// The id that follows a request through every service in `x-request-id` and `logRequestId`.
package enum RequestID {
  /// The most bytes an id may have.
  package static let maximumLength = 128

  /// Whether an id may be taken over from a caller: `[A-Za-z0-9._-]{1,128}`. Anything else could break a log line, a header
  /// or a query, and is replaced by a new id.
  package static func isValid(_ id: String) -> Bool { isValid(id.utf8) }

  package static func isValid(_ bytes: some Collection<UInt8>) -> Bool {
    var count = 0
    for byte in bytes {
      count += 1
      guard count <= maximumLength, isIDByte(byte) else { return false }
    }
    return count > 0
  }

  /// A new id: a random UUID (RFC 9562, version 4) in lower case.
  package static func make() -> String {
    var generator = SystemRandomNumberGenerator()
    return make(using: &generator)
  }

  package static func make(using generator: inout some RandomNumberGenerator) -> String {
    let high = generator.next() & 0xFFFF_FFFF_FFFF_0FFF | 0x4000
    let low = generator.next() & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
    return String(unsafeUninitializedCapacity: 36) { text in
      var index = 0
      func put(_ word: UInt64, _ nibble: Int) {
        let digit = UInt8(truncatingIfNeeded: word >> UInt64(60 - 4 * nibble)) & 15
        text[index] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
        index += 1
      }
      func dash() {
        text[index] = UInt8(ascii: "-")
        index += 1
      }
      for nibble in 0..<16 {
        if nibble == 8 || nibble == 12 { dash() }
        put(high, nibble)
      }
      for nibble in 0..<16 {
        if nibble == 0 || nibble == 4 { dash() }
        put(low, nibble)
      }
      return index
    }
  }

  /// Whether text has the shape of a UUID, in either case: what a person pastes when looking for a request.
  package static func isUUID(_ text: some StringProtocol) -> Bool {
    var index = 0
    for byte in text.utf8 {
      switch index {
      case 8, 13, 18, 23: guard byte == UInt8(ascii: "-") else { return false }
      case 0..<36: guard isHexDigit(byte) else { return false }
      default: return false
      }
      index += 1
    }
    return index == 36
  }

  /// The caller's id if it may be used, else a new one.
  package static func adopt(_ header: String?) -> String {
    if let header, isValid(header) { return header }
    return make()
  }

  @inline(__always)
  package static func isIDByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
      true
    default: false
    }
  }

  private static func isHexDigit(_ byte: UInt8) -> Bool {
    byte &- UInt8(ascii: "0") < 10 || (byte | 0x20) &- UInt8(ascii: "a") < 6
  }
}
