/// RFC 3339 times, e.g. `2017-12-10T11:10:38.192Z`.
extension Timestamp {
  /// How many digits follow the second.
  package enum Fraction: Int, Sendable {
    case seconds = 0
    case milliseconds = 3
    case microseconds = 6
    case nanoseconds = 9
  }

  /// The moment in UTC, e.g. `2017-12-10T11:10:38.192Z`; what does not fit the fraction is cut, not rounded.
  package func rfc3339(_ fraction: Fraction = .milliseconds) -> String {
    String(decoding: rfc3339Bytes(fraction), as: UTF8.self)
  }

  package func rfc3339Bytes(_ fraction: Fraction = .milliseconds) -> [UInt8] {
    let date = CivilTime(self)
    var out: [UInt8] = []
    out.reserveCapacity(30)
    out.appendDigits(date.year, 4)
    out.append(UInt8(ascii: "-"))
    out.appendDigits(date.month, 2)
    out.append(UInt8(ascii: "-"))
    out.appendDigits(date.day, 2)
    out.append(UInt8(ascii: "T"))
    out.appendDigits(date.hour, 2)
    out.append(UInt8(ascii: ":"))
    out.appendDigits(date.minute, 2)
    out.append(UInt8(ascii: ":"))
    out.appendDigits(date.second, 2)
    if fraction != .seconds {
      out.append(UInt8(ascii: "."))
      var divisor = 1
      for _ in 0..<(9 - fraction.rawValue) { divisor *= 10 }
      out.appendDigits(date.nanosecond / divisor, fraction.rawValue)
    }
    out.append(UInt8(ascii: "Z"))
    return out
  }

  package init?(rfc3339 text: String) {
    var text = text
    guard let moment = text.withUTF8({ Timestamp(rfc3339: $0) }) else { return nil }
    self = moment
  }

  /// Reads a date and time with `T`, `t` or a space between, any number of fraction digits (`.` or `,`), and `Z` or an
  /// offset with or without a colon. `nil` when the text is anything else, or has anything after it.
  package init?(rfc3339 bytes: UnsafeBufferPointer<UInt8>) {
    guard bytes.count >= 20 else { return nil }
    func number(_ start: Int, _ count: Int) -> Int? {
      guard start + count <= bytes.count else { return nil }
      var value = 0
      for index in start..<start + count {
        let digit = bytes[index] &- UInt8(ascii: "0")
        guard digit < 10 else { return nil }
        value = value * 10 + Int(digit)
      }
      return value
    }
    guard let year = number(0, 4), bytes[4] == UInt8(ascii: "-"), let month = number(5, 2), bytes[7] == UInt8(ascii: "-"),
      let day = number(8, 2), bytes[10] | 0x20 == UInt8(ascii: "t") || bytes[10] == 0x20, let hour = number(11, 2),
      bytes[13] == UInt8(ascii: ":"), let minute = number(14, 2), bytes[16] == UInt8(ascii: ":"), let second = number(17, 2),
      (1...12).contains(month), day >= 1, day <= CivilTime.daysInMonth(year: year, month: month), hour < 24, minute < 60, second <= 60
    else { return nil }
    var index = 19
    var nanosecond = 0
    if bytes[index] == UInt8(ascii: ".") || bytes[index] == UInt8(ascii: ",") {
      index += 1
      var scale = 100_000_000
      let start = index
      while index < bytes.count, bytes[index] &- UInt8(ascii: "0") < 10 {
        nanosecond += Int(bytes[index] - UInt8(ascii: "0")) * scale
        scale /= 10
        index += 1
      }
      guard index > start else { return nil }
    }
    guard index < bytes.count else { return nil }
    var offset = 0
    if bytes[index] | 0x20 == UInt8(ascii: "z") {
      index += 1
    } else {
      let sign = bytes[index] == UInt8(ascii: "-") ? -1 : 1
      guard bytes[index] == UInt8(ascii: "-") || bytes[index] == UInt8(ascii: "+"), let hours = number(index + 1, 2) else { return nil }
      index += 3
      if index < bytes.count, bytes[index] == UInt8(ascii: ":") { index += 1 }
      guard let minutes = number(index, 2), hours < 24, minutes < 60 else { return nil }
      index += 2
      offset = sign * (hours * 3600 + minutes * 60)
    }
    guard index == bytes.count else { return nil }
    let days = CivilTime.days(year: year, month: month, day: day)
    let seconds = days * 86_400 + hour * 3600 + minute * 60 + second - offset
    let (whole, overflow) = Int64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
    guard !overflow else { return nil }
    let (total, overflowAgain) = whole.addingReportingOverflow(Int64(nanosecond))
    guard !overflowAgain else { return nil }
    self.init(nanoseconds: total)
  }
}

extension [UInt8] {
  fileprivate mutating func appendDigits(_ value: Int, _ width: Int) {
    var divisor = 1
    for _ in 1..<Swift.max(width, 1) { divisor *= 10 }
    for _ in 0..<width {
      append(UInt8(ascii: "0") + UInt8(value / divisor % 10))
      divisor /= 10
    }
  }
}
