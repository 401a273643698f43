import MigrationPlan
package import Screen
import TimeFormat
import Views

extension VoyagePage {
  package func draw(_ area: Rect, on canvas: inout Canvas) {
    guard let view else {
      if let error = canvas.shared.shown.planError {
        canvas.empty(
          [
            StyledLine("✖ The plan cannot be read", .red), StyledLine(error), "",
            "`periplus plan lint` names every mistake with file and line.",
          ], in: area)
      } else {
        canvas.empty(
          [
            StyledLine("The voyage", .strong),
            "The ten facilities in order, with state and evidence, and the gates they open.",
            "There is no plan yet: `periplus plan init` writes the first one.",
          ], in: area)
      }
      return
    }
    let count = view.voyage.facilities.count
    let gates = view.voyage.gates
    let isWide = area.width >= 120
    let left = isWide ? Rect(x: area.x, y: area.y, width: area.width - 42, height: area.height) : area
    var row = 0
    let spare = area.height >= 20
    if spare {
      canvas.rule(StyledLine("Facilities", .title), left, 0)
      row = 1
    }
    let sideRows = isWide ? 0 : min(gates.count, 3) + 1
    let below = max(4, min(checkCells.count + 2, area.height < 30 ? 6 : 8))
    let tableRows = max(2, min(count + 1, area.height - row - sideRows - (area.height > 14 ? below : 0)))
    let tableArea = Rect(x: left.x, y: left.y + row, width: left.width, height: tableRows)
    let table = VoyageListings.facilities.table(
      rowCount: count, selected: list.selected, scroll: list.top, context: ListingContext(face: canvas.shared.face, now: view.voyage.at)
    ) { view.voyage.facilities[$0] }
    canvas.draw(table, in: tableArea, pane: 0)
    row += tableRows
    if isWide {
      // Gates may need more rows than the facilities; the checks below get theirs first.
      let side = sideLines(view, width: 40)
      row = max(row, min(side.gates.count + side.budget.count + 2, area.height - below))
      drawSide(side, Rect(x: left.endX + 2, y: area.y, width: 40, height: min(area.height, row)), canvas)
    } else {
      for gate in gates.prefix(3) {
        canvas.line(StyledLine(" ") + view.gateLine(gate), left, row)
        row += 1
      }
      canvas.line(StyledLine(" ") + view.budgetLine, left, row)
      row += 1
    }
    drawCells(Rect(x: area.x, y: area.y + row, width: area.width, height: area.height - row), &canvas)
  }

  private func sideLines(_ view: VoyageView, width: Int) -> (gates: [StyledLine], budget: [StyledLine]) {
    var lines: [StyledLine] = []
    for gate in view.voyage.gates {
      lines.append(
        [
          StyledRun(gate.isOpen ? "✔ " : "✖ ", gate.isOpen ? .green : .amber), StyledRun(gate.name, .strong),
          StyledRun(gate.cluster.isEmpty ? "" : " in \(gate.cluster)", .dim),
        ])
      let blocking = gate.reasons.filter { !$0.isMet }
      for reason in blocking.prefix(2) { lines.append(StyledLine("  " + reason.sentence)) }
      if blocking.count > 2 { lines.append(StyledLine("  and \(blocking.count - 2) more", .dim)) }
      if gate.isOpen { lines.append(StyledLine("  open", .green)) }
    }
    return (
      lines.flatMap { Paragraph.wrap($0, columns: width, hanging: 4) }, Paragraph.wrap(view.budgetLine, columns: width, hanging: 2)
    )
  }

  private func drawSide(_ side: (gates: [StyledLine], budget: [StyledLine]), _ area: Rect, _ canvas: Canvas) {
    canvas.rule(StyledLine("Gates", .title), area, 0)
    let room = max(0, area.height - side.budget.count - 2)
    for (index, line) in side.gates.prefix(room).enumerated() {
      let isCut = index == room - 1 && side.gates.count > room
      canvas.line(isCut ? StyledLine("  …", .dim) : line, area, 1 + index)
    }
    let row = 1 + min(room, side.gates.count)
    canvas.rule(StyledLine("Change budget", .title), area, row)
    for (index, line) in side.budget.enumerated() { canvas.line(line, area, row + 1 + index) }
  }

  private func drawCells(_ area: Rect, _ canvas: inout Canvas) {
    guard area.height >= 2, let facility else { return }
    canvas.rule(StyledLine(facility.name, .title), area, 0, note: pane == 1 ? StyledLine("Esc back", .dim) : nil)
    let cells = checkCells
    let body = Rect(x: area.x, y: area.y + 1, width: area.width, height: area.height - 1)
    guard !cells.isEmpty else {
      let text =
        facility.checks.isEmpty
        ? facility.next : "No evidence yet. `periplus check` runs the checks now; the recorder runs those that are due."
      canvas.surface.draw(Paragraph([StyledLine(text, .dim)]), in: body.inset(left: 2, right: 1))
      return
    }
    let table = VoyageListings.cells.table(
      rowCount: cells.count, selected: pane == 1 ? self.cells.selected : nil, scroll: self.cells.top,
      context: ListingContext(face: canvas.shared.face, now: canvas.now)
    ) { cells[$0] }
    canvas.draw(table, in: body, pane: 1)
  }
}
