import TimeFormat

/// Times as log lines write them.
enum LineTime {
  /// A whole text that is a time: RFC 3339, the same without an offset (taken as UTC), or a number since the epoch.
  static func parse(_ bytes: UnsafeBufferPointer<UInt8>) -> Timestamp? {
    if let moment = Timestamp(rfc3339: bytes) { return moment }
    if let (moment, length) = civil(bytes), length == bytes.count { return moment }
    guard bytes.count >= 9, bytes.count <= 30, bytes.allSatisfy({ $0 &- UInt8(ascii: "0") < 10 || $0 == UInt8(ascii: ".") }) else {
      return nil
    }
    let text = String(decoding: bytes, as: UTF8.self)
    if let whole = Int64(text) { return epoch(whole) }
    return Double(text).flatMap(epoch)
  }

  /// A count since 1970 whose size says its unit: seconds, milliseconds, microseconds or nanoseconds. The bounds are the last
  /// moment that a ``Timestamp`` can hold, in each unit.
  static func epoch(_ number: Int64) -> Timestamp? {
    switch number {
    case ..<100_000_000: nil
    case ..<9_200_000_000: Timestamp(nanoseconds: number * 1_000_000_000)
    case ..<9_200_000_000_000: Timestamp(nanoseconds: number * 1_000_000)
    case ..<9_200_000_000_000_000: Timestamp(nanoseconds: number * 1000)
    default: Timestamp(nanoseconds: number)
    }
  }

  static func epoch(_ number: Double) -> Timestamp? {
    guard number.isFinite, number >= 1e8, number < 9.2e18 else { return nil }
    let scale = number < 9.2e9 ? 1e9 : number < 9.2e12 ? 1e6 : number < 9.2e15 ? 1e3 : 1
    let nanoseconds = number * scale
    // A double has about 16 digits: below a microsecond there is only noise.
    guard nanoseconds < 9.2e18 else { return nil }
    return Timestamp(nanoseconds: Int64((nanoseconds / 1000).rounded()) * 1000)
  }

  /// `2018-01-22 14:04:11,318`, `2018/01/22 14:04:11.318`, `2018-01-22T14:04:11Z` at the start of a text: the time and how many
  /// bytes it takes. Without an offset it is UTC.
  static func civil(_ bytes: UnsafeBufferPointer<UInt8>) -> (Timestamp, Int)? {
    guard bytes.count >= 19, let year = digits(bytes, 0, 4), bytes[4] == UInt8(ascii: "-") || bytes[4] == UInt8(ascii: "/"),
      let month = digits(bytes, 5, 2), bytes[7] == bytes[4], let day = digits(bytes, 8, 2),
      bytes[10] == 0x20 || bytes[10] == UInt8(ascii: "T"), let clock = clock(bytes, 11), (1...12).contains(month), day >= 1,
      day <= CivilTime.daysInMonth(year: year, month: month)
    else { return nil }
    var end = clock.end
    var offset = 0
    if end < bytes.count, bytes[end] == UInt8(ascii: "Z") {
      end += 1
    } else if end + 5 <= bytes.count, bytes[end] == UInt8(ascii: "+") || bytes[end] == UInt8(ascii: "-"),
      let hours = digits(bytes, end + 1, 2), hours < 24
    {
      let colon = bytes[end + 3] == UInt8(ascii: ":") ? 1 : 0
      if let minutes = digits(bytes, end + 3 + colon, 2), minutes < 60 {
        offset = (bytes[end] == UInt8(ascii: "-") ? -1 : 1) * (hours * 3600 + minutes * 60)
        end += 5 + colon
      }
    }
    return moment(year, month, day, clock.seconds - offset, clock.nanoseconds).map { ($0, end) }
  }

  /// `Jan 22 14:04:11` (RFC 3164) and klog's `0122 14:04:11.318000`: without a year, which is the one that brings the time closest
  /// before `now`.
  static func yearless(month: Int, day: Int, clock: Clock, now: Timestamp) -> Timestamp {
    let year = CivilTime(now).year
    let thisYear = moment(year, month, day, clock.seconds, clock.nanoseconds) ?? now
    return thisYear > now + .seconds(86_400) ? moment(year - 1, month, day, clock.seconds, clock.nanoseconds) ?? now : thisYear
  }

  /// The number of a month's English short name.
  static func month(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int? {
    guard start + 3 <= bytes.count else { return nil }
    let names = Array("janfebmaraprmayjunjulaugsepoctnovdec".utf8)
    for month in 0..<12 {
      var isSame = true
      for index in 0..<3 where bytes[start + index] | 0x20 != names[month * 3 + index] { isSame = false }
      if isSame { return month + 1 }
    }
    return nil
  }

  struct Clock {
    /// Since midnight.
    var seconds: Int
    var nanoseconds: Int
    var end: Int
  }

  /// `14:04:11` with an optional fraction.
  static func clock(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int) -> Clock? {
    guard start + 8 <= bytes.count, let hour = digits(bytes, start, 2), bytes[start + 2] == UInt8(ascii: ":"),
      let minute = digits(bytes, start + 3, 2), bytes[start + 5] == UInt8(ascii: ":"), let second = digits(bytes, start + 6, 2),
      hour < 24, minute < 60, second <= 60
    else { return nil }
    var end = start + 8
    var nanoseconds = 0
    if end + 1 < bytes.count, bytes[end] == UInt8(ascii: ".") || bytes[end] == UInt8(ascii: ","), bytes[end + 1] &- UInt8(ascii: "0") < 10 {
      end += 1
      var scale = 100_000_000
      while end < bytes.count, bytes[end] &- UInt8(ascii: "0") < 10 {
        nanoseconds += Int(bytes[end] - UInt8(ascii: "0")) * scale
        scale /= 10
        end += 1
      }
    }
    return Clock(seconds: hour * 3600 + minute * 60 + second, nanoseconds: nanoseconds, end: end)
  }

  static func digits(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ count: Int) -> Int? {
    guard start >= 0, start + count <= bytes.count else { return nil }
    var value = 0
    for index in start..<start + count {
      let digit = bytes[index] &- UInt8(ascii: "0")
      guard digit < 10 else { return nil }
      value = value * 10 + Int(digit)
    }
    return value
  }

  /// A time before the first that a ``Timestamp`` can hold, such as year 1 of programs that have none, is no time; one after the last is
  /// the last, and so in the future.
  static func moment(_ year: Int, _ month: Int, _ day: Int, _ seconds: Int, _ nanoseconds: Int) -> Timestamp? {
    let whole = Int64(CivilTime.days(year: year, month: month, day: day) * 86_400 + seconds)
    let (scaled, isBeyond) = whole.multipliedReportingOverflow(by: 1_000_000_000)
    if isBeyond { return whole < 0 ? nil : Timestamp(nanoseconds: .max) }
    let (sum, isOver) = scaled.addingReportingOverflow(Int64(nanoseconds))
    return Timestamp(nanoseconds: isOver ? .max : sum)
  }
}
