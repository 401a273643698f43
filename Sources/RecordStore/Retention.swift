package import TimeFormat

/// How much of the past a store keeps. What is older, or more than that, goes, the oldest first.
package struct Retention: Sendable, Hashable {
  /// How long a record is kept after it was stored: what was read from an old file yesterday is one day old.
  package var age: Duration
  /// How many bytes of the store's file may be in use.
  package var bytes: Int64

  /// The reschedule history and the moments of pods, of which there are few, are kept longer; evidence is kept for good.
  static let history = Duration.seconds(90 * 86_400)

  package static let standard = Retention(age: .seconds(14 * 86_400), bytes: 10 << 30)

  package init(age: Duration, bytes: Int64) {
    self.age = age
    self.bytes = bytes
  }

  /// How many bytes a store that uses some may still grow by.
  package func growth(beyond used: Int64) -> Int64 { max(0, bytes - used) }
}

/// What a store holds.
package struct StoreExtent: Sendable, Hashable {
  package var records: Int64
  /// The times of the earliest and the latest record.
  package var span: ClosedRange<Timestamp>?
  /// Bytes of the file that are in use, and its size: what was given free is used again before it grows.
  package var usedBytes: Int64
  package var fileBytes: Int64
}
