/// The lines of a private key that was written one line a record (RFC 7468, RFC 1421): a line alone does not say that it is one.
package struct PrivateKeyLines: Sendable {
  /// More lines has no key: one of 16,384 bits has 200.
  private static let most = 256
  private var left = most

  package init() {}

  package enum Part: Sendable {
    /// Of the key: nothing of it may stay.
    case body
    /// The end mark, or so much that this is no key.
    case end
    /// Of somebody else who writes into the same log.
    case other
  }

  /// What the next line of the same log is.
  package mutating func next(_ line: UnsafeBufferPointer<UInt8>) -> Part {
    left -= 1
    if left < 0 || line.starts(with: "-----END".utf8) { return .end }
    var end = line.count
    while end > 0, line[end - 1] <= 0x20 { end -= 1 }
    let isBody = end >= 4 && line[..<end].allSatisfy(Self.isBase64)
    return isBody ? .body : .other
  }

  private static func isBase64(_ byte: UInt8) -> Bool {
    byte &- UInt8(ascii: "0") < 10 || (byte | 0x20) &- UInt8(ascii: "a") < 26 || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "/")
      || byte == UInt8(ascii: "=")
  }
}
