package import TelemetryModel
import TimeFormat

/// The records of the same pod around matches, in groups, as `grep -C` prints them.
package struct LogContext: Sendable {
  /// Those that do not match, each once.
  package var records: [LogRecord] = []
  /// With which record each group but the first begins: records were left out before it.
  package var breaks: Set<RecordID> = []

  /// - Parameters:
  ///   - matches: in time order.
  ///   - count: how many records before and after each match.
  package static func load(around matches: [LogRecord], count: Int, from logs: any LogSource) async throws -> LogContext {
    var known = Set(matches.map(\.id))
    var context = LogContext()
    var windows: [Window] = []
    for match in matches {
      let before = try await neighbours(of: match, count: count, isBefore: true, logs)
      let after = try await neighbours(of: match, count: count, isBefore: false, logs)
      let around = before.prefix(count) + after.prefix(count)
      for record in around where known.insert(record.id).inserted { context.records.append(record) }
      windows.append(Window(match, around: around, next: after.dropFirst(count).first))
      try Task.checkCancellation()
    }
    context.breaks = Window.breaks(windows, known: known)
    return context
  }

  /// The nearest records of the pod first; one more than is asked for, to know whether anything lies between two groups.
  private static func neighbours(of match: LogRecord, count: Int, isBefore: Bool, _ logs: any LogSource) async throws -> [LogRecord] {
    let origin = match.origin
    let pod: [LogQuery.Condition] =
      (origin.cluster.isEmpty ? [] : [.field("cluster", .equal, origin.cluster)]) + [.field("pod", .equal, origin.pod)]
    let range = isBefore ? Timestamp(nanoseconds: 0)..<(match.at + .nanoseconds(1)) : match.at..<(match.at + .seconds(3600))
    let place = Place(match)
    // Records of the same moment come on either side of the match: with many of them the first look may not reach beyond it.
    var limit = count + 2
    while true {
      let found = try await logs.records(
        matching: LogQuery(pod, range: range, order: isBefore ? .newestFirst : .oldestFirst, limit: limit)
      ).records
      let near = found.filter { isBefore ? Place($0) < place : place < Place($0) }
      if near.count > count || found.count < limit || limit > 4096 { return near }
      limit *= 4
    }
  }
}

/// Where a record stands among those of all pods.
private struct Place: Comparable {
  var at: Timestamp
  var id: RecordID

  init(_ record: LogRecord) { (at, id) = (record.at, record.id) }

  static func < (one: Place, other: Place) -> Bool { (one.at, one.id) < (other.at, other.id) }
}

/// A match with the records around it.
private struct Window {
  private let from: Place
  private let to: Place
  /// The record of the pod that comes right after them.
  private let next: Place?

  init(_ match: LogRecord, around: ArraySlice<LogRecord>, next: LogRecord?) {
    let places = around.map(Place.init)
    from = min(Place(match), places.min() ?? Place(match))
    to = max(Place(match), places.max() ?? Place(match))
    self.next = next.map(Place.init)
  }

  /// Windows that overlap in time are one group; so are those of one pod between which no record was left out.
  static func breaks(_ windows: [Window], known: Set<RecordID>) -> Set<RecordID> {
    var breaks: Set<RecordID> = []
    var end: Place?
    for window in windows.sorted(by: { $0.from < $1.from }) {
      if let end, window.from > end { breaks.insert(window.from.id) }
      let reach = window.next.flatMap { known.contains($0.id) ? $0 : nil } ?? window.to
      end = max(end ?? reach, reach)
    }
    return breaks
  }
}
