import ClusterModel
package import Screen
package import TimeFormat

/// Reschedules on the screen: entries in columns; a run of them, and an entry that is not over, as a sentence beside time and workload.
package enum RescheduleTable {
  /// - Parameter isOfOneWorkload: leaves the workload's column out.
  package static func table(
    _ rows: [RescheduleRow], isOfOneWorkload: Bool, selected: Int? = nil, scroll: Int = 0, context: ListingContext
  ) -> Table {
    // As many as any screen shows: thousands are not measured.
    let near = rows.dropFirst(max(0, scroll)).prefix(200)
    let timeWidth = max(8, near.map { TextWidth.width(of: time($0, context)) }.max() ?? 0)
    let workloadWidth = isOfOneWorkload ? 0 : min(28, max(12, near.map { TextWidth.width(of: $0.newest.shortWorkload) }.max() ?? 0))
    var listing = isOfOneWorkload ? LedgerListings.entries.without("workload") : LedgerListings.entries
    listing = listing.changing("time") { $0.table = TableColumn("time", min: timeWidth, ideal: timeWidth) }
      .changing("workload") { $0.table = TableColumn("workload", min: workloadWidth, ideal: workloadWidth) }
    return Table(columns: listing.tableColumns, rowCount: rows.count, selected: selected, scroll: scroll) { index in
      let row = rows[index]
      guard let words = row.sentence(now: context.now) else {
        var cells = listing.tableRow(row.newest, context)
        cells.cells[0] = StyledLine(time(row, context), .text)
        return cells
      }
      var line = StyledLine(time(row, context)).fitted(to: timeWidth) + "  "
      if !isOfOneWorkload { line = line + StyledLine(row.newest.shortWorkload).fitted(to: workloadWidth) + "  " }
      return TableRow(spanning: line + words)
    }
  }

  /// `13:58:11`, `19:22–19:38`; an entry under its run stands further to the right.
  private static func time(_ row: RescheduleRow, _ context: ListingContext) -> String {
    func short(_ moment: Timestamp) -> String { context.face.short(moment, now: context.now) }
    switch row {
    case .entry(let entry, let isInside):
      let day = short(entry.at)
      return (isInside ? "  " : "") + (day.count > 5 ? day : context.face.time(entry.at))
    case .run(let run, _):
      let (first, last) = (short(run.oldest.at), short(run.newest.at))
      return first == last ? first : "\(first)–\(last)"
    }
  }
}

extension RescheduleRow {
  /// `restarted ×37, crash, exit 64, ongoing, 16 min, q9s2d on node-2`; `nil` for an entry that is over.
  func sentence(now: Timestamp) -> StyledLine? {
    if case .entry(let entry, _) = self, !entry.isOngoing { return nil }
    let entry = newest
    var line = StyledLine(entry.changeWord)
    if case .run(let run, _) = self { line.append(" ×\(run.entries.count)", .strong) }
    line.append(", ")
    line.append(entry.causeWords, entry.cause.isPlanned ? .dim : .amber)
    if let code = entry.exitCode, entry.change == .restarted { line.append(", exit \(code)") }
    if let since = downSince {
      line.append(", ")
      line.append(Reschedule.ongoing(since: since, now: now), .amber)
    } else if let since = ongoingSince {
      line.append(", ")
      line.append(entry.waiting(since: since, now: now), .amber)
    } else if let seconds = downtimeSeconds, seconds > 0 {
      line.append(", downtime \(ReschedulesView.duration(seconds))")
    }
    line.append(", \(pods)", .dim)
    if !nodes.isEmpty { line.append(" on \(nodes)", .dim) }
    return line
  }

  /// Since when the workload has no ready pod.
  package var downSince: Timestamp? {
    switch self {
    case .entry(let entry, _): entry.isDown ? entry.downtimeSince ?? entry.at : nil
    case .run(let run, _): run.downSince
    }
  }

  package var ongoingSince: Timestamp? {
    switch self {
    case .entry(let entry, _): entry.isOngoing ? entry.at : nil
    case .run(let run, _): run.ongoingSince
    }
  }

  var downtimeSeconds: Double? {
    switch self {
    case .entry(let entry, _): entry.downtimeSeconds
    case .run(let run, _): run.downtimeSeconds
    }
  }

  /// The pod, or how many pods.
  var pods: String {
    guard case .run(let run, _) = self else { return newest.podWords }
    let pods = Set(run.entries.compactMap { ($0.old ?? $0.new)?.name })
    return pods.count == 1 ? newest.podWords : "\(pods.count) pods"
  }

  /// The node, or how many nodes.
  var nodes: String {
    guard case .run(let run, _) = self else { return newest.nodes }
    let nodes = Set(run.entries.map(\.nodes))
    return nodes.count == 1 ? newest.nodes : "\(nodes.count) nodes"
  }
}

extension Reschedule {
  /// `not ready again for 24 min`: others of its workload are, or nobody knows.
  package func waiting(since: Timestamp, now: Timestamp) -> String {
    "not \(change == .restarted ? "ready again" : "replaced yet"), \((now - since).brief)"
  }

  /// `retracted`; else what happened, with a mark where it was told otherwise before.
  package var changeWord: String {
    if retractedAt != nil { return "retracted" }
    return revisedAt == nil ? change.rawValue : change.rawValue + "*"
  }

  /// `ongoing, 24 min`.
  package static func ongoing(since: Timestamp, now: Timestamp) -> String { "ongoing, \((now - since).brief)" }
}
