import LogStandard
import TimeFormat

/// Looks through a line that is not JSON: klog, logfmt, or text with a time, a level and perhaps an id in it.
enum TextLineScan {
  static func scan(_ line: UnsafeBufferPointer<UInt8>, now: Timestamp, into found: inout FoundFields) {
    if klog(line, now: now, into: &found) { return }
    if Logfmt.scan(line, into: &found) { return }
    plain(line, now: now, into: &found)
  }

  // MARK: klog

  /// `I0122 14:04:11.318000   12345 file.go:123] message` (k8s.io/klog).
  private static func klog(_ line: UnsafeBufferPointer<UInt8>, now: Timestamp, into found: inout FoundFields) -> Bool {
    guard line.count >= 22, let month = LineTime.digits(line, 1, 2), let day = LineTime.digits(line, 3, 2), line[5] == 0x20,
      let clock = LineTime.clock(line, 6), clock.end < line.count, line[clock.end] == 0x20, (1...12).contains(month), (1...31).contains(day)
    else { return false }
    let level: LogLevel
    switch line[0] {
    case UInt8(ascii: "I"): level = .info
    case UInt8(ascii: "W"): level = .warn
    case UInt8(ascii: "E"): level = .error
    case UInt8(ascii: "F"): level = .fatal
    case UInt8(ascii: "D"): level = .debug
    default: return false
    }
    let window = line[clock.end..<Swift.min(clock.end + 256, line.count)]
    guard let bracket = window.firstIndex(of: UInt8(ascii: "]")) else { return false }
    found.set(time: LineTime.yearless(month: month, day: day, clock: clock, now: now))
    found.set(level: level)
    var start = bracket + 1
    while start < line.count, line[start] == 0x20 { start += 1 }
    let rest = UnsafeBufferPointer(rebasing: line[start...])
    found.set(message: .part(rest))
    ids(rest, into: &found)
    return true
  }

  // MARK: Plain text

  private static func plain(_ line: UnsafeBufferPointer<UInt8>, now: Timestamp, into found: inout FoundFields) {
    var start = 0
    if let (time, end) = leadingTime(line, now: now) {
      found.set(time: time)
      start = end
      while start < line.count, line[start] == 0x20 || line[start] == UInt8(ascii: "]") || line[start] == 0x09 { start += 1 }
    } else if let time = accessLogTime(line) {
      found.set(time: time)
    }
    found.set(level: leadingLevel(UnsafeBufferPointer(rebasing: line[start...])))
    if start > 0 { found.set(message: .part(UnsafeBufferPointer(rebasing: line[start...]))) }
    ids(line, into: &found)
  }

  private static func leadingTime(_ line: UnsafeBufferPointer<UInt8>, now: Timestamp) -> (Timestamp, Int)? {
    guard line.count >= 15 else { return nil }
    let start = line[0] == UInt8(ascii: "[") ? 1 : 0
    let rest = UnsafeBufferPointer(rebasing: line[start...])
    if let (moment, length) = LineTime.civil(rest) { return (moment, start + length) }
    if let month = LineTime.month(rest, 0), rest.count >= 15, rest[3] == 0x20, rest[6] == 0x20,
      let day = rest[4] == 0x20 ? LineTime.digits(rest, 5, 1) : LineTime.digits(rest, 4, 2), (1...31).contains(day),
      let clock = LineTime.clock(rest, 7)
    {
      return (LineTime.yearless(month: month, day: day, clock: clock, now: now), start + clock.end)
    }
    return nil
  }

  /// `[22/Jan/2018:14:04:11 +0000]` of the common log format, anywhere in the first part of the line.
  private static func accessLogTime(_ line: UnsafeBufferPointer<UInt8>) -> Timestamp? {
    var index = 0
    let end = Swift.min(line.count - 27, 160)
    while index < end {
      defer { index += 1 }
      guard line[index] == UInt8(ascii: "["), line[index + 3] == UInt8(ascii: "/"), line[index + 7] == UInt8(ascii: "/"),
        let day = LineTime.digits(line, index + 1, 2), let month = LineTime.month(line, index + 4),
        let year = LineTime.digits(line, index + 8, 4), let clock = LineTime.clock(line, index + 13), (1...31).contains(day),
        let hours = LineTime.digits(line, index + 23, 2), let minutes = LineTime.digits(line, index + 25, 2)
      else { continue }
      let sign = line[index + 22] == UInt8(ascii: "-") ? -1 : 1
      return LineTime.moment(year, month, day, clock.seconds - sign * (hours * 3600 + minutes * 60), 0)
    }
    return nil
  }

  /// A level near the start: a word in capitals, or any case in brackets or before a colon.
  private static func leadingLevel(_ line: UnsafeBufferPointer<UInt8>) -> LogLevel? {
    var index = 0
    let end = Swift.min(line.count, 96)
    while index < end {
      guard isLetter(line[index]) else {
        index += 1
        continue
      }
      let start = index
      var isCapital = true
      while index < line.count, isLetter(line[index]) {
        if line[index] >= UInt8(ascii: "a") { isCapital = false }
        index += 1
      }
      let isBracketed = start > 0 && (line[start - 1] == UInt8(ascii: "[") || line[start - 1] == UInt8(ascii: "<"))
      let isMarked = isBracketed || start == 0 && index < line.count && line[index] == UInt8(ascii: ":")
      let before = start > 0 ? line[start - 1] : 0
      let isInWord = before == UInt8(ascii: "_") || before == UInt8(ascii: "/") || before == UInt8(ascii: ".")
      guard isCapital || isMarked, !isInWord, index - start >= 3 else { continue }
      if let level = LogLevel(word: UnsafeBufferPointer(rebasing: line[start..<index])) { return level }
    }
    return nil
  }

  private static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- UInt8(ascii: "a") < 26 }

  /// Ids under their names in running text: `x-request-id: abc`, `[requestId=abc]`, `trace_id=abc`.
  static func ids(_ line: UnsafeBufferPointer<UInt8>, into found: inout FoundFields) {
    var index = 0
    while index < line.count {
      let byte = line[index]
      guard byte == UInt8(ascii: "=") || byte == UInt8(ascii: ":") else {
        index += 1
        continue
      }
      let place = index
      index += 1
      var start = place
      // Every spelling ends in "id".
      guard place >= 2, line[place - 1] | 0x20 == UInt8(ascii: "d"), line[place - 2] | 0x20 == UInt8(ascii: "i") else { continue }
      while start > 0, place - start < 48, RequestID.isIDByte(line[start - 1]) { start -= 1 }
      guard let role = KeyRole.of(KeyRole.hash(UnsafeBufferPointer(rebasing: line[start..<place]))),
        role.meaning == .requestID || role.meaning == .traceID
      else { continue }
      var value = index
      while value < line.count, line[value] == 0x20 || line[value] == UInt8(ascii: "\"") { value += 1 }
      var end = value
      while end < line.count, RequestID.isIDByte(line[end]) { end += 1 }
      while end > value, line[end - 1] == UInt8(ascii: ".") { end -= 1 }
      if end > value { found.set(role, .part(UnsafeBufferPointer(rebasing: line[value..<end]))) }
      index = Swift.max(end, index)
    }
  }
}
