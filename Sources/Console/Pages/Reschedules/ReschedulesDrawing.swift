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
      var table = LedgerListings.groups(over: Self.spans[spanIndex].name).table(
        rowCount: groups.count, selected: self.groups.selected, scroll: self.groups.top,
        context: ListingContext(face: canvas.shared.face, now: view.now, glyphs: canvas.glyphs)
      ) { groups[$0] }
      table.sort = .init(column: sortByLast ? 7 : 2, ascending: false)
      canvas.draw(table, in: Rect(x: body.x, y: body.y, width: body.width, height: share), pane: 0, sorts: true)
      let title = groups.indices.contains(self.groups.selected) ? groups[self.groups.selected].display : ""
      canvas.rule(
        StyledLine(title, .title), body, share, note: pane == 1 ? StyledLine("Esc back", .dim) : StyledLine("Enter entries", .dim))
      drawEntries(Rect(x: body.x, y: body.y + share + 1, width: body.width, height: max(0, body.height - share - 1)), &canvas)
    } else {
      drawEntries(body, &canvas)
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

  private func drawEntries(_ area: Rect, _ canvas: inout Canvas) {
    guard area.height > 0 else { return }
    let entries = shownEntries
    let listing = order == .byWorkload ? LedgerListings.entries.without("workload") : LedgerListings.entries
    let table = listing.table(
      rowCount: entries.count, selected: isInEntries ? self.entries.selected : nil, scroll: self.entries.top,
      context: ListingContext(face: canvas.shared.face, now: canvas.now)
    ) { entries[$0] }
    canvas.draw(table, in: area, pane: 1)
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
        [StyledLine("Nothing matches the filter.", .grey), "/ changes it, p shows planned changes too, + widens the time."], in: area)
    } else {
      canvas.empty(
        [
          StyledLine("Nothing was rescheduled in the last \(Self.spans[spanIndex].name).", .strong),
          "Here stand pods that were moved, restarted or replaced, with the cause, the downtime and the evidence.",
          "The recorder writes them; + widens the time.",
        ], in: area)
    }
  }
}
