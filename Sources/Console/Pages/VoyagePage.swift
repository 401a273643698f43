import MigrationPlan
import Screen
import TimeFormat
import Views

/// The facilities in order, gates, change budget; below, the checks of the selected facility.
package struct VoyagePage: PageBehavior {
  static let kind = PageKind.voyage
  var list = ListCursor()
  var cells = ListCursor()
  var pane = 0
  var view: VoyageView?
  private var wanted: String?

  package init(item: String = "") { wanted = item.isEmpty ? nil : item }

  var title: String { "Voyage" }
  var link: String { "voyage" + (facility.map { "/\($0.id)" } ?? "") }
  var facility: FacilityStatus? {
    guard let view, view.voyage.facilities.indices.contains(list.selected) else { return nil }
    return view.voyage.facilities[list.selected]
  }
  private var checkCells: [CheckCell] {
    (facility?.checks.flatMap(\.cells) ?? []).sorted {
      ($0.outcome.weight, $0.check, $0.subject) < ($1.outcome.weight, $1.check, $1.subject)
    }
  }

  mutating func refresh(_ shared: Shared) {
    view = shared.shown.voyage.map(VoyageView.init)
    if let name = wanted, let index = view?.voyage.facilities.firstIndex(where: { $0.id == name }) {
      list.selected = index
      wanted = nil
    }
    list.clamp(view?.voyage.facilities.count ?? 0)
    cells.clamp(checkCells.count)
  }

  mutating func perform(_ command: CommandID, _ argument: String, _ shared: inout Shared) -> PageOutcome {
    if pane == 1, cells.move(command, count: checkCells.count, page: 5) { return .done }
    if pane == 0, list.move(command, count: view?.voyage.facilities.count ?? 0, page: shared.listRows) {
      cells = ListCursor()
      return .done
    }
    switch command {
    case .nextPane, .previousPane:
      pane = checkCells.isEmpty ? 0 : 1 - pane
      return .done
    case .enter:
      if pane == 0 {
        guard !checkCells.isEmpty else {
          return .say("\(facility?.name ?? "This facility") has no results yet; `periplus check` runs its checks.")
        }
        pane = 1
        return .done
      }
      return PageOutcome(layer: .text(TextLayer(title: "Why", lines: subject(shared).explanation)))
    case .back:
      guard pane == 1 else { return .ignored }
      pane = 0
      return .done
    default: return .ignored
    }
  }

  mutating func select(row: Int, pane: Int) {
    self.pane = pane
    if pane == 0 { list.selected = row } else { cells.selected = row }
  }

  func subject(_ shared: Shared) -> Subject {
    var subject = Subject()
    guard let facility else { return subject }
    subject.link = link
    let cells = checkCells
    if pane == 1, cells.indices.contains(self.cells.selected) {
      let cell = cells[self.cells.selected]
      subject.copyText = "\(cell.check) \(cell.subject): \(cell.outcome.rawValue)" + (cell.evidence.map { ", \($0.observed)" } ?? "")
      subject.moment = cell.evidence?.at
      subject.explanation = [
        "\(cell.outcome.glyph) \(cell.check) on \(cell.subject) of \(cell.cluster): \(cell.outcome.rawValue)"
      ]
      if let evidence = cell.evidence {
        subject.explanation += [
          "observed: \(evidence.observed)", "grade: \(evidence.grade.code)", "how: \(evidence.query)", "source: \(evidence.source)",
          "at: \(shared.face.full(evidence.at))",
        ]
        if !evidence.digest.isEmpty { subject.explanation.append("digest: \(evidence.digest)") }
      } else {
        subject.explanation.append("There is no evidence yet; `periplus check` runs the checks now.")
      }
      if let due = cell.due { subject.explanation.append("counts until: \(shared.face.full(due))") }
      if let waiver = cell.waiver {
        subject.explanation.append("waived by \(waiver.approver) for \(waiver.owner): \(waiver.reason)")
      }
      return subject
    }
    subject.copyText =
      "\(facility.order) \(facility.name): \(facility.state.rawValue), \(VoyageView.evidence(of: facility).text). \(facility.next)"
    subject.explanation = [
      "\(facility.name) is \(facility.state.rawValue): \(facility.counts.pass) of \(facility.counts.counted) results pass.", facility.next,
    ]
    if let soak = facility.soak {
      subject.explanation.append(
        "Everything has passed since \(shared.face.full(soak.since)); \(soak.isDone ? "the soak is done" : "\(soak.left.brief) of \(soak.days) d left")."
      )
    }
    for check in facility.checks where check.outcome != .pass {
      subject.explanation.append("\(check.outcome.glyph) \(check.id): \(check.outcome.rawValue)")
    }
    return subject
  }

  func draw(_ area: Rect, on canvas: inout Canvas) {
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
    let table = Table(columns: VoyageView.columns, rowCount: count, selected: list.selected, scroll: list.top) { view.row($0) }
    canvas.listRows = table.visibleRows(height: tableRows)
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
          Span(gate.isOpen ? "✔ " : "✖ ", gate.isOpen ? .green : .amber), Span(gate.name, .strong),
          Span(gate.cluster.isEmpty ? "" : " in \(gate.cluster)", .dim),
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
    let now = canvas.now
    let table = Table(
      columns: VoyageView.cellColumns, rowCount: cells.count, selected: pane == 1 ? self.cells.selected : nil, scroll: self.cells.top
    ) { VoyageView.row(cells[$0], now: now) }
    canvas.draw(table, in: body, pane: 1)
  }

  func report(_ shared: Shared) -> Report {
    view?.report(face: shared.face)
      ?? Report("Voyage", [.text(shared.shown.planError ?? "There is no plan yet: `periplus plan init` writes the first one.")])
  }

  func json(_ shared: Shared) -> [String] { view?.jsonLines ?? [] }
}

extension Evidence.Outcome {
  /// Failures first.
  fileprivate var weight: Int {
    switch self {
    case .fail: 0
    case .stale: 1
    case .unknown: 2
    case .pass: 3
    case .waived: 4
    case .notApplicable: 5
    }
  }
}
