/// Durations as people and options write them.
extension Duration {
  /// `340 ms`, `41 s`, `6 min`, `11 h`, `3 d`: one unit, cut, for ages and gaps on a screen.
  package var brief: String {
    // The shortest duration has no positive counterpart.
    let nanos = abs(max(nanoseconds, -.max))
    let sign = nanoseconds < 0 ? "-" : ""
    let seconds = nanos / 1_000_000_000
    switch seconds {
    case 0 where nanos == 0: return "0 s"
    case 0 where nanos < 1_000_000: return "\(sign)\(nanos / 1000) µs"
    case 0: return "\(sign)\(nanos / 1_000_000) ms"
    case 1..<60: return "\(sign)\(seconds) s"
    case 60..<3600: return "\(sign)\(seconds / 60) min"
    case 3600..<172_800: return "\(sign)\(seconds / 3600) h"
    default: return "\(sign)\(seconds / 86_400) d"
    }
  }

  /// Reads `500ms`, `30s`, `5m`, `5min`, `2h`, `1d`, `1h30m`, or a bare number of seconds; `nil` for anything else.
  package init?(option text: String) {
    let units: [(name: String, nanoseconds: Double)] = [
      ("ms", 1e6), ("min", 60e9), ("s", 1e9), ("m", 60e9), ("h", 3600e9), ("d", 86_400e9), ("w", 604_800e9),
    ]
    var rest = Substring(text)
    guard !rest.isEmpty else { return nil }
    if let seconds = Double(text), seconds.isFinite, seconds >= 0, seconds < 9e9 {
      self = .nanoseconds(Int64(seconds * 1e9))
      return
    }
    var total = 0.0
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isASCII && $0.isNumber || $0 == "." }
      rest = rest.dropFirst(digits.count)
      guard let amount = Double(digits), let unit = units.first(where: { rest.hasPrefix($0.name) }) else { return nil }
      rest = rest.dropFirst(unit.name.count)
      total += amount * unit.nanoseconds
    }
    guard total < 9e18 else { return nil }
    self = .nanoseconds(Int64(total))
  }
}
