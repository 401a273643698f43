package import Screen
import TimeFormat
import Views

extension NodePage {
  package func draw(_ area: Rect, on canvas: inout Canvas) {
    let shared = canvas.shared
    guard let view else {
      let gone: [StyledLine] = [
        StyledLine("\(name) is not in \(cluster).", .grey),
        "It was removed, or is not listed yet. :nodes lists all nodes, 3 the reschedules.",
      ]
      return canvas.empty(shared.reasonForNothing(of: cluster) ?? gone, in: area)
    }
    var state = view.row.state
    if let since = view.row.since {
      state.append(" \(view.row.isLive ? "since" : "last known") \(shared.face.short(since, now: shared.moment))", .dim)
    }
    canvas.line(
      StyledLine(" \(cluster) › \(name)", .strong), Rect(x: area.x, y: area.y, width: max(0, area.width - state.width - 2), height: 1), 0)
    canvas.surface.line(state, x: area.x, y: area.y, width: max(0, area.width - 1), align: .right)
    var row = 1
    for line in facts(view, canvas) {
      canvas.line(line, area, row)
      row += 1
    }
    canvas.rule(StyledLine("conditions", .title), area, row)
    // What is wrong comes first; the pods keep half of the page.
    let conditions = view.conditions.prefix(max(2, area.height / 2 - row - 1))
    row += 1
    for condition in conditions {
      canvas.line(view.line(condition, face: shared.face), area, row)
      row += 1
    }
    canvas.rule(
      [StyledRun("pods", .title), StyledRun(" \(view.pods.count)", .dim)], area, row, note: view.podsNote.map { StyledLine($0, .grey) })
    let table = NodeListings.pods.table(
      rowCount: view.pods.count, selected: list.selected, scroll: list.top, emptyMessage: StyledLine("no pods", .grey),
      context: ListingContext(face: shared.face, now: canvas.now, glyphs: canvas.glyphs)
    ) { view.pods[$0] }
    canvas.draw(
      table, in: Rect(x: area.x, y: area.y + row + 1, width: area.width, height: max(0, area.height - row - 1)), pane: 0)
  }

  private func facts(_ view: NodeView, _ canvas: Canvas) -> [StyledLine] {
    let face = canvas.shared.face
    func requested(_ title: String, _ fraction: Double?, _ amounts: String) -> StyledLine {
      var line = StyledLine(" \(title)".padding(to: 9), .dim)
      line.append(Gauge.text(fraction, columns: 20, glyphs: canvas.glyphs), view.row.isLive ? .bar : .grey)
      line.append(" \(amounts) requested", .text)
      if let fraction { line.append(", \(fraction.percent)", .strong) }
      return line
    }
    var lines = [
      StyledLine(" " + view.facts(face: face).joined(separator: "   "), .text),
      requested("cpu", view.row.cpuFraction, view.row.cpuText), requested("memory", view.row.memoryFraction, view.row.memoryText),
    ]
    if let words = view.row.cordonWords(face: face, now: view.now) { lines.append(StyledLine(" " + words, .strong)) }
    if let taints = view.taints { lines.append([StyledRun(" taints  ", .dim), StyledRun(taints)]) }
    return lines
  }
}
