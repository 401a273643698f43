/// Payment card numbers (ISO/IEC 7812): a known issuer's first digits with the length it uses, and the Luhn check digit.
enum CardNumber {
  struct Run {
    var end: Int
    var isCard: Bool
    /// How many digits at the end may be shown.
    var last = 4
  }

  /// What follows the first four digits.
  private static let groupings = [[4, 4, 4], [6, 5]]

  /// The digits from `start`: one run, or the groups 4-4-4-4 and 4-6-5 with one space or dash between.
  static func run(in text: UnsafeBufferPointer<UInt8>, from start: Int) -> Run {
    var end = start
    while end < text.count, text[end] &- UInt8(ascii: "0") < 10 { end += 1 }
    let length = end - start
    // Every card of these issuers starts with 3 to 6, or with 22 to 27: most numbers in logs are refused here.
    let first = text[start] &- UInt8(ascii: "0")
    guard first >= 2, first <= 6 else { return Run(end: end, isCard: false) }
    if length >= 13, length <= 19 { return Run(end: end, isCard: !continues(text, end) && isCard(text, start..<end)) }
    guard length == 4, end < text.count, text[end] == 0x20 || text[end] == UInt8(ascii: "-") else { return Run(end: end, isCard: false) }
    let separator = text[end]
    for groups in groupings {
      var place = end
      var fits = true
      for group in groups where fits {
        guard place + group < text.count, text[place] == separator,
          text[place + 1...place + group].allSatisfy({ $0 &- UInt8(ascii: "0") < 10 })
        else {
          fits = false
          break
        }
        place += group + 1
      }
      if fits, !continues(text, place), isCard(text, start..<place) { return Run(end: place, isCard: true) }
    }
    return Run(end: end, isCard: false)
  }

  /// Part of a longer word or number, such as an id or a decimal.
  private static func continues(_ text: UnsafeBufferPointer<UInt8>, _ place: Int) -> Bool {
    guard place < text.count else { return false }
    let byte = text[place]
    if byte == UInt8(ascii: ".") { return place + 1 < text.count && text[place + 1] &- UInt8(ascii: "0") < 10 }
    return RequestID.isIDByte(byte) || byte >= 0x80
  }

  private static func isCard(_ text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Bool {
    var sum = 0
    var isSecond = false
    var count = 0
    for index in range.reversed() {
      var digit = Int(text[index]) - 48
      guard (0..<10).contains(digit) else { continue }
      count += 1
      if isSecond {
        digit *= 2
        if digit > 9 { digit -= 9 }
      }
      sum += digit
      isSecond.toggle()
    }
    guard sum % 10 == 0 else { return false }
    let prefix = (0..<4).reduce(0) { $0 * 10 + Int(text[range.lowerBound + $1]) - 48 }
    switch prefix {
    case 4000...4999: return count == 13 || count == 16 || count == 19
    case 5100...5599, 2221...2720: return count == 16
    case 3400...3499, 3700...3799: return count == 15
    case 6011, 6440...6599: return count == 16
    case 3528...3589: return count == 16
    case 3000...3059, 3600...3699, 3800...3899: return count == 14
    default: return false
    }
  }
}
