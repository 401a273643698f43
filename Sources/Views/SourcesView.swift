package import ClusterModel
package import Screen
package import TelemetryModel
package import TimeFormat

/// How complete what is on screen is: every source with its lag, drops and last error.
package struct SourcesView: Sendable {
  /// Worst first.
  package let sources: [SourceStatus]
  package let now: Timestamp
  /// A source that was current this long ago is behind.
  private static let behind = ClusterSnapshot.trusted

  package init(_ sources: [SourceStatus], clusters: [ClusterSnapshot], now: Timestamp) {
    self.now = now
    var all = sources
    for snapshot in clusters where !all.contains(where: { $0.name == "k8s" && $0.cluster == snapshot.cluster }) {
      var status = SourceStatus(name: "k8s", cluster: snapshot.cluster)
      switch snapshot.connection {
      case .connecting: status.lastError = nil
      case .live(let since):
        status.connectedSince = since
        // A server that answers is watched to the end, however long nothing has changed.
        status.currentAt = snapshot.answered ?? now
      case .stale(let since, let reason, _):
        status.currentAt = since
        status.lastError = reason
      }
      all.append(status)
    }
    self.sources = all.sorted { one, other in
      let (first, second) = (SourcesView.badness(one, now), SourcesView.badness(other, now))
      if first != second { return first > second }
      return (one.name, one.cluster) < (other.name, other.cluster)
    }
  }

  private static func badness(_ status: SourceStatus, _ now: Timestamp) -> Int {
    if isFailing(status, now) { return 4 }
    if status.dropped > 0 { return 3 }
    guard let current = status.currentAt else { return 2 }
    return now - current > behind && !isOnce(status) ? 1 : 0
  }

  /// A watch that ended and was opened again has an error behind it, and is current all the same.
  private static func isFailing(_ status: SourceStatus, _ now: Timestamp) -> Bool {
    // A file that could not be read was told to whom it was given; it says nothing of what is current.
    guard status.lastError != nil, !isOnce(status) else { return false }
    guard status.name == "k8s", let current = status.currentAt else { return true }
    return now - current > behind
  }

  /// Files that were read once: they are complete, and never late.
  static func isOnce(_ status: SourceStatus) -> Bool { status.name == "ingest" }

  package static func role(_ status: SourceStatus, now: Timestamp) -> Role {
    switch badness(status, now) {
    case 4: .red
    case 3, 1: .amber
    case 2: .grey
    default: .dim
    }
  }

  /// `logs 0.4 s, 0 dropped`.
  package static func brief(_ status: SourceStatus, now: Timestamp, showsCluster: Bool) -> String {
    if status.name == "disk" { return "disk ✖ full" }
    var text = status.name + (showsCluster && !status.cluster.isEmpty ? " \(status.cluster)" : "")
    if isOnce(status) {
      text += " \(counted(Int(clamping: status.recordsIn), "record"))"
    } else if let current = status.currentAt {
      text += " " + lag(now - current)
    } else {
      text += status.lastError == nil ? " no data yet" : ""
    }
    if isFailing(status, now) { text += " ✖ not answering" }
    if status.name == "logs" || status.dropped > 0 { text += ", \(status.dropped) dropped" }
    return text
  }

  static func lag(_ lag: Duration) -> String {
    let tenths = max(0, lag.nanoseconds) / 100_000_000
    return tenths < 100 ? "\(tenths / 10).\(tenths % 10) s" : lag.brief
  }

  /// The footer: all sources while they fit, else the worst one, or that none is bad.
  package func footer(width: Int) -> StyledLine {
    let sources = sources.filter { !SourcesView.isOnce($0) || SourcesView.badness($0, now) > 0 }
    guard let worst = sources.first else { return StyledLine("sources: none yet", .grey) }
    let clusters = Set(sources.map(\.cluster)).subtracting([""]).count > 1
    var line = StyledLine("sources: ", .dim)
    let ordered = sources.sorted { ($0.name, $0.cluster) < ($1.name, $1.cluster) }
    for (index, status) in ordered.enumerated() {
      if index > 0 { line.append(" · ", .dim) }
      line.append(SourcesView.brief(status, now: now, showsCluster: clusters), SourcesView.role(status, now: now))
    }
    if line.width <= width { return line }
    if SourcesView.badness(worst, now) == 0 {
      let most = sources.compactMap { $0.currentAt.map { now - $0 } }.max() ?? .zero
      return StyledLine("sources: all within \(SourcesView.lag(most))", .dim)
    }
    var short = StyledLine("worst source: ", .dim)
    short.append(SourcesView.brief(worst, now: now, showsCluster: clusters), SourcesView.role(worst, now: now))
    return short
  }

  /// A line per source under a header, and below it what is wrong with it.
  package var lines: [StyledLine] {
    guard !sources.isEmpty else { return [StyledLine("No source has reported yet; `periplus up` starts the recorder.", .dim)] }
    let listing = SourceListing.sources
    let context = ListingContext(now: now)
    func line(_ cells: [StyledLine]) -> StyledLine {
      zip(listing.tableColumns, cells).reduce(StyledLine()) { line, cell in
        line + cell.1.fitted(to: cell.0.idealWidth, align: cell.0.align) + StyledLine("  ")
      }
    }
    var lines = [line(listing.tableColumns.map { StyledLine($0.title, .header) })]
    for status in sources {
      lines.append(line(listing.tableRow(status, context).cells))
      if let error = status.lastError { lines.append(StyledLine("  ✖ \(error)", .red)) }
      if let reason = status.dropReason { lines.append(StyledLine("  ▲ dropped: \(reason)", .amber)) }
    }
    return lines
  }
}
