import ClusterModel
package import Screen
import TimeFormat
import Views

extension WorkloadPage {
  package func draw(_ area: Rect, on canvas: inout Canvas) {
    let shared = canvas.shared
    guard let view, view.workload != nil || view.verdict != nil || !view.pods.isEmpty else {
      let gone: [StyledLine] = [
        StyledLine("\(reference.display) is no longer in \(cluster).", .grey),
        "Its logs and reschedules are kept: l logs, 3 reschedules, Esc back.",
      ]
      return canvas.empty(shared.reasonForNothing(of: cluster) ?? gone, in: area)
    }
    var row = 0
    let path = "\(cluster) › \(reference.namespace) › \(reference.display)"
    var state = StyledLine()
    if let verdict = view.verdict {
      state.append("\(verdict.status.glyph) \(verdict.ready)/\(verdict.desired) ready", verdict.status.role)
      if let since = verdict.since { state.append(" since \(shared.face.short(since, now: shared.moment))", .dim) }
    }
    canvas.line(StyledLine(" " + path, .strong), Rect(x: area.x, y: area.y, width: max(0, area.width - state.width - 2), height: 1), 0)
    canvas.surface.line(state, x: area.x, y: area.y, width: max(0, area.width - 1), align: .right)
    row += 1
    let lineRows = area.height >= 16 ? 4 : 0
    let ledgerRows = view.reschedules.isEmpty || area.height < 20 ? 0 : min(5, view.rescheduleRows.count + 1)
    row += drawWhy(view, area, row, rest: 1 + max(2, view.pods.count + 1) + ledgerRows + lineRows, canvas)
    canvas.rule([StyledRun(PodListings.pods.title, .title), StyledRun(" \(view.pods.count)", .dim)], area, row)
    row += 1
    let tableRows = max(2, min(view.pods.count + 1, area.height - row - lineRows - ledgerRows))
    let context = ListingContext(face: shared.face, now: canvas.now)
    var table = PodListings.pods.table(
      rowCount: view.pods.count, selected: list.selected, scroll: list.top,
      emptyMessage: StyledLine("no pods: \(view.workload.map { "\($0.desired) desired" } ?? "")", .grey), context: context
    ) { view.pods[$0] }
    // A pod's name is what one copies and greps for: other columns go before it is cut.
    let names = view.pods.dropFirst(list.top).prefix(tableRows).map { TextWidth.width(of: $0.name) }
    table.columns[0].minWidth = max(table.columns[0].minWidth, min(names.max() ?? 0, max(0, area.width - 22)))
    table.columns[0].idealWidth = max(table.columns[0].idealWidth, table.columns[0].minWidth)
    canvas.draw(table, in: Rect(x: area.x, y: area.y + row, width: area.width, height: tableRows), pane: 0)
    row += tableRows
    if ledgerRows > 0 {
      canvas.rule([StyledRun("reschedules", .title), StyledRun(" \(view.reschedules.count)", .dim)], area, row)
      // The workload is the page's own: its column goes.
      var ledger = RescheduleTable.table(Array(view.rescheduleRows.prefix(ledgerRows - 1)), isOfOneWorkload: true, context: context)
      ledger.showsHeader = false
      canvas.draw(ledger, Rect(x: area.x, y: area.y + row + 1, width: area.width, height: ledgerRows - 1))
      row += ledgerRows
    }
    if lineRows > 0 { LastLines.draw(lastLines, area, row, canvas) }
  }

  /// Draws why it is so beside what changed, or above it; returns the rows taken.
  ///
  /// - Parameter rest: the rows that everything below asks for.
  private func drawWhy(_ view: WorkloadView, _ area: Rect, _ row: Int, rest: Int, _ canvas: Canvas) -> Int {
    var why: [StyledLine] = (view.verdict?.reasons ?? []).map {
      [StyledRun(" \($0.status.glyph) ", $0.status.role), StyledRun($0.sentence), StyledRun("  (\($0.rule))", .dim)]
    }
    if why.isEmpty { why = [[StyledRun(" ✔ ", .green), StyledRun("healthy: all rules pass")]] }
    if let words = view.verdict?.downtimeWords(now: canvas.now) { why.append(StyledLine("   \(words)", .dim)) }
    let isWide = area.width >= 100
    let room = area.height - row - rest
    let whyRows = min(why.count, max(area.height >= 24 ? 5 : 3, isWide ? room - 1 : 0))
    let half = isWide ? area.width / 2 : area.width
    let left = Rect(x: area.x, y: area.y, width: isWide ? half - 1 : half, height: area.height)
    canvas.rule(StyledLine("why", .title), left, row)
    let right = isWide ? Rect(x: area.x + half, y: area.y, width: area.width - half, height: area.height) : area
    let top = isWide ? row : row + 1 + whyRows
    let most = max(isWide ? max(whyRows, area.height >= 24 ? 5 : 3) : 2, min(12, area.height - top - 1 - rest))
    let (changes, shown) = changes(view, width: right.width, most: most, canvas)
    // Beside the changes a reason that is long goes on in the rows that are empty.
    let reasons = Canvas.fitted(why, columns: left.width - 1, rows: max(whyRows, isWide ? min(changes.count, most) : 0), hanging: 3)
    for (index, line) in reasons.enumerated() { canvas.line(line, left, row + 1 + index) }
    guard !changes.isEmpty else { return 1 + reasons.count }
    canvas.rule(
      [StyledRun("what changed", .title), StyledRun(" \(view.changes.count)", .dim)], right, top,
      note: shown < view.changes.count ? StyledLine("\(view.changes.count - shown) more: e export", .dim) : nil)
    for (index, line) in changes.enumerated() { canvas.line(line, right, top + 1 + index) }
    return isWide ? 1 + max(reasons.count, changes.count) : 2 + whyRows + changes.count
  }

  /// At most so many lines on what changed, newest first, and how many changes they show whole.
  private func changes(_ view: WorkloadView, width: Int, most: Int, _ canvas: Canvas) -> (lines: [StyledLine], shown: Int) {
    let shared = canvas.shared
    var lines: [StyledLine] = []
    var shown = 0
    for change in view.changes where lines.count < most {
      let start = " " + (change.at.map { shared.face.short($0, now: shared.moment) } ?? "–").padding(to: 6) + " "
      let indent = String(repeating: " ", count: TextWidth.width(of: start))
      let words = change.lines(face: shared.face, now: shared.moment, width: width - indent.count - 1)
      if lines.count + words.count <= most { shown += 1 }
      for (index, line) in words.prefix(most - lines.count).enumerated() {
        lines.append(StyledLine(index == 0 ? start : indent, .dim) + line)
      }
    }
    return (lines, shown)
  }
}
