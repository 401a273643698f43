/// A moment as nanoseconds since 1970-01-01T00:00:00Z, leap seconds ignored, as Unix and Kubernetes count.
///
/// Covers the years 1678 to 2262; a sum or a difference beyond them is the first or the last moment, as one beyond 292 years is the longest
/// duration. Text is RFC 3339, written and read by hand: formatters cost too much per record.
package struct Timestamp: Sendable, Hashable, Comparable {
  package var nanoseconds: Int64

  package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }
  package init(seconds: Int64) { self.init(seconds, times: 1_000_000_000) }
  package init(milliseconds: Int64) { self.init(milliseconds, times: 1_000_000) }

  private init(_ count: Int64, times unit: Int64) {
    let (product, isOverflow) = count.multipliedReportingOverflow(by: unit)
    nanoseconds = isOverflow ? (count < 0 ? .min : .max) : product
  }

  package static func < (one: Timestamp, other: Timestamp) -> Bool { one.nanoseconds < other.nanoseconds }

  package static func + (moment: Timestamp, duration: Duration) -> Timestamp {
    let (sum, isOverflow) = moment.nanoseconds.addingReportingOverflow(duration.nanoseconds)
    return Timestamp(nanoseconds: isOverflow ? (moment.nanoseconds < 0 ? .min : .max) : sum)
  }

  package static func - (moment: Timestamp, duration: Duration) -> Timestamp {
    let (rest, isOverflow) = moment.nanoseconds.subtractingReportingOverflow(duration.nanoseconds)
    return Timestamp(nanoseconds: isOverflow ? (moment.nanoseconds < 0 ? .min : .max) : rest)
  }

  package static func - (later: Timestamp, earlier: Timestamp) -> Duration {
    let (rest, isOverflow) = later.nanoseconds.subtractingReportingOverflow(earlier.nanoseconds)
    return .nanoseconds(isOverflow ? (later.nanoseconds < 0 ? .min : .max) : rest)
  }

  package var seconds: Double { Double(nanoseconds) / 1e9 }
}

extension Duration {
  /// Whole nanoseconds, at most what 64 bits hold: about 292 years.
  package var nanoseconds: Int64 {
    let (whole, attoseconds) = components
    let (scaled, isOverflow) = whole.multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, isOverflowAgain) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000)
    return isOverflow || isOverflowAgain ? (whole < 0 ? .min : .max) : sum
  }

  package var seconds: Double { Double(nanoseconds) / 1e9 }
}
