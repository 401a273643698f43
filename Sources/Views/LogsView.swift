package import ClusterModel
import JSONBytes
package import Screen
package import TelemetryModel
package import TimeFormat

/// The result of a log search: records in time order, with what happened to the pods between them.
package struct LogsView: Sendable {
  package enum Row: Sendable, Hashable {
    case record(LogRecord, isMatch: Bool)
    /// The end of a pod that wrote records of the result.
    case lifecycle(PodLifecycleEvent)
    /// Between two groups of records that stand around matches, as grep has it.
    case gap
  }

  /// In time order, oldest first.
  package let rows: [Row]
  package let matches: Int
  package let services: [String]
  package let pods: Int
  package let podsGone: Int
  private let namesGone: [String]
  /// There is more before the first row.
  package let hasOlder: Bool
  private let first: Timestamp?
  package let extras = RecordExtras()

  /// - Parameters:
  ///   - context: records that do not match but stand near one that does.
  ///   - breaks: records with which a new group begins.
  ///   - lifecycle: of the pods that wrote the records; only ends are shown.
  package init(
    matches: [LogRecord], context: [LogRecord] = [], breaks: Set<RecordID> = [], lifecycle: [PodLifecycleEvent] = [],
    hasOlder: Bool = false
  ) {
    var seen = Set(matches.map(\.id))
    var records = matches.map { (record: $0, isMatch: true) }
    for record in context where record.id == .unstored || seen.insert(record.id).inserted { records.append((record, false)) }
    records.sort { ($0.record.at, $0.record.id) < ($1.record.at, $1.record.id) }
    let start = records.first?.record.at
    let end = records.last?.record.at
    let endings = lifecycle.filter { event in
      guard let start, let end, event.isEnding else { return false }
      return event.at >= start && event.at <= end + .seconds(5)
    }
    var rows: [Row] = []
    rows.reserveCapacity(records.count + endings.count)
    var next = 0
    for (record, isMatch) in records {
      while next < endings.count, endings[next].at < record.at {
        rows.append(.lifecycle(endings[next]))
        next += 1
      }
      if !rows.isEmpty, breaks.contains(record.id) { rows.append(.gap) }
      rows.append(.record(record, isMatch: isMatch))
    }
    rows += endings[next...].map(Row.lifecycle)
    self.rows = rows
    self.matches = matches.count
    services = Set(matches.map(\.service)).sorted()
    let uids = Set(matches.map { $0.origin.podUID.isEmpty ? $0.origin.pod : $0.origin.podUID })
    pods = uids.count
    let gone = lifecycle.filter { $0.kind == "gone" && uids.contains($0.podUID) }
    namesGone = Set(gone.map(\.pod)).sorted()
    podsGone = Set(gone.map(\.podUID)).count
    self.hasOlder = hasOlder
    first = matches.min { $0.at < $1.at }?.at
  }

  /// `14 records · 5 services · 4 pods, 1 gone`.
  package var summary: String { summaries[0] }

  /// The same, and shorter ones for less room.
  package var summaries: [String] {
    let records = counted(matches, "record") + (hasOlder ? " or more" : "")
    let pods = counted(pods, "pod") + (podsGone > 0 ? ", \(podsGone) gone" : "")
    let named = podsGone > 0 && namesGone.count <= 2 ? pods + ": " + namesGone.map(LogFields.shortPod).joined(separator: ", ") : pods
    let services = counted(services.count, "service")
    return [
      [records, services, named].joined(separator: " · "), [records, services, pods].joined(separator: " · "), "\(records) · \(named)",
      "\(records) · \(pods)", records,
    ].unique()
  }

  package func record(at index: Int) -> LogRecord? {
    guard rows.indices.contains(index), case .record(let record, _) = rows[index] else { return nil }
    return record
  }

  package func moment(at index: Int) -> Timestamp? {
    guard rows.indices.contains(index) else { return nil }
    switch rows[index] {
    case .record(let record, _): return record.at
    case .lifecycle(let event): return event.at
    case .gap: return record(before: index)?.at
    }
  }

  // MARK: As lines

  package func row(_ index: Int, face: TimeDisplay, isLoose: Bool = false) -> TableRow {
    guard rows.indices.contains(index) else { return TableRow([]) }
    switch rows[index] {
    case .gap: return TableRow(spanning: StyledLine("--", .dim))
    case .lifecycle(let event):
      let after = record(before: index).map { ", \(event.delay(after: $0.at)) after the record above" } ?? ""
      let time = event.isKnownToTheSecond ? face.time(event.at) + "    " : face.millis(event.at)
      return TableRow(
        spanning: [StyledRun(time, .red), StyledRun("  ✝ \(event.pod) \(event.detail)", .red), StyledRun(after, .dim)])
    case .record(let record, let isMatch):
      let millis = first.map { (record.at - $0).nanoseconds / 1_000_000 } ?? 0
      let listing = isLoose ? RecordListings.loose : RecordListings.records
      return listing.tableRow(
        RecordLine(record, isMatch: isMatch, millis: millis, showsFlags: true, extras: extras), ListingContext(face: face, now: record.at))
    }
  }

  private func record(before index: Int) -> LogRecord? {
    var index = index - 1
    while index >= 0 {
      if let record = record(at: index) { return record }
      index -= 1
    }
    return nil
  }

  /// A record in full: its fields as a table, in the order in which they were written.
  package static func detail(_ record: LogRecord, face: TimeDisplay) -> [(key: String, value: String)] {
    var rows = [(key: "at", value: "\(record.at.rfc3339(.microseconds)), \(face.full(record.at))")]
    let place = [record.origin.cluster, record.origin.namespace, record.origin.pod, record.origin.container].filter { !$0.isEmpty }
    rows.append(("from", place.joined(separator: " › ") + ", run \(record.origin.restart + 1), \(record.origin.stream)"))
    for member in record.fields { rows.append((member.key, LogFields.short(member.value))) }
    if record.fields.isEmpty { rows.append(("line", String(decoding: record.raw, as: UTF8.self))) }
    return rows
  }

  package func report(query: String, face: TimeDisplay) -> Report {
    let now = rows.indices.last.flatMap(moment(at:)) ?? Timestamp(nanoseconds: 0)
    let context = ListingContext(face: face, now: now)
    let lines = rows.map { row in
      switch row {
      case .record(let record, let isMatch): RecordListings.loose.reportRow(RecordLine(record, isMatch: isMatch), context)
      case .lifecycle(let event):
        [
          event.isKnownToTheSecond ? face.time(event.at) : face.millis(event.at), "✝", "", LogFields.shortPod(event.pod),
          "\(event.pod) \(event.detail)",
        ]
      case .gap: ["--", "", "", "", ""]
      }
    }
    let table = RecordListings.loose.reportTable(of: lines)
    let blocks: [Report.Block] = rows.isEmpty ? [.text("No record matches.")] : [.text(summary), .table(table)]
    return Report("Logs: " + (query.isEmpty ? "everything" : query), blocks)
  }

  package var jsonLines: [String] {
    rows.compactMap { row in
      guard case .record(let record, true) = row else { return nil }
      return record.jsonLine
    }
  }
}

extension PodLifecycleEvent {
  /// A container ended, or the pod is going or gone.
  package var isEnding: Bool { kind == "containerEnded" || kind == "gone" || kind == "terminating" }
}

extension PodLifecycleEvent {
  /// Times of the API have whole seconds; a moment that a watch saw has more.
  var isKnownToTheSecond: Bool { at.nanoseconds % 1_000_000_000 == 0 }

  /// `73 ms`; `about 2 s` where the end is known to the second: what looks like 1.2 s may be 1.2 to 2.2.
  func delay(after moment: Timestamp) -> String {
    let delay = at - moment
    guard isKnownToTheSecond else { return delay.brief }
    let seconds = (delay.nanoseconds + 500_000_000) / 1_000_000_000
    return seconds < 1 ? "under 1 s" : "about \(Duration.seconds(seconds).brief)"
  }
}

/// `1 pod`, `4 pods`.
package func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

extension [String] {
  /// Each once, in their order.
  fileprivate func unique() -> [String] {
    var seen: Set<String> = []
    return filter { seen.insert($0).inserted }
  }
}
