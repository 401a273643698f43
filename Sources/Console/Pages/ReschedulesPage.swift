import ClusterModel
import Screen
import TimeFormat
import Views

/// The ledger: what was moved or restarted, how often, and why.
package struct ReschedulesPage: PageBehavior {
  static let kind = PageKind.reschedules
  static let spans: [(name: String, span: Duration)] = [
    ("1 h", .seconds(3600)), ("6 h", .seconds(21_600)), ("24 h", .seconds(86_400)), ("7 d", .seconds(604_800)),
  ]
  var groups = ListCursor()
  var entries = ListCursor()
  /// 0: workloads, 1: the entries of the selected one.
  var pane = 0
  var order = ReschedulesView.Order.byWorkload
  var unplannedOnly = false
  var cause: Reschedule.Cause?
  var filter = ""
  var spanIndex = 2
  var sortByLast = false
  var view: ReschedulesView?

  package init(filter: String = "") { self.filter = filter }

  var title: String { "Reschedules" }
  var link: String { "reschedules" + (filter.isEmpty ? "" : "/\(filter)") }

  private var shownGroups: [ReschedulesView.Group] {
    let groups = view?.groups ?? []
    return sortByLast ? groups.sorted { $0.last > $1.last } : groups
  }

  private var shownEntries: [Reschedule] {
    guard let view else { return [] }
    if order == .byTime { return view.entries }
    let groups = shownGroups
    return groups.indices.contains(self.groups.selected) ? view.entries(of: groups[self.groups.selected]) : []
  }

  mutating func refresh(_ shared: Shared) {
    view = ReschedulesView(
      shared.shown.reschedules, gaps: shared.shown.gaps, ledger: shared.shown.ledger,
      clusters: shared.shown.clusters.map(\.snapshot.cluster), now: shared.moment, span: Self.spans[spanIndex].span,
      unplannedOnly: unplannedOnly, cause: cause, filter: filter)
    groups.clamp(view?.groups.count ?? 0)
    entries.clamp(shownEntries.count)
  }

  private var isInEntries: Bool { order == .byTime || pane == 1 }

  mutating func perform(_ command: CommandID, _ argument: String, _ shared: inout Shared) -> PageOutcome {
    if isInEntries {
      if entries.move(command, count: shownEntries.count, page: shared.listRows) { return .done }
    } else if groups.move(command, count: shownGroups.count, page: shared.listRows) {
      entries = ListCursor()
      return .done
    }
    switch command {
    case .enter:
      if isInEntries {
        guard !shownEntries.isEmpty else { return .say("There is no entry here.") }
        return PageOutcome(layer: .text(TextLayer(title: "Reschedule", lines: subject(shared).explanation)))
      }
      if !shownEntries.isEmpty { pane = 1 }
      return .done
    case .back:
      if pane == 1, order == .byWorkload {
        pane = 0
        return .done
      }
      guard !filter.isEmpty || cause != nil else { return .ignored }
      (filter, cause) = ("", nil)
      refresh(shared)
      return .done
    case .nextPane, .previousPane:
      if order == .byWorkload { pane = 1 - pane }
      return .done
    case .sort:
      sortByLast.toggle()
      return .say(sortByLast ? "Order: latest first" : "Order: most first")
    case .view:
      order = order == .byWorkload ? .byTime : .byWorkload
      (pane, entries) = (0, ListCursor())
      return .done
    case .unplanned:
      unplannedOnly.toggle()
      refresh(shared)
      return .done
    case .cause:
      let known = (view?.causes ?? []).map(\.cause)
      if let cause, let index = known.firstIndex(of: cause) {
        self.cause = index + 1 < known.count ? known[index + 1] : nil
      } else {
        cause = known.first
      }
      (groups, entries) = (ListCursor(), ListCursor())
      refresh(shared)
      return .say(cause.map { "Cause: \($0.rawValue)" } ?? "All causes")
    case .widerRange, .narrowerRange:
      spanIndex = max(0, min(Self.spans.count - 1, spanIndex + (command == .widerRange ? 1 : -1)))
      refresh(shared)
      return .done
    case .search:
      filter = argument
      (groups, entries) = (ListCursor(), ListCursor())
      refresh(shared)
      return .done
    default: return .ignored
    }
  }

  mutating func select(row: Int, pane: Int) {
    self.pane = order == .byTime ? 0 : pane
    if order == .byTime || pane == 1 {
      entries.selected = row
    } else {
      groups.selected = row
      entries = ListCursor()
    }
  }

  mutating func sort(column: Int, _ shared: Shared) {
    guard order == .byWorkload else { return }
    sortByLast = ReschedulesView.groupColumns.indices.contains(column) && ReschedulesView.groupColumns[column].title == "last"
  }

  func subject(_ shared: Shared) -> Subject {
    var subject = Subject()
    subject.link = link
    if isInEntries, shownEntries.indices.contains(entries.selected) {
      let entry = shownEntries[entries.selected]
      subject.owner = Self.owner(cluster: entry.cluster, namespace: entry.namespace, workload: entry.workload)
      subject.logQuery = (entry.old ?? entry.new).map { "pod:\($0.name)" }
      subject.moment = entry.at
      subject.copyText = entry.jsonLine
      subject.explanation = [
        "\(shared.face.full(entry.at)): \(entry.shortWorkload) \(entry.change.rawValue), cause \(entry.cause.rawValue) (confidence \(Int(entry.confidence * 100)) %)."
      ]
      if let old = entry.old {
        subject.explanation.append("old: \(old.name) on \(old.node.isEmpty ? "no node" : old.node), uid \(old.uid)")
      }
      if let new = entry.new {
        subject.explanation.append("new: \(new.name) on \(new.node.isEmpty ? "no node yet" : new.node), uid \(new.uid)")
      }
      if let container = entry.container {
        subject.explanation.append("container: \(container)" + (entry.exitCode.map { ", exit code \($0)" } ?? ""))
      }
      if let seconds = entry.downtimeSeconds { subject.explanation.append("no ready endpoint for \(ReschedulesView.duration(seconds))") }
      if let seconds = entry.capacityGapSeconds {
        subject.explanation.append("short of replicas for \(ReschedulesView.duration(seconds)) in all")
      }
      if entry.isPending { subject.explanation.append("The successor is not ready yet.") }
      subject.explanation += entry.evidence.map { "evidence: \($0)" }
    } else if !isInEntries, shownGroups.indices.contains(groups.selected) {
      let group = shownGroups[groups.selected]
      subject.owner = Self.owner(cluster: group.cluster, namespace: group.namespace, workload: group.workload)
      subject.logQuery = "namespace:\(group.namespace) service:\(group.display.split(separator: "/").last ?? "")"
      subject.moment = group.last
      subject.copyText =
        "\(group.cluster) \(group.display): \(group.count) reschedules in \(Self.spans[spanIndex].name), mostly \(group.mostly.rawValue)"
      subject.explanation = [subject.copyText.map { $0 + "." } ?? ""]
      var causes: [Reschedule.Cause: Int] = [:]
      for entry in shownEntries where entry.counts { causes[entry.cause, default: 0] += 1 }
      for (cause, count) in causes.sorted(by: { ($1.value, $0.key.rawValue) < ($0.value, $1.key.rawValue) }) {
        subject.explanation.append("\(cause.rawValue): \(count)\(cause.isPlanned ? " (planned)" : "")")
      }
    }
    return subject
  }

  private static func owner(cluster: String, namespace: String, workload: String) -> Subject.WorkloadName? {
    let parts = workload.split(separator: "/", maxSplits: 1)
    guard parts.count == 2 else { return nil }
    return .init(cluster: cluster, reference: ObjectReference(kind: String(parts[0]), namespace: namespace, name: String(parts[1])))
  }

  func draw(_ area: Rect, on canvas: inout Canvas) {
    guard let view else { return }
    let data = canvas.shared.shown
    var note = StyledLine([unplannedOnly ? "unplanned only" : "planned too", order.rawValue].joined(separator: " · "), .dim)
    if let cause { note = [Span("cause \(cause.rawValue)", .accent), Span(" · ", .dim)] + note }
    if !filter.isEmpty { note = [Span("/ \(filter)", .accent), Span(" · ", .dim)] + note }
    let summary = StyledLine(" ") + view.summary(span: Self.spans[spanIndex].name)
    var row = 1
    if summary.width + note.width + 2 <= area.width {
      canvas.line(summary, area, 0)
      canvas.surface.line(note, x: area.x, y: area.y, width: max(0, area.width - 1), align: .right)
    } else {
      canvas.line(summary, area, 0)
      canvas.line(StyledLine(" ") + note, area, 1)
      row = 2
    }
    let gapLine = view.gapsLine(face: canvas.shared.face)
    let error = data.ledgerError
    let ledgerNote = view.hasLedger ? view.ledgerNote : nil
    let footRows = [gapLine != nil, ledgerNote != nil, error != nil].count { $0 }
    let body = Rect(x: area.x, y: area.y + row, width: area.width, height: max(0, area.height - row - footRows))
    if view.entries.isEmpty {
      drawEmpty(body, data, canvas)
    } else if order == .byWorkload {
      let groups = shownGroups
      let share = min(groups.count + 1, max(3, body.height / 2))
      let glyphs = canvas.glyphs
      let sorted = ReschedulesView(view, groups: groups)
      let table = Table(
        columns: ReschedulesView.groupColumns(span: Self.spans[spanIndex].name), rowCount: groups.count, selected: self.groups.selected,
        scroll: self.groups.top,
        sort: .init(column: sortByLast ? 7 : 2, ascending: false)
      ) { sorted.row(group: $0, glyphs: glyphs) }
      canvas.listRows = table.visibleRows(height: share)
      canvas.draw(table, in: Rect(x: body.x, y: body.y, width: body.width, height: share), pane: 0, sorts: true)
      let title = groups.indices.contains(self.groups.selected) ? groups[self.groups.selected].display : ""
      canvas.rule(
        StyledLine(title, .title), body, share, note: pane == 1 ? StyledLine("Esc back", .dim) : StyledLine("Enter entries", .dim))
      drawEntries(Rect(x: body.x, y: body.y + share + 1, width: body.width, height: max(0, body.height - share - 1)), pane: 1, &canvas)
    } else {
      drawEntries(body, pane: 0, &canvas)
    }
    var foot = area.height - footRows
    if let gapLine {
      canvas.line(StyledLine(" ") + gapLine, area, foot)
      foot += 1
    }
    if let ledgerNote {
      canvas.line(StyledLine(" \(ledgerNote)", .amber), area, foot)
      foot += 1
    }
    if let error { canvas.line(StyledLine(" ✖ \(error)", .red), area, foot) }
  }

  private func drawEntries(_ area: Rect, pane: Int, _ canvas: inout Canvas) {
    guard area.height > 0 else { return }
    let entries = shownEntries
    let shared = canvas.shared
    let now = canvas.now
    var columns = ReschedulesView.entryColumns
    if order == .byWorkload { columns.remove(at: 1) }
    let isByWorkload = order == .byWorkload
    let table = Table(
      columns: columns, rowCount: entries.count, selected: isInEntries ? self.entries.selected : nil, scroll: self.entries.top
    ) { index in
      var row = ReschedulesView.row(entries[index], face: shared.face, now: now)
      if isByWorkload { row.cells.remove(at: 1) }
      return row
    }
    if isInEntries { canvas.listRows = table.visibleRows(height: area.height) }
    canvas.draw(table, in: area, pane: pane)
  }

  private func drawEmpty(_ area: Rect, _ data: ConsoleData, _ canvas: Canvas) {
    if !data.hasLedger, data.ledgerError == nil {
      canvas.empty([StyledLine("The ledger is being read…", .grey)], in: area)
    } else if view?.hasLedger == false {
      canvas.empty(
        [
          StyledLine(view?.ledgerNote ?? ReschedulesView.noLedger, .strong),
          "Here stand pods that were moved, restarted or replaced, with the cause, the downtime and the evidence.",
        ], in: area)
    } else if !filter.isEmpty || cause != nil || unplannedOnly {
      canvas.empty(
        [StyledLine("Nothing matches the filter.", .grey), "Esc clears it, p shows planned changes too, + widens the time."], in: area)
    } else {
      canvas.empty(
        [
          StyledLine("Nothing was rescheduled in the last \(Self.spans[spanIndex].name).", .strong),
          "Here stand pods that were moved, restarted or replaced, with the cause, the downtime and the evidence.",
          "The recorder writes them; + widens the time.",
        ], in: area)
    }
  }

  func report(_ shared: Shared) -> Report {
    view?.report(face: shared.face, span: Self.spans[spanIndex].name, order: order) ?? Report("Reschedules")
  }
  func json(_ shared: Shared) -> [String] { view?.jsonLines ?? [] }
}
