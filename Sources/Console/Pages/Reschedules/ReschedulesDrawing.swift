import ClusterModel
package import Screen
import TimeFormat
import Views

extension ReschedulesPage {
  package func draw(_ area: Rect, on canvas: inout Canvas) {
    guard let view else { return }
    let data = canvas.shared.shown
    var note = StyledLine([unplannedOnly ? "unplanned only" : "planned + unplanned", order.rawValue].joined(separator: " · "), .dim)
    if let cause { note = [StyledRun("cause \(cause.rawValue)", .accent), StyledRun(" · ", .dim)] + note }
    if !filter.isEmpty { note = [StyledRun("/ \(filter)", .accent), StyledRun(" · ", .dim)] + note }
    let summary = StyledLine(" ") + view.summary(span: Self.spans[spanIndex].name)
    var row = 1
    if summary.width + note.width + 2 <= area.width {
      canvas.line(summary, area, 0)
      canvas.surface.line(note, x: area.x, y: area.y, width: max(0, area.width - 1), align: .right)
    } else {
      let lines = Paragraph.wrap(summary, columns: area.width, hanging: 1) + [StyledLine(" ") + note]
      for (index, line) in lines.enumerated() { canvas.line(line, area, index) }
      row = lines.count
    }
    let foot = foot(view, data, canvas, area.width, room: area.height - row)
    let body = Rect(x: area.x, y: area.y + row, width: area.width, height: max(0, area.height - row - foot.count))
    if view.entries.isEmpty, view.groups.isEmpty || order == .byTime {
      drawEmpty(body, data, canvas)
    } else if order == .byWorkload {
      let groups = self.groups.rows
      let share = min(groups.count + 1, max(3, body.height / 2))
      var table = LedgerListings.groups(over: Self.spans[spanIndex].name).table(
        rowCount: groups.count, selected: self.groups.state.selected, scroll: self.groups.state.top,
        context: ListingContext(face: canvas.shared.face, now: view.now, glyphs: canvas.glyphs)
      ) { groups[$0] }
      table.sort = .init(column: sortByLast ? 7 : 2, ascending: false)
      canvas.draw(table, in: Rect(x: body.x, y: body.y, width: body.width, height: share), pane: 0, sorts: true)
      let title = self.groups.row?.display ?? ""
      canvas.rule(
        [StyledRun(title, .title), StyledRun(" \(shownEntries.count)", .dim)], body, share,
        note: StyledLine(pane == 1 ? "Enter unfolds · Esc back" : "Enter entries", .dim))
      drawEntries(Rect(x: body.x, y: body.y + share + 1, width: body.width, height: max(0, body.height - share - 1)), &canvas)
    } else {
      drawEntries(body, &canvas)
    }
    for (index, line) in foot.enumerated() { canvas.line(line, area, area.height - foot.count + index) }
  }

  /// What was not seen and what cannot be known: each a row, and whole where the lists leave rows empty.
  private func foot(_ view: ReschedulesView, _ data: ConsoleData, _ canvas: Canvas, _ width: Int, room: Int) -> [StyledLine] {
    var lines: [StyledLine] = []
    if let gapLine = view.gapsLine(face: canvas.shared.face) { lines.append(StyledLine(" ") + gapLine) }
    if view.hasLedger, let note = view.ledgerNote { lines.append(StyledLine(" \(note)", .amber)) }
    if let error = data.ledgerError { lines.append(StyledLine(" ✖ \(error)", .red)) }
    let lists = entries.rows.count + (order == .byTime ? 1 : groups.rows.count + 3)
    let rows = max(lines.count, room - (view.entries.isEmpty ? 8 : lists))
    return Canvas.fitted(lines, columns: width - 1, rows: rows, hanging: 1)
  }

  private func drawEntries(_ area: Rect, _ canvas: inout Canvas) {
    guard area.height > 0 else { return }
    let paneRows = CursorPane.rows(of: area.height, list: entries.rows.count + 1)
    let table = RescheduleTable.table(
      entries.rows, isOfOneWorkload: order == .byWorkload, selected: isInEntries ? entries.state.selected : nil,
      scroll: entries.state.top, context: ListingContext(face: canvas.shared.face, now: canvas.now))
    canvas.draw(table, in: Rect(x: area.x, y: area.y, width: area.width, height: area.height - paneRows), pane: 1)
    let lines = selection(canvas.shared).explanation.enumerated().map { StyledLine($1, $0 == 0 ? .strong : .text) }
    CursorPane.draw(lines, in: Rect(x: area.x, y: area.endY - paneRows, width: area.width, height: paneRows), canvas)
  }

  private func drawEmpty(_ area: Rect, _ data: ConsoleData, _ canvas: Canvas) {
    if !data.hasLedger, data.ledgerError == nil {
      canvas.empty([StyledLine("The reschedule history is being read…", .grey)], in: area)
    } else if view?.hasLedger == false {
      canvas.empty(
        [
          StyledLine(view?.ledgerNote ?? ReschedulesView.noLedger, .strong),
          "This page lists pods that were replaced or restarted, with cause, downtime and evidence.",
        ], in: area)
    } else if !filter.isEmpty || cause != nil || unplannedOnly {
      canvas.empty(
        [StyledLine("Nothing matches the filter.", .grey), "/ changes it, p shows planned changes as well, + widens the time."], in: area)
    } else {
      canvas.empty(
        [
          StyledLine("Nothing was rescheduled in the last \(Self.spans[spanIndex].name).", .strong),
          "This page lists pods that were replaced or restarted, with cause, downtime and evidence.",
          "The recorder writes the history; + widens the time.",
        ], in: area)
    }
  }
}
