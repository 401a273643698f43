package import ClusterModel
package import TimeFormat

/// The same thing again and again: consecutive entries of one workload with one change, cause and exit code.
package struct RescheduleRun: Sendable, Hashable {
  /// Newest first; at least two.
  package let entries: [Reschedule]

  package init(entries: [Reschedule]) { self.entries = entries }

  package var newest: Reschedule { entries[0] }
  package var oldest: Reschedule { entries[entries.count - 1] }
  package func contains(_ key: String) -> Bool { entries.contains { $0.key == key } }

  /// Since when nothing is ready in place of what went: from the first entry after which nothing has become ready.
  package var ongoingSince: Timestamp? { entries.prefix { $0.isOngoing }.last?.at }

  /// Since when the workload has no ready pod; `nil` while it has one.
  package var downSince: Timestamp? { entries.filter(\.isDown).map { $0.downtimeSince ?? $0.at }.min() }

  /// The downtime of all entries, what overlaps counted once.
  package var downtimeSeconds: Double? { entries.totalDowntime }
}

extension [Reschedule] {
  /// Seconds without a ready pod; entries of one workload are often parts of one downtime. `nil` where no entry knows.
  package var totalDowntime: Double? {
    let known = compactMap { entry in
      entry.downtimeSeconds.map { seconds in
        let from = entry.downtimeSince ?? entry.at
        return (from: from, to: from + .seconds(seconds))
      }
    }
    guard !known.isEmpty else { return nil }
    var total = Duration.zero
    var end: Timestamp?
    for interval in known.sorted(by: { $0.from < $1.from }) {
      let start = Swift.max(interval.from, end ?? interval.from)
      if interval.to > start { total += interval.to - start }
      end = Swift.max(interval.to, end ?? interval.to)
    }
    return Double(total.nanoseconds / 1_000_000) / 1000
  }
}

/// A row of a list of reschedules: an entry, or a run of them folded into one.
package enum RescheduleRow: Sendable, Hashable {
  /// `isInside`: of a run that is unfolded above it.
  case entry(Reschedule, isInside: Bool)
  case run(RescheduleRun, isUnfolded: Bool)

  /// Newest first, each run where its newest entry stands. A run ends where the workload's next entry differs; entries of other workloads
  /// between them do not end it.
  ///
  /// - Parameters:
  ///   - entries: newest first.
  ///   - unfolded: whether a run is shown with its entries.
  package static func rows(_ entries: [Reschedule], unfolded: (RescheduleRun) -> Bool = { _ in false }) -> [RescheduleRow] {
    var runs: [[Reschedule]] = []
    var current: [String: Int] = [:]
    for entry in entries {
      let workload = "\(entry.cluster)/\(entry.namespace)/\(entry.workload)"
      if let place = current[workload], runs[place][0].isRepeated(by: entry) {
        runs[place].append(entry)
      } else {
        current[workload] = runs.count
        runs.append([entry])
      }
    }
    return runs.flatMap { entries -> [RescheduleRow] in
      guard entries.count > 1 else { return [.entry(entries[0], isInside: false)] }
      let run = RescheduleRun(entries: entries)
      guard unfolded(run) else { return [.run(run, isUnfolded: false)] }
      return [.run(run, isUnfolded: true)] + entries.map { .entry($0, isInside: true) }
    }
  }

  /// The entry, or the newest of the run.
  package var newest: Reschedule {
    switch self {
    case .entry(let entry, _): entry
    case .run(let run, _): run.newest
    }
  }

  /// Its name among the rows; that of a run holds as long as the entry is in it.
  package var name: String {
    switch self {
    case .entry(let entry, _): entry.key
    case .run(let run, _): Self.runPrefix + run.newest.key
    }
  }

  package enum Match: Sendable { case none, contains, exactly }

  /// How the row answers to the name that a row had before.
  package func match(_ name: String) -> Match {
    let key = name.hasPrefix(Self.runPrefix) ? String(name.dropFirst(Self.runPrefix.count)) : name
    switch self {
    case .entry(let entry, let isInside):
      guard entry.key == key else { return .none }
      return name == key || !isInside ? .exactly : .contains
    case .run(let run, _):
      guard run.contains(key) else { return .none }
      return name == key ? .contains : .exactly
    }
  }

  private static let runPrefix = "run "
}

extension Reschedule {
  fileprivate func isRepeated(by other: Reschedule) -> Bool {
    change == other.change && cause == other.cause && exitCode == other.exitCode && container == other.container
  }
}
