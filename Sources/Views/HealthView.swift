package import ClusterModel
package import Screen
package import TimeFormat

/// A cluster as it was last seen, with the verdicts on its workloads.
package struct ClusterHealth: Sendable, Hashable {
  package var snapshot: ClusterSnapshot
  package var verdicts: [HealthVerdict]

  package init(snapshot: ClusterSnapshot, verdicts: [HealthVerdict]) {
    self.snapshot = snapshot
    self.verdicts = verdicts
  }
}

/// The single pane of glass: what is wrong gets a line and words, what is fine gets one tile.
package struct HealthView: Sendable {
  package enum Order: String, Sendable, Hashable, CaseIterable {
    case worstFirst = "worst first"
    case byName = "by name"
    case latestFirst = "latest change first"
  }

  package struct Tile: Sendable, Hashable {
    package var verdict: HealthVerdict
    /// Unplanned reschedules and restarts in each of the last 24 hours, oldest first.
    package var hours: [Int]
    /// Whether somebody keeps the ledger of its cluster: without one, `hours` says nothing.
    package var hasLedger = true

    package var name: String { verdict.subject.name }
    package var churn: Int { hours.reduce(0, +) }
  }

  package struct Section: Sendable, Hashable {
    package var cluster: String
    package var connection: ClusterConnection
    package var lastSeen: Timestamp
    /// What has a line of its own, in the view's order.
    package var listed: [Tile]
    /// What is fine, or grey because the cluster does not answer: one tile each.
    package var fine: [Tile]
    package var nodesReady: Int
    package var nodes: Int
    /// `node-7 cordoned`, `node-2 not ready`.
    package var nodeNotes: [String]
    package var sight: ClusterSight

    package var isLive: Bool { sight.isLive }
    /// Whether its server does not show nodes to this user.
    package var hidesNodes: Bool { sight.visibility.hidden.contains("nodes") }
  }

  package var sections: [Section]
  package var counts: [HealthVerdict.Status: Int]
  /// Reschedules of the last 24 hours, per hour, and their number.
  package var hours: [Int]
  package var reschedules: Int
  package let now: Timestamp

  /// Says of which clusters no reschedules are known.
  package let ledgerNote: String?
  /// Of the grey ones, those of which no replica is desired.
  package let scaledToZero: Int
  /// Whether the reschedules of any of the clusters are known.
  package let hasLedger: Bool

  /// - Parameter ledger: of which clusters reschedules are known; `nil` when that is not known yet.
  package init(
    clusters: [ClusterHealth], reschedules: [Reschedule], ledger: LedgerCoverage?, now: Timestamp, filter: String = "",
    order: Order = .worstFirst
  ) {
    self.now = now
    let names = clusters.map(\.snapshot.cluster)
    ledgerNote = ledger?.complaint(of: names)
    hasLedger = names.isEmpty || names.contains { ledger?.has($0) ?? true }
    var perWorkload: [String: [Int]] = [:]
    var all = [Int](repeating: 0, count: 24)
    for entry in reschedules where entry.counts {
      guard let hour = HealthView.hour(of: entry.at, now: now) else { continue }
      all[hour] += 1
      guard !entry.cause.isPlanned else { continue }
      perWorkload["\(entry.cluster)/\(entry.namespace)/\(entry.workload)", default: [Int](repeating: 0, count: 24)][hour] += 1
    }
    hours = all
    self.reschedules = all.reduce(0, +)
    let needle = filter.lowercased()
    var counts: [HealthVerdict.Status: Int] = [:]
    var scaledToZero = 0
    sections = clusters.map { health in
      let snapshot = health.snapshot
      let hasLedger = ledger?.has(snapshot.cluster) ?? true
      let isLive = if case .live = snapshot.connection { true } else { false }
      var tiles: [Tile] = []
      for verdict in health.verdicts {
        // A node that is fine, or of which nothing is known, is in the nodes' line; one that is at fault has a line of its own.
        if verdict.subject.kind == "Node", verdict.status == .green || !isLive { continue }
        counts[verdict.status, default: 0] += 1
        if verdict.isScaledToZero { scaledToZero += 1 }
        if !needle.isEmpty, !HealthView.matches(verdict, needle) { continue }
        let key = "\(snapshot.cluster)/\(verdict.subject.namespace)/\(verdict.subject.display)"
        tiles.append(Tile(verdict: verdict, hours: perWorkload[key] ?? [], hasLedger: hasLedger))
      }
      let sorted = HealthView.sorted(tiles, by: order)
      var notes: [String] = []
      for node in snapshot.nodes {
        if !node.isReady { notes.append("\(node.name) not ready") } else if node.isUnschedulable { notes.append("\(node.name) cordoned") }
      }
      // Of a cluster that does not answer nothing is known: one note says so, not one line each.
      func isListed(_ tile: Tile) -> Bool { tile.verdict.status > .unknown || tile.verdict.status == .unknown && isLive }
      return Section(
        cluster: snapshot.cluster, connection: snapshot.connection, lastSeen: snapshot.at,
        listed: sorted.filter(isListed), fine: sorted.filter { !isListed($0) },
        nodesReady: snapshot.nodes.count { $0.isReady && !$0.isUnschedulable }, nodes: snapshot.nodes.count, nodeNotes: notes,
        sight: ClusterSight(snapshot))
    }
    self.counts = counts
    self.scaledToZero = scaledToZero
    tiles = sections.flatMap { $0.listed + $0.fine }
    let first = tiles.first?.verdict.subject.namespace
    hasManyNamespaces = tiles.contains { $0.verdict.subject.namespace != first }
  }

  /// Whether a filter finds a verdict: words of its own, and `kind:`, `namespace:` and `cluster:`, all in lower case.
  private static func matches(_ verdict: HealthVerdict, _ filter: String) -> Bool {
    var words: [Substring] = []
    for word in filter.split(separator: " ") {
      let parts = word.split(separator: ":", maxSplits: 1)
      switch (parts.count == 2 ? parts[0] : "", parts.last ?? "") {
      case ("kind", let kind): guard verdict.subject.kind.lowercased() == kind else { return false }
      case ("namespace", let name): guard verdict.subject.namespace.lowercased() == name else { return false }
      case ("cluster", let name): guard verdict.cluster.lowercased() == name else { return false }
      default: words.append(word)
      }
    }
    return words.isEmpty || contains(verdict, words.joined(separator: " "))
  }

  private static func contains(_ verdict: HealthVerdict, _ needle: String) -> Bool {
    verdict.subject.name.lowercased().contains(needle) || verdict.subject.namespace.lowercased().contains(needle)
      || verdict.cluster.lowercased().contains(needle) || verdict.status.word.hasPrefix(needle)
      || verdict.reasons.contains { $0.sentence.lowercased().contains(needle) }
  }

  /// Sorts places, not tiles: a tile is heavy to move, and there may be thousands.
  private static func sorted(_ tiles: [Tile], by order: Order) -> [Tile] {
    let oldest = Timestamp(nanoseconds: .min)
    let ranks = tiles.map { tile in
      switch order {
      case .worstFirst: Rank(-Int64(tile.verdict.status.rawValue), -Int64(tile.verdict.reasons.count), -Int64(tile.churn))
      case .byName: Rank(0, 0, 0)
      // The newest first; what never changed comes last.
      case .latestFirst: Rank(-max(tile.verdict.since ?? oldest, Timestamp(nanoseconds: -Int64.max)).nanoseconds, 0, 0)
      }
    }
    let places = tiles.indices.sorted { one, other in
      if ranks[one] != ranks[other] { return ranks[one] < ranks[other] }
      let (first, second) = (tiles[one].verdict.subject, tiles[other].verdict.subject)
      if first.name != second.name { return first.name < second.name }
      return first.namespace < second.namespace
    }
    return places.map { tiles[$0] }
  }

  private struct Rank: Comparable {
    let first, second, third: Int64

    init(_ first: Int64, _ second: Int64, _ third: Int64) { (self.first, self.second, self.third) = (first, second, third) }

    static func < (one: Rank, other: Rank) -> Bool { (one.first, one.second, one.third) < (other.first, other.second, other.third) }
  }

  /// Which of the last 24 hours, 23 is the current one; `nil` outside.
  package static func hour(of moment: Timestamp, now: Timestamp) -> Int? {
    let ago = (now - moment).nanoseconds
    guard ago > -60_000_000_000, ago < 86_400_000_000_000 else { return nil }
    return 23 - Int(max(0, ago) / 3_600_000_000_000)
  }

  /// All tiles in the order in which the cursor goes through them.
  package let tiles: [Tile]
  /// Then a name alone does not say which workload is meant.
  package let hasManyNamespaces: Bool

  /// `✖ 2 red  ▲ 3 amber  ✔ 41 green  ◌ 6 no data`.
  package var summary: StyledLine {
    var line = StyledLine()
    for status in [HealthVerdict.Status.red, .amber, .green, .unknown] {
      let count = (counts[status] ?? 0) - (status == .unknown ? scaledToZero : 0)
      if count == 0, status == .unknown { continue }
      line.append("\(status.glyph) \(count) \(status.countWord)", count > 0 ? status.role : .dim)
      line.append("  ")
    }
    if scaledToZero > 0 { line.append("\(HealthVerdict.Status.unknown.glyph) \(scaledToZero) scaled to 0  ", .grey) }
    return line
  }

  /// `nodes 6/7 ready (node-7 cordoned)`, one cluster after the other where `width` allows it, else all together.
  package func nodesLine(width: Int) -> StyledLine {
    let each = nodesEach
    guard each.width > width, sections.count > 1 else { return each }
    let live = sections.filter(\.isLive)
    let (ready, all) = live.reduce((0, 0)) { ($0.0 + $1.nodesReady, $0.1 + $1.nodes) }
    let notes = live.flatMap(\.nodeNotes)
    let unknown = sections.reduce(0) { $0 + ($1.isLive ? 0 : $1.nodes) }
    var line: StyledLine = [StyledRun("nodes ", .dim), StyledRun("\(ready)/\(all) ready", ready == all ? .text : .amber)]
    if let first = notes.first { line.append(" (\(first)" + (notes.count > 1 ? " and \(notes.count - 1) more)" : ")"), .amber) }
    if unknown > 0 { line.append(", \(unknown) no data", .grey) }
    return line
  }

  private var nodesEach: StyledLine {
    var line = StyledLine("nodes ", .dim)
    for (index, section) in sections.enumerated() {
      if index > 0 { line.append(" · ", .dim) }
      if sections.count > 1 { line.append(section.cluster + " ", .dim) }
      if section.hidesNodes {
        line.append("not shown", .grey)
        continue
      }
      guard section.isLive else {
        line.append("no data", .grey)
        continue
      }
      line.append("\(section.nodesReady)/\(section.nodes) ready", section.nodesReady == section.nodes ? .text : .amber)
      if let first = section.nodeNotes.first {
        line.append(" (\(first)" + (section.nodeNotes.count > 1 ? " and \(section.nodeNotes.count - 1) more)" : ")"), .amber)
      }
    }
    return line
  }

  package func report(face: TimeDisplay) -> Report {
    var report = Report("Health at \(face.full(now))", [.text(summary.text.trimmed)])
    for section in sections {
      report.add(.heading(section.cluster + section.connection.note(face: face, now: now)))
      for limit in section.sight.limits { report.add(.text(limit)) }
      if section.listed.isEmpty, section.fine.isEmpty {
        report.add(.text("No workloads."))
        continue
      }
      let tiles = HealthListing.tiles.without("cluster")
      report.add(.table(tiles.reportTable(section.listed + section.fine, ListingContext(face: face, now: now))))
      report.add(
        .text(
          section.hidesNodes
            ? "Nodes: not shown to this user."
            : !section.isLive
              ? "Nodes: no data."
              : "Nodes: \(section.nodesReady) of \(section.nodes) ready"
                + (section.nodeNotes.isEmpty ? "." : ": " + section.nodeNotes.joined(separator: ", ") + ".")))
    }
    if hasLedger { report.add(.text("Reschedules in 24 h: \(reschedules).")) }
    if let ledgerNote { report.add(.text(ledgerNote)) }
    return report
  }

  /// One line per workload, then one for each cluster that does not answer, or not wholly.
  package var jsonLines: [String] { tiles.map { HealthListing.tiles.jsonLine($0) } + ClusterSight.jsonLines(sections.map(\.sight)) }

  /// Which clusters do not answer and why; `nil` when all do.
  package var silence: String? { ClusterSight.silence(sections.map(\.sight)) }

  /// Whether anything is red: what the command's exit code says.
  package var hasRed: Bool { (counts[.red] ?? 0) > 0 }
}

extension HealthVerdict.Status {
  package var glyph: String {
    switch self {
    case .green: "✔"
    case .unknown: "◌"
    case .amber: "▲"
    case .red: "✖"
    }
  }

  package var role: Role {
    switch self {
    case .green: .green
    case .unknown: .grey
    case .amber: .amber
    case .red: .red
    }
  }

  /// `red`, `amber`, `green`, `unknown`.
  package var word: String {
    switch self {
    case .green: "green"
    case .unknown: "unknown"
    case .amber: "amber"
    case .red: "red"
    }
  }

  var countWord: String { self == .unknown ? "no data" : word }
}

extension HealthVerdict {
  fileprivate var isScaledToZero: Bool { status == .unknown && reasons.first?.rule == HealthRules.scaledToZero }
}

extension ClusterConnection {
  /// What to say behind a cluster's name; empty while it answers.
  package func note(face: TimeDisplay, now: Timestamp) -> String {
    switch self {
    case .live: return ""
    case .connecting: return ": connecting"
    case .stale(let since, let reason, let retry):
      var text = ": no data for \((now - since).brief)"
      if let retry, retry > now { text += ", retrying in \((retry - now).brief)" }
      return reason.isEmpty ? text : text + " (\(reason))"
    }
  }
}

extension Reschedule {
  /// Only these count as reschedules; `added` and `removed` are scaling and clean-up, and what was retracted did not happen.
  package var counts: Bool { (change == .replaced || change == .restarted) && retractedAt == nil }
}

extension String {
  /// Without blanks at its ends.
  package var trimmed: String {
    var text = Substring(self)
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}
