/// A moment as nanoseconds since 1970-01-01T00:00:00Z, leap seconds ignored, as Unix and Kubernetes count.
///
/// Covers the years 1678 to 2262. Text is RFC 3339, written and read by hand: formatters cost too much per record.
package struct Timestamp: Sendable, Hashable, Comparable {
  package var nanoseconds: Int64

  package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }
  package init(seconds: Int64) { nanoseconds = seconds * 1_000_000_000 }
  package init(milliseconds: Int64) { nanoseconds = milliseconds * 1_000_000 }

  package static func < (one: Timestamp, other: Timestamp) -> Bool { one.nanoseconds < other.nanoseconds }

  package static func + (moment: Timestamp, duration: Duration) -> Timestamp {
    Timestamp(nanoseconds: moment.nanoseconds &+ duration.nanoseconds)
  }

  package static func - (moment: Timestamp, duration: Duration) -> Timestamp {
    Timestamp(nanoseconds: moment.nanoseconds &- duration.nanoseconds)
  }

  package static func - (later: Timestamp, earlier: Timestamp) -> Duration {
    .nanoseconds(later.nanoseconds &- earlier.nanoseconds)
  }

  package var seconds: Double { Double(nanoseconds) / 1e9 }
}

extension Duration {
  package var nanoseconds: Int64 {
    components.seconds &* 1_000_000_000 &+ components.attoseconds / 1_000_000_000
  }

  package var seconds: Double { Double(nanoseconds) / 1e9 }
}
