/// Fuzzy matching as the palette does it: the letters in order, gaps cost, starts of words count more.
///
/// Compares UTF-8 bytes and knows the case of ASCII letters alone: names in clusters have no others, and thousands are compared with
/// every key.
package struct FuzzyMatch: Sendable {
  private let needle: [UInt8]

  package init(_ needle: String) { self.needle = needle.utf8.map(Self.lowered) }

  /// Higher is better; `nil` when the letters are not there in this order.
  package static func score(_ needle: String, in text: String) -> Int? { FuzzyMatch(needle).score(in: text) }

  package func score(in text: String) -> Int? {
    if needle.isEmpty { return 0 }
    // Without contiguous bytes, which a bridged string may not have, a copy has them.
    return text.utf8.withContiguousStorageIfAvailable(score) ?? Array(text.utf8).withUnsafeBufferPointer(score)
  }

  private func score(_ letters: UnsafeBufferPointer<UInt8>) -> Int? {
    var score = 0
    var place = 0
    var last = -1
    for letter in needle {
      var found = place
      while found < letters.count, Self.lowered(letters[found]) != letter { found += 1 }
      guard found < letters.count else { return nil }
      if found == last + 1 { score += 8 } else { score -= min(6, found - place) }
      if found == 0 || !Self.isWordByte(letters[found - 1]) { score += 10 }
      last = found
      place = found + 1
    }
    return score - letters.count / 8
  }

  private static func lowered(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte + 0x20 : byte }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    byte >= 0x80 || (0x30...0x39).contains(byte) || (0x61...0x7A).contains(lowered(byte))
  }
}
