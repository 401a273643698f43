/// One pass over the bytes of a text, gathering what to mask.
struct SecretScan {
  struct Edit {
    var range: Range<Int>
    var replacement: [UInt8]
  }

  let text: UnsafeBufferPointer<UInt8>
  var edits: [Edit] = []
  var index = 0
  /// The text ends inside a private key, whose other lines follow.
  var opensPrivateKey = false
  /// Inside a string of the line's own JSON; meaningless when the line is not JSON.
  private var isInString = false
  private let isJSON: Bool

  init(_ text: UnsafeBufferPointer<UInt8>) {
    self.text = text
    isJSON = text.first == UInt8(ascii: "{") || text.first == UInt8(ascii: "[")
  }

  /// What can begin at a byte.
  private enum Start {
    static let quote: UInt8 = 1
    static let backslash: UInt8 = 2
    static let separator: UInt8 = 3
    static let scheme: UInt8 = 4
    static let digit: UInt8 = 5
    /// A byte of what gives itself away, see ``SecretScan/mayBeMark(at:)``.
    static let mark: UInt8 = 6

    static let table: [UInt8] = (0..<256).map { byte in
      switch UInt8(byte) {
      case UInt8(ascii: "\""): quote
      case UInt8(ascii: "\\"): backslash
      case UInt8(ascii: ":"), UInt8(ascii: "="): separator
      case UInt8(ascii: "b"), UInt8(ascii: "B"): scheme
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit
      case UInt8(ascii: "I"), UInt8(ascii: "J"), UInt8(ascii: "K"), UInt8(ascii: "x"), UInt8(ascii: "_"), UInt8(ascii: "~"),
        UInt8(ascii: "@"), UInt8(ascii: ">"), UInt8(ascii: "%"):
        mark
      default: 0
      }
    }
  }

  mutating func run() {
    guard let bytes = text.baseAddress else { return }
    let count = text.count
    // Most of what begins somewhere is no secret: that is found out here, with nothing but local variables.
    Start.table.withUnsafeBufferPointer { starts in
      var place = index
      while place < count {
        switch starts[Int(bytes[place])] {
        case 0: place += 1
        case Start.quote:
          isInString.toggle()
          place += 1
        case Start.backslash: place += isInString ? 2 : 1
        case Start.separator where !mayEndSecretKey(before: place) && !mayBeginAuthority(after: place): place += 1
        case Start.mark where !mayBeMark(at: place): place += 1
        case Start.scheme where place > 0 && RequestID.isIDByte(bytes[place - 1]): place += 1
        case Start.digit where !mayBeginCard(at: place):
          while place < count, bytes[place] &- UInt8(ascii: "0") < 10 { place += 1 }
        case let start:
          index = place
          switch start {
          case Start.separator: separator()
          case Start.scheme: scheme()
          case Start.mark: mark()
          default: digits()
          }
          place = index
        }
      }
      index = place
    }
  }

  /// Whether the last letters before a colon or an equals sign are those of a secret's key; when unsure, yes.
  @inline(__always)
  private func mayEndSecretKey(before place: Int) -> Bool {
    guard place > 2 else { return true }
    var last = place - 1
    if text[last] == UInt8(ascii: "\"") { last -= 1 }
    return SecretKey.mayEnd(text[last - 1], text[last])
  }

  /// Whether the digits from here can be a card's: 13 or more, or the first group of four.
  @inline(__always)
  private func mayBeginCard(at place: Int) -> Bool {
    guard text[place] &- UInt8(ascii: "2") < 5 else { return false }
    var end = place + 1
    while end < text.count, text[end] &- UInt8(ascii: "0") < 10 { end += 1 }
    if end - place >= 13 { return true }
    return end - place == 4 && end < text.count && (text[end] == 0x20 || text[end] == UInt8(ascii: "-"))
  }

  // MARK: Keys

  /// At `:` or `=`: looks back for the key.
  private mutating func separator() {
    let place = index
    index += 1
    if mayBeginAuthority(after: place), authority(after: place) { return }
    var end = place
    while end > 0, text[end - 1] == 0x20 { end -= 1 }
    guard end > 0 else { return }
    var isQuoted = false
    if text[end - 1] == UInt8(ascii: "\"") || text[end - 1] == UInt8(ascii: "'") {
      isQuoted = true
      end -= 1
      while end > 0, text[end - 1] == UInt8(ascii: "\\") { end -= 1 }
    }
    var start = end
    while start > 0, end - start < SecretKey.longest, RequestID.isIDByte(text[start - 1]) { start -= 1 }
    guard start < end, let kind = SecretKey.kind(of: UnsafeBufferPointer(rebasing: text[start..<end])) else { return }
    // Ruby and PHP write `=>`.
    let isArrow = text[place] == UInt8(ascii: "=") && index < text.count && text[index] == UInt8(ascii: ">")
    if isArrow { index += 1 }
    var value = index
    while value < text.count, isSpace(text[value]) { value += 1 }
    guard value < text.count else { return }
    if kind == .signature { return signature(from: value) }
    if isQuoted, text[value] == UInt8(ascii: "[") {
      list(from: value + 1)
    } else if let opening = quote(at: value) {
      if isQuoted || opens(opening) { quoted(opening) }
    } else if isQuoted {
      scalar(from: value)
    } else {
      bare(from: value, kind, isTight: value == place + 1 || isArrow)
    }
  }

  /// An opening quote and how deep the text is quoted.
  private struct Quote {
    var content: Int
    var level: Int
    var mark: UInt8
  }

  /// How deep a quote with so many backslashes before it is: each level of quoting doubles them and adds one, and a backslash of
  /// the text itself comes in multiples of the next level. So it is the number of ones at the end of the binary number.
  private static func level(_ backslashes: Int) -> Int { (~backslashes).trailingZeroBitCount }

  private func quote(at place: Int) -> Quote? {
    var end = place
    while end < text.count, text[end] == UInt8(ascii: "\\") { end += 1 }
    guard end < text.count, text[end] == UInt8(ascii: "\"") || text[end] == UInt8(ascii: "'") else { return nil }
    return Quote(content: end + 1, level: Self.level(end - place), mark: text[end])
  }

  /// Whether a quote after an unquoted key opens a value, or closes the string in which the key stands: `"enter password:",`.
  private func opens(_ quote: Quote) -> Bool {
    if isJSON, isInString, quote.level == 0, quote.mark == UInt8(ascii: "\"") { return false }
    guard quote.content < text.count else { return false }
    switch text[quote.content] {
    case UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"), UInt8(ascii: ":"), UInt8(ascii: "\\"), UInt8(ascii: "\""): return false
    default: return true
    }
  }

  /// Where a quoted text ends: at a quote of its own level, or of one around it.
  private func close(_ opening: Quote) -> (end: Int, next: Int) {
    var run = 0
    var place = opening.content
    while place < text.count {
      let byte = text[place]
      if byte == UInt8(ascii: "\\") {
        run += 1
      } else {
        // An apostrophe that is never closed does not reach beyond the string around it.
        if opening.mark == UInt8(ascii: "'"), byte == UInt8(ascii: "\"") { return (place - run, place - run) }
        if byte == opening.mark {
          let level = Self.level(run)
          let end = place - (1 << level - 1)
          if level == opening.level { return (end, place + 1) }
          if level < opening.level { return (end, end) }
        }
        run = 0
      }
      place += 1
    }
    return (text.count, text.count)
  }

  private mutating func quoted(_ opening: Quote) {
    let (end, next) = close(opening)
    replace(opening.content..<end)
    index = next
  }

  /// The strings of an array, e.g. of a header's values.
  private mutating func list(from start: Int) {
    var place = start
    while place < text.count {
      while place < text.count, isSpace(text[place]) || text[place] == UInt8(ascii: ",") { place += 1 }
      guard place < text.count, let opening = quote(at: place) else { break }
      quoted(opening)
      place = index
    }
    index = Swift.max(index, place)
  }

  /// A number of a JSON member; words (`null`, `true`) and objects are no secrets.
  private mutating func scalar(from start: Int) {
    var end = start
    while end < text.count, text[end] &- UInt8(ascii: "0") < 10 || text[end] == UInt8(ascii: "-") || text[end] == UInt8(ascii: ".") {
      end += 1
    }
    guard end > start else { return }
    // The quotes are as deep as those of the key before the colon.
    var back = start - 1
    while back > 0, text[back] != UInt8(ascii: "\""), text[back] != UInt8(ascii: "'") { back -= 1 }
    var depth = 0
    while back - depth > 0, text[back - depth - 1] == UInt8(ascii: "\\") { depth += 1 }
    let mark = [UInt8](repeating: UInt8(ascii: "\\"), count: depth) + [text[back]]
    edits.append(Edit(range: start..<end, replacement: mark + Array(SecretMasker.mask.utf8) + mark))
    index = end
  }

  /// A value in running text: `password=…`, `Authorization: Basic …`, `Cookie: a=b; c=d`.
  private mutating func bare(from start: Int, _ kind: SecretKey.Kind, isTight: Bool) {
    var end = start
    let stopsAtSpace = kind != .cookie
    while end < text.count, !endsValue(text[end]), !stopsAtSpace || !isSpace(text[end]) {
      if stopsAtSpace, text[end] == UInt8(ascii: ",") || text[end] == UInt8(ascii: ";") || text[end] == UInt8(ascii: "&") { break }
      end += 1
    }
    if kind == .authorization, end < text.count, text[end] == 0x20, isScheme(start..<end) {
      // The scheme says how, the rest is the secret; Digest has several parts, hence up to the end.
      let isDigest = text[start] | 0x20 == UInt8(ascii: "d")
      var last = end + 1
      while last < text.count, !endsValue(text[last]), isDigest || !isSpace(text[last]) { last += 1 }
      replace(end + 1..<last)
      index = last
      return
    }
    guard end > start else { return }
    if kind == .whenItLooksLikeOne, !isTight, !looksSecret(start..<end) { return }
    replace(start..<end)
    index = end
  }

  /// In running text after `token: ` a word is a word; a secret is long and has a digit.
  func looksSecret(_ range: Range<Int>) -> Bool {
    guard range.count >= 16 else { return false }
    return text[range].contains { $0 &- UInt8(ascii: "0") < 10 }
  }

  private func isScheme(_ range: Range<Int>) -> Bool {
    range.count >= 3 && range.count <= 20 && text[range].allSatisfy { ($0 | 0x20) &- UInt8(ascii: "a") < 26 || $0 == UInt8(ascii: "-") }
  }

  /// What ends a value in running text, whatever it is: a quote around it, the end of the line, escaped or not.
  private func endsValue(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "\\"), UInt8(ascii: "}"), UInt8(ascii: "]"), UInt8(ascii: ")"), 0..<0x20:
      byte != 0x09
    default: false
    }
  }

  private func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

  mutating func replace(_ range: Range<Int>) {
    guard !range.isEmpty else { return }
    let mask = SecretMasker.mask.utf8
    // Already masked by the service itself: not counted again.
    if text[range].allSatisfy({ $0 == UInt8(ascii: "*") }) { return }
    edits.append(Edit(range: range, replacement: Array(mask)))
  }

  // MARK: Bearer and Basic

  /// At `b`: `Bearer xyz` and `Basic xyz` without a header's name before them.
  private mutating func scheme() {
    let start = index
    index += 1
    if start > 0, RequestID.isIDByte(text[start - 1]) { return }
    guard let after = word("earer ", at: index) ?? word("asic ", at: index) else { return }
    var end = after
    while end < text.count, isTokenByte(text[end]) { end += 1 }
    // "basic usage" is no secret: a credential has 8 bytes at least, and something beyond small letters.
    guard end - after >= 8, text[after..<end].contains(where: { !($0 &- UInt8(ascii: "a") < 26) }) else { return }
    replace(after..<end)
    index = end
  }

  private func word(_ word: StaticString, at place: Int) -> Int? {
    let count = word.utf8CodeUnitCount
    guard place + count < text.count else { return nil }
    for offset in 0..<count where text[place + offset] | 0x20 != word.utf8Start[offset] | 0x20 { return nil }
    return place + count
  }

  /// RFC 6750: token68.
  func isTokenByte(_ byte: UInt8) -> Bool {
    RequestID.isIDByte(byte) || byte == UInt8(ascii: "~") || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "/")
      || byte == UInt8(ascii: "=")
  }

  // MARK: Card numbers

  private mutating func digits() {
    let start = index
    let isWord = start > 0 && (RequestID.isIDByte(text[start - 1]) || text[start - 1] >= 0x80)
    let run = CardNumber.run(in: text, from: start)
    index = run.end
    guard !isWord, run.isCard else { return }
    var shown = run.last
    var place = run.end
    var masked = [UInt8](text[start..<run.end])
    while place > start {
      place -= 1
      guard text[place] &- UInt8(ascii: "0") < 10 else { continue }
      if shown > 0 { shown -= 1 } else { masked[place - start] = UInt8(ascii: "*") }
    }
    // A bare number becomes a string, so that JSON stays JSON.
    if isJSON, !isInString { masked = [UInt8(ascii: "\"")] + masked + [UInt8(ascii: "\"")] }
    edits.append(Edit(range: start..<run.end, replacement: masked))
  }
}
