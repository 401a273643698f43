/// Passwords in addresses: `postgres://user:password@host`, and `user:password@tcp(host)` of Go's drivers.
extension SecretScan {
  /// Whether `//` follows a colon, as it is or escaped (`\\/`), and a scheme's letter stands before.
  @inline(__always)
  func mayBeginAuthority(after place: Int) -> Bool {
    guard place > 0, place + 3 < text.count, text[place] == UInt8(ascii: ":") else { return false }
    let next = text[place + 1]
    return (next == UInt8(ascii: "/") || next == UInt8(ascii: "\\")) && RequestID.isIDByte(text[place - 1])
  }

  /// Masks the password of an address, or a name that is a token: what stands before the `@` (RFC 3986, 3.2.1). Of what is no number after
  /// the colon, and so no port, the `@` may also come after a slash, which a password should not hold and often does.
  ///
  /// - Returns: whether it is an address.
  mutating func authority(after place: Int) -> Bool {
    var start = place + 1
    for _ in 0..<2 {
      while start < text.count, text[start] == UInt8(ascii: "\\") { start += 1 }
      guard start < text.count, text[start] == UInt8(ascii: "/") else { return false }
      start += 1
    }
    index = start
    // In brackets stands an IPv6 address, in braces a template.
    guard start < text.count, text[start] != UInt8(ascii: "[") else { return true }
    var colon: Int?
    var at: Int?
    var isPort = true
    var isInPath = false
    var end = start
    scan: while end < text.count, end - start < 512 {
      let byte = text[end]
      switch byte {
      case 0...0x20, UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "{"), UInt8(ascii: "`"):
        break scan
      case UInt8(ascii: "\\"): if endsString(at: end) { break scan }
      case UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#"):
        if at != nil || colon == nil || isPort { break scan }
        isInPath = true
      case UInt8(ascii: ":"): colon = colon ?? end
      case UInt8(ascii: "@"):
        at = end
        if isInPath { break scan }
      case UInt8(ascii: ","): if at == nil, colon != nil, isPort { break scan }
      default:
        if colon != nil, at == nil, !(byte &- UInt8(ascii: "0") < 10) { isPort = false }
      }
      end += 1
    }
    guard let at else { return true }
    if let colon, colon < at { replace(colon + 1..<at) } else if looksSecret(start..<at) { replace(start..<at) }
    index = at
    return true
  }

  /// Whether a backslash begins what ends a text inside a string: an escaped quote or line end.
  private func endsString(at place: Int) -> Bool {
    var next = place
    while next < text.count, text[next] == UInt8(ascii: "\\") { next += 1 }
    guard next < text.count else { return true }
    switch text[next] {
    case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"): return true
    default: return false
    }
  }

  /// At the `@` of `user:password@tcp(host:3306)/db`.
  mutating func dataSource(at place: Int) {
    let rest = text[place...].prefix(6)
    guard rest.starts(with: "@tcp(".utf8) || rest.starts(with: "@unix(".utf8) else { return }
    var start = place
    while start > 0, place - start < 256, text[start - 1] > 0x20, text[start - 1] != UInt8(ascii: "\""),
      text[start - 1] != UInt8(ascii: "'"),
      text[start - 1] != UInt8(ascii: "/"), text[start - 1] != UInt8(ascii: "=")
    { start -= 1 }
    // What was masked by its key already is passed.
    start = Swift.max(start, edits.last?.range.upperBound ?? 0)
    guard start < place, let colon = text[start..<place].firstIndex(of: UInt8(ascii: ":")), colon + 1 < place else { return }
    replace(colon + 1..<place)
  }

  /// What the key that ends before a place is, and where it starts.
  private func key(before end: Int) -> (start: Int, kind: SecretKey.Kind)? {
    var start = end
    while start > 0, end - start < SecretKey.longest, RequestID.isIDByte(text[start - 1]) { start -= 1 }
    return SecretKey.kind(of: UnsafeBufferPointer(rebasing: text[start..<end])).map { (start, $0) }
  }

  /// At the `>` of `<password>hunter2</password>`, perhaps with the prefix of a namespace.
  mutating func element(at place: Int) {
    guard let (start, kind) = key(before: place), kind != .signature, start > 0,
      text[start - 1] == UInt8(ascii: "<") || text[start - 1] == UInt8(ascii: ":")
    else { return }
    var end = place + 1
    while end < text.count, text[end] != UInt8(ascii: "<"), text[end] != UInt8(ascii: "\""), text[end] >= 0x20 { end += 1 }
    guard end < text.count, text[end] == UInt8(ascii: "<") else { return }
    replace(place + 1..<end)
    index = end
  }

  /// At the `%3D` or `%3A` of a query inside a query, `next=%2Fa%3Ftoken%3Dabc`.
  mutating func encoded(at place: Int) {
    let sign = text[place + 2] | 0x20
    guard sign == UInt8(ascii: "d") || sign == UInt8(ascii: "a"), let (_, kind) = key(before: place), kind != .signature else { return }
    let value = place + 3
    var end = value
    while end < text.count, isTokenByte(text[end]) || text[end] == UInt8(ascii: "%") {
      if text[end] == UInt8(ascii: "%"), end + 2 < text.count, text[end + 1] == UInt8(ascii: "2"), text[end + 2] == UInt8(ascii: "6") {
        break
      }
      end += 1
    }
    replace(value..<end)
    index = Swift.max(index, end)
  }

  /// The value of a signature in a query: masked where it is long and has a digit, as `sig=11` of a signal is not.
  mutating func signature(from start: Int) {
    var value = start
    while value < text.count, text[value] == UInt8(ascii: "\"") || text[value] == UInt8(ascii: "\\") { value += 1 }
    var end = value
    while end < text.count, isTokenByte(text[end]) || text[end] == UInt8(ascii: "%") { end += 1 }
    guard looksSecret(value..<end) else { return }
    replace(value..<end)
    index = end
  }
}
