import MigrationPlan
package import Screen
import TimeFormat
import Views

extension VoyagePage {
  package func draw(_ area: Rect, on canvas: inout Canvas) {
    guard let view else {
      if canvas.shared.pin?.hasVoyage == false {
        canvas.empty([StyledLine("Reading the evidence up to \(canvas.shared.face.full(canvas.shared.moment))…", .grey)], in: area)
      } else if let error = canvas.shared.shown.planError {
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
    let left = isWide ? Rect(x: area.x, y: area.y, width: area.width - Self.sideWidth - 2, height: area.height) : area
    var row = 0
    if area.height >= 20 {
      let legend = VoyageView.gradeLegend
      canvas.rule(StyledLine("Facilities", .title), left, 0, note: legend.width + 18 <= left.width ? legend : nil)
      row = 1
    }
    let gateRows = min(gates.count, 3)
    let sideRows = isWide ? 0 : gateRows + 1
    let lower = showsGate ? gate?.reasons.count ?? 0 : checkCells.count
    let below = max(4, min(lower + 2, area.height < 30 ? 6 : 8))
    let tableRows = max(2, min(count + 1, area.height - row - sideRows - (area.height > 14 ? below : 0)))
    let tableArea = Rect(x: left.x, y: left.y + row, width: left.width, height: tableRows)
    let table = VoyageListings.facilities.table(
      rowCount: count, selected: list.selected, scroll: list.top, context: ListingContext(face: canvas.shared.face, now: view.voyage.at)
    ) { view.voyage.facilities[$0] }
    canvas.draw(table, in: tableArea, pane: Pane.facilities.rawValue)
    row += tableRows
    if isWide {
      // Gates may need more rows than the facilities; the checks below get theirs first.
      let side = gateBlocks(view, width: Self.sideWidth)
      let budget = Paragraph.wrap(view.budgetLine, columns: Self.sideWidth, hanging: 2)
      row = max(row, min(side.reduce(0) { $0 + $1.count } + budget.count + 2, area.height - below))
      drawSide(side, budget, Rect(x: left.endX + 2, y: area.y, width: Self.sideWidth, height: min(area.height, row)), &canvas)
    } else {
      let top = Table.scroll(from: gateList.top, selected: gateList.selected, rowCount: gates.count, visible: gateRows)
      canvas.shown(Pane.gates.rawValue, top: top, visible: gateRows)
      for (index, gate) in gates.enumerated().dropFirst(top).prefix(gateRows) {
        drawGate(index, [StyledLine(" ") + view.gateLine(gate)], left, row, &canvas)
        row += 1
      }
      canvas.line(StyledLine(" ") + view.budgetLine, left, row)
      row += 1
    }
    let rest = Rect(x: area.x, y: area.y + row, width: area.width, height: area.height - row)
    if showsGate { drawConditions(rest, &canvas) } else { drawCells(rest, &canvas) }
  }

  /// A gate's lines; the first one carries the cursor.
  private func drawGate(_ index: Int, _ lines: [StyledLine], _ area: Rect, _ row: Int, _ canvas: inout Canvas) {
    for (offset, line) in lines.enumerated() { canvas.line(line, area, row + offset) }
    let rect = Rect(x: area.x, y: area.y + row, width: area.width, height: lines.count).intersection(area)
    canvas.hits.add(rect, .row(index, pane: Pane.gates.rawValue))
    guard showsGate, index == gateList.selected, rect.height > 0 else { return }
    canvas.surface.highlight(Rect(x: rect.x, y: rect.y, width: rect.width, height: 1))
    if pane == .gates {
      canvas.surface.text(canvas.glyphs.pointer, x: rect.x, y: rect.y, style: canvas.surface.theme[.selection], width: 1)
    }
  }

  /// Each gate with what stands in its way.
  /// Of the gates beside the facilities; at 120 columns it leaves these what "soaking: 0 of 5 days done" takes.
  private static let sideWidth = 39

  private func gateBlocks(_ view: VoyageView, width: Int) -> [[StyledLine]] {
    view.voyage.gates.map { gate in
      var lines: [StyledLine] = [
        [
          StyledRun(gate.isOpen ? "  ✔ " : "  ✖ ", gate.isOpen ? .green : .amber), StyledRun(gate.name, .strong),
          StyledRun(gate.cluster.isEmpty ? "" : " in \(gate.cluster)", .dim),
        ]
      ]
      let blocking = gate.reasons.filter { !$0.isMet }
      for reason in blocking.prefix(2) { lines.append(StyledLine("    " + reason.sentence)) }
      if blocking.count > 2 { lines.append(StyledLine("    and \(blocking.count - 2) more", .dim)) }
      if gate.isOpen { lines.append(StyledLine("    open", .green)) }
      return lines.flatMap { Paragraph.wrap($0, columns: width, hanging: 6) }
    }
  }

  private func drawSide(_ gates: [[StyledLine]], _ budget: [StyledLine], _ area: Rect, _ canvas: inout Canvas) {
    canvas.rule(StyledLine("Gates", .title), area, 0)
    let room = max(0, area.height - budget.count - 2)
    // From the first gate with which the selected one has room.
    var top = 0
    while top < gateList.selected, gates[top...gateList.selected].reduce(0, { $0 + $1.count }) > room { top += 1 }
    var row = 0
    for (index, lines) in gates.enumerated().dropFirst(top) where row < room {
      let part = Array(lines.prefix(room - row))
      drawGate(index, part, area, 1 + row, &canvas)
      row += part.count
      if row == room, part.count < lines.count || index < gates.count - 1 { canvas.line(StyledLine("    …", .dim), area, room) }
    }
    canvas.shown(Pane.gates.rawValue, top: top, visible: max(1, gates.count - top))
    canvas.rule(StyledLine("Change budget", .title), area, 1 + row)
    for (index, line) in budget.enumerated() { canvas.line(line, area, row + 2 + index) }
  }

  /// What the keys do in the lower part, or how far the checks are that run.
  private func note(isInside: Bool, _ words: String, _ canvas: Canvas) -> StyledLine? {
    if let run = canvas.shared.checkRun, run.isRunning {
      return StyledLine("◌ \(run.words(canvas.shared.now))   Esc cancel", .text)
    }
    let all = [words, isInside ? "Esc back" : ""].filter { !$0.isEmpty }.joined(separator: "   ")
    return all.isEmpty ? nil : StyledLine(all, .dim)
  }

  private func drawConditions(_ area: Rect, _ canvas: inout Canvas) {
    guard area.height >= 2, let gate else { return }
    let title = gate.name + (gate.cluster.isEmpty ? "" : " in \(gate.cluster)")
    let needs = VoyageView.needs(of: gate)
    let note = note(isInside: pane == .conditions, title.count + needs.count + 23 <= area.width ? needs : "", canvas)
    canvas.rule(StyledLine(title, .title), area, 0, note: note)
    let table = VoyageListings.conditions.table(
      rowCount: gate.reasons.count, selected: pane == .conditions ? conditionList.selected : nil, scroll: conditionList.top,
      context: ListingContext(face: canvas.shared.face, now: canvas.now)
    ) { gate.reasons[$0] }
    let body = Rect(x: area.x, y: area.y + 1, width: area.width, height: area.height - 1)
    canvas.draw(table, in: body, pane: Pane.conditions.rawValue)
  }

  private func drawCells(_ area: Rect, _ canvas: inout Canvas) {
    guard area.height >= 2, let facility else { return }
    canvas.rule(StyledLine(facility.name, .title), area, 0, note: note(isInside: pane == .checks, "", canvas))
    let cells = checkCells
    let body = Rect(x: area.x, y: area.y + 1, width: area.width, height: area.height - 1)
    guard !cells.isEmpty else {
      canvas.surface.draw(Paragraph([StyledLine(facility.next, .dim)]), in: body.inset(left: 2, right: 1))
      return
    }
    let table = VoyageListings.cells.table(
      rowCount: cells.count, selected: pane == .checks ? self.cells.selected : nil, scroll: self.cells.top,
      context: ListingContext(face: canvas.shared.face, now: canvas.now)
    ) { cells[$0] }
    canvas.draw(table, in: body, pane: Pane.checks.rawValue)
    // Where rows are left, what the selected result is about, in the check's own words.
    let used = cells.count + 2
    guard let cell, body.height - used >= 4 else { return }
    let rest = Rect(x: area.x, y: body.y + used, width: area.width, height: body.height - used)
    canvas.rule(StyledLine(cell.check, .title), rest, 0)
    let text = TextLayer(title: "", pairs: checkPairs(canvas.shared))
    let lines = text.lines.flatMap { Paragraph.wrap($0, columns: area.width - 4, hanging: text.hanging) }
    for (row, line) in lines.prefix(rest.height - 1).enumerated() {
      canvas.surface.line(line, x: rest.x + 2, y: rest.y + 1 + row, width: rest.width - 3)
    }
  }
}
