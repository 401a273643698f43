/// Secrets that give themselves away by their own shape, whatever key they stand under.
///
/// The shapes are those their issuers publish: JSON Web Tokens (RFC 7519), access key ids of AWS (IAM reference, "unique identifiers"), API
/// keys of Google, client secrets of Microsoft Entra, tokens of GitHub, Slack and Stripe, private keys in PEM (RFC 7468).
extension SecretScan {
  /// Whether what stands around a rare byte can be such a secret; most are refused here, by one comparison or two.
  @inline(__always)
  func mayBeMark(at place: Int) -> Bool {
    guard place + 4 < text.count else { return false }
    if text[place] == UInt8(ascii: "x") { return text[place + 1] == UInt8(ascii: "o") && text[place + 2] == UInt8(ascii: "x") }
    guard place > 0 else { return false }
    let before = text[place - 1]
    switch text[place] {
    case UInt8(ascii: "J"): return before == UInt8(ascii: "y") && place > 1 && text[place - 2] == UInt8(ascii: "e")
    case UInt8(ascii: "I"): return before == UInt8(ascii: "A") || before == UInt8(ascii: "K") || before == UInt8(ascii: "S")
    case UInt8(ascii: "K"):
      return before == 0x20 && text[place + 1] == UInt8(ascii: "E") && place > 8 && text[place - 2] == UInt8(ascii: "E")
    case UInt8(ascii: "_"):
      if before == UInt8(ascii: "t") || before == UInt8(ascii: "e") { return true }
      return place > 2 && text[place - 3] == UInt8(ascii: "g") && text[place - 2] == UInt8(ascii: "h")
    case UInt8(ascii: ">"): return place > 3 && SecretKey.mayEnd(text[place - 2], before)
    case UInt8(ascii: "%"): return place > 3 && text[place + 1] == UInt8(ascii: "3") && SecretKey.mayEnd(text[place - 2], before)
    case UInt8(ascii: "~"): return before == UInt8(ascii: "Q")
    case UInt8(ascii: "@"): return text[place + 1] == UInt8(ascii: "t") || text[place + 1] == UInt8(ascii: "u")
    default: return false
    }
  }

  mutating func mark() {
    let place = index
    index += 1
    switch text[place] {
    case UInt8(ascii: "J"): webToken(from: place - 2)
    case UInt8(ascii: "I"):
      // An access key of AWS, an API key of Google.
      if stands("AKIA", at: place - 2) || stands("ASIA", at: place - 2) {
        word(from: place - 2, lengths: 20...20) { $0 &- UInt8(ascii: "A") < 26 || $0 &- UInt8(ascii: "0") < 10 }
      } else if stands("AIza", at: place - 1) {
        word(from: place - 1, lengths: 39...39, Self.isURLByte)
      }
    case UInt8(ascii: "K"): privateKey(at: place)
    case UInt8(ascii: "x"):
      guard place + 5 < text.count, text[place + 4] == UInt8(ascii: "-"), text[place + 3] &- UInt8(ascii: "a") < 26 else { return }
      word(from: place, lengths: 20...200, Self.isURLByte)
    case UInt8(ascii: "_"):
      for (prefix, length) in Self.prefixes where stands(prefix, at: place + 1 - prefix.utf8CodeUnitCount) {
        return word(from: place + 1 - prefix.utf8CodeUnitCount, lengths: length...255, Self.isURLByte)
      }
    case UInt8(ascii: "~"): word(from: place - 5, lengths: 37...40) { Self.isURLByte($0) || $0 == UInt8(ascii: "~") || $0 == 0x2E }
    case UInt8(ascii: ">"): element(at: place)
    case UInt8(ascii: "%"): encoded(at: place)
    default: dataSource(at: place)
    }
  }

  /// What a token begins with, up to the underscore, and how long it is at least.
  private static let prefixes: [(StaticString, Int)] = [
    ("ghp_", 40), ("gho_", 40), ("ghu_", 40), ("ghs_", 40), ("ghr_", 40), ("github_pat_", 40), ("sk_live_", 24), ("rk_live_", 24),
    ("sk_test_", 24),
  ]

  private static func isURLByte(_ byte: UInt8) -> Bool {
    byte &- UInt8(ascii: "0") < 10 || (byte | 0x20) &- UInt8(ascii: "a") < 26 || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
  }

  private func stands(_ word: StaticString, at place: Int) -> Bool {
    guard place >= 0, place + word.utf8CodeUnitCount <= text.count else { return false }
    for offset in 0..<word.utf8CodeUnitCount where text[place + offset] != word.utf8Start[offset] { return false }
    return true
  }

  /// Masks a word of such a length that nothing of a word stands before.
  private mutating func word(from start: Int, lengths: ClosedRange<Int>, _ isPart: (UInt8) -> Bool) {
    guard start >= 0, start == 0 || !Self.isURLByte(text[start - 1]) || isEscaped(start) else { return }
    var end = start
    while end < text.count, isPart(text[end]) { end += 1 }
    guard lengths.contains(end - start) else { return }
    replace(start..<end)
    index = end
  }

  /// Whether the letter before is that of an escaped line end or tab, `\\n`.
  private func isEscaped(_ start: Int) -> Bool {
    guard start > 1, text[start - 2] == UInt8(ascii: "\\") else { return false }
    let letter = text[start - 1]
    return letter == UInt8(ascii: "n") || letter == UInt8(ascii: "t") || letter == UInt8(ascii: "r")
  }

  /// `eyJ….eyJ….…`: a header and a payload that are JSON objects in base64url, and a signature that may be empty; an encrypted one has five parts.
  private mutating func webToken(from start: Int) {
    guard start == 0 || !Self.isURLByte(text[start - 1]) || isEscaped(start) else { return }
    var end = start
    var dots: [Int] = []
    while end < text.count, Self.isURLByte(text[end]) || text[end] == UInt8(ascii: ".") {
      if text[end] == UInt8(ascii: ".") { dots.append(end) }
      end += 1
    }
    // The full stop of a sentence is no part of it.
    if let last = dots.last, last == end - 1, dots.count != 2 {
      dots.removeLast()
      end -= 1
    }
    guard let first = dots.first, first - start >= 10, dots.count >= 2 || stands("eyJ", at: first + 1) else { return }
    replace(start..<end)
    index = end
  }

  /// `-----BEGIN … PRIVATE KEY-----`: what follows up to the end mark, or as far as the text goes around it.
  private mutating func privateKey(at place: Int) {
    guard stands("PRIVATE KEY", at: place - 8) else { return }
    var start = place + 3
    if stands(" BLOCK", at: start) { start += 6 }
    guard stands("-----", at: start) else { return }
    start += 5
    var back = place - 8
    let limit = Swift.max(0, back - 64)
    while back > limit, text[back] != UInt8(ascii: "-") { back -= 1 }
    guard stands("-----BEGIN ", at: back - 4) else { return }
    var end = start
    while end < text.count, text[end] != UInt8(ascii: "\""), text[end] != UInt8(ascii: "'"), !stands("-----END", at: end) { end += 1 }
    opensPrivateKey = end == text.count
    while end > start, end < text.count, text[end - 1] == UInt8(ascii: "\\") { end -= 1 }
    if end > start {
      replace(start..<end)
    } else if opensPrivateKey {
      edits.append(Edit(range: start..<start, replacement: Array(SecretMasker.mask.utf8)))
    }
    index = end
  }
}
