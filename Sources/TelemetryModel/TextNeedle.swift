/// A text that is searched for in bytes, ASCII case ignored.
package struct TextNeedle: Sendable {
  private let folded: [UInt8]

  package init(_ text: String) { folded = text.utf8.map(Self.fold) }

  package func isIn(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let first = folded.first else { return true }
    let count = folded.count
    guard bytes.count >= count else { return false }
    let last = folded[count - 1]
    let isLetter = first &- UInt8(ascii: "a") < 26
    let mask: UInt8 = isLetter ? 0x20 : 0
    return folded.withUnsafeBufferPointer { needle in
      var index = 0
      let end = bytes.count - count
      while index <= end {
        // First and last byte together refuse nearly every place.
        if bytes[index] | mask == first, Self.fold(bytes[index + count - 1]) == last {
          var offset = 1
          while offset < count, Self.fold(bytes[index + offset]) == needle[offset] { offset += 1 }
          if offset >= count, Self.fold(bytes[index]) == first { return true }
        }
        index += 1
      }
      return false
    }
  }

  @inline(__always)
  private static func fold(_ byte: UInt8) -> UInt8 { byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte }
}
