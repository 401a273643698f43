package import ClusterModel
import JSONBytes
package import Screen
package import TelemetryModel
package import TimeFormat

/// How complete what is on screen is: every source with its lag, drops and last error.
package struct SourcesView: Sendable {
  /// Worst first.
  package let sources: [SourceStatus]
  package let now: Timestamp
  /// A source that was current this long ago is behind.
  private static let behind = Duration.seconds(10)

  package init(_ sources: [SourceStatus], clusters: [ClusterSnapshot], now: Timestamp) {
    self.now = now
    var all = sources
    for snapshot in clusters where !all.contains(where: { $0.name == "k8s" && $0.cluster == snapshot.cluster }) {
      var status = SourceStatus(name: "k8s", cluster: snapshot.cluster)
      switch snapshot.connection {
      case .connecting: status.lastError = nil
      case .live(let since):
        status.connectedSince = since
        // A watch that is live is current, however long nothing has changed.
        status.currentAt = now
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
  private static func isOnce(_ status: SourceStatus) -> Bool { status.name == "ingest" }

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

  package static let columns: [TableColumn] = [
    TableColumn("source", min: 7, ideal: 9), TableColumn("cluster", min: 8, ideal: 10, priority: 3),
    TableColumn("current", min: 9, ideal: 11),
    TableColumn("connected", min: 10, ideal: 11, priority: 2), TableColumn("records in", min: 10, align: .right, priority: 1),
    TableColumn("dropped", min: 7, align: .right), TableColumn("last error or reason", min: 16, ideal: 20, flex: 1),
  ]

  package func row(_ index: Int) -> TableRow {
    guard sources.indices.contains(index) else { return TableRow([]) }
    let status = sources[index]
    return TableRow([
      StyledLine(status.name, SourcesView.role(status, now: now)), StyledLine(status.cluster),
      StyledLine(status.currentAt.map { SourcesView.lag(now - $0) + " ago" } ?? "–"),
      StyledLine(status.connectedSince.map { "\((now - $0).brief)" } ?? "–", .dim), StyledLine("\(status.recordsIn)"),
      StyledLine("\(status.dropped)", status.dropped > 0 ? .amber : .text),
      StyledLine(status.lastError ?? status.dropReason ?? "–", status.lastError != nil ? .red : .dim),
    ])
  }

  /// A line per source under a header, and below it what is wrong with it.
  package var lines: [StyledLine] {
    guard !sources.isEmpty else { return [StyledLine("No source has reported yet; `periplus up` starts the recorder.", .dim)] }
    func line(_ cells: [(text: String, width: Int, role: Role)]) -> StyledLine {
      var line = StyledLine()
      for cell in cells {
        // Numbers have a negative width and stand to the right.
        let text = StyledLine(cell.text, cell.role).fitted(to: abs(cell.width), align: cell.width < 0 ? .right : .left)
        line += text + StyledLine("  ")
      }
      return line
    }
    let widths = [7, 14, 11, -10, -7, 10]
    var lines = [line(zip(["source", "cluster", "behind by", "records in", "dropped", "connected"], widths).map { ($0, $1, .header) })]
    for status in sources {
      let role = SourcesView.role(status, now: now)
      let lag = SourcesView.isOnce(status) ? "read once" : status.currentAt.map { SourcesView.lag(now - $0) } ?? "no data"
      let texts = [
        status.name, status.cluster, lag, "\(status.recordsIn)", "\(status.dropped)",
        status.connectedSince.map { "for \((now - $0).brief)" } ?? "–",
      ]
      let roles: [Role] = [.strong, .text, role, .text, status.dropped > 0 ? .amber : .text, .dim]
      lines.append(line(zip(zip(texts, widths), roles).map { ($0.0, $0.1, $1) }))
      if let error = status.lastError { lines.append(StyledLine("  ✖ \(error)", .red)) }
      if let reason = status.dropReason { lines.append(StyledLine("  ▲ dropped: \(reason)", .amber)) }
    }
    return lines
  }

  package func report(face: ClockFace) -> Report {
    Report(
      "Sources at \(face.full(now))",
      [
        sources.isEmpty
          ? .text("No source has reported yet.")
          : .table(
            .init(headers: SourcesView.columns.map(\.title), rows: sources.indices.map { row($0).cells.map(\.text) }, numeric: [4, 5]))
      ])
  }

  /// One line per source.
  package var jsonLines: [String] {
    sources.map { status in
      var json = JSONWriter()
      json.object { json in
        json.member("name", status.name)
        json.member("cluster", status.cluster)
        json.member(ifPresent: status.connectedSince?.rfc3339(), "connectedSince")
        json.member(ifPresent: status.currentAt?.rfc3339(), "currentAt")
        json.member("recordsIn", status.recordsIn)
        json.member("dropped", status.dropped)
        json.member(ifPresent: status.dropReason, "dropReason")
        json.member(ifPresent: status.lastError, "lastError")
      }
      return json.string
    }
  }
}
