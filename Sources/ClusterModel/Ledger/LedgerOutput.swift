import TimeFormat

/// What the ledger says after a delta: entries that are new or changed (replace by ``Reschedule/key``), moments in pods' lives, times
/// that it could not see, and workloads' downtime and capacity gap.
package struct LedgerOutput: Sendable, Hashable {
  package var entries: [Reschedule] = []
  package var lifecycle: [PodLifecycleEvent] = []
  package var gaps: [LedgerGap] = []
  package var shortages: [ShortageUpdate] = []

  package init() {}

  package static func += (one: inout LedgerOutput, other: LedgerOutput) {
    one.entries += other.entries
    one.lifecycle += other.lifecycle
    one.gaps += other.gaps
    one.shortages += other.shortages
  }

  package var isEmpty: Bool { entries.isEmpty && lifecycle.isEmpty && gaps.isEmpty && shortages.isEmpty }
}

/// A moment known from two clocks: the API's, in whole seconds, and ours, which may be late.
enum Moment {
  /// The received time, held within the second that the API names: exact when the watch is live, right to the second when not.
  static func exact(api: Timestamp?, received: Timestamp) -> Timestamp {
    guard let api else { return received }
    return min(max(received, api), api + .milliseconds(999))
  }
}

/// A time of which only bounds are known.
struct Interval: Sendable, Hashable {
  var from: Timestamp
  var to: Timestamp
}

/// An interval that may not have ended.
struct OpenInterval: Sendable, Hashable {
  var from: Timestamp
  var to: Timestamp?
}
