package import Screen
import ClusterModel
import TimeFormat
import Views

extension NodesPage {
  package func draw(_ area: Rect, on canvas: inout Canvas) {
    guard let view else { return }
    let shared = canvas.shared
    if shared.isUnknown {
      return canvas.empty(
        [
          StyledLine("◌ no data", .grey),
          StyledLine("No cluster state is recorded for \(shared.face.full(shared.moment)). T returns to live."),
        ], in: area)
    }
    guard view.total > 0 else { return drawEmpty(view, area, canvas) }
    var note = StyledLine(order.rawValue, .dim)
    if !filter.isEmpty { note = [StyledRun("/ \(filter)", .accent), StyledRun("  Esc clears   ", .dim)] + note }
    canvas.line(StyledLine(" ") + view.summary, Rect(x: area.x, y: area.y, width: max(0, area.width - note.width - 2), height: 1), 0)
    canvas.surface.line(note, x: area.x, y: area.y, width: max(0, area.width - 1), align: .right)
    // Below the rows, which clusters do not answer; many of them must not take the rows' room.
    let silence = Array(view.silence(face: shared.face).prefix(max(1, area.height / 6)))
    let list = listing(width: area.width)
    var table = list.table(
      rowCount: view.rows.count, selected: self.list.selected, scroll: self.list.top,
      emptyMessage: StyledLine("nothing matches \"\(filter)\"", .grey),
      context: ListingContext(face: shared.face, now: canvas.now, glyphs: canvas.glyphs)
    ) { view.rows[$0] }
    if let column = sortedColumn { table.sort = .init(column: column, ascending: order == .byName) }
    let room = max(0, area.height - 1 - silence.count)
    // What the column cuts is said whole where the rows leave room for it.
    let why = (row?.why(face: shared.face, now: canvas.now) ?? []).flatMap {
      Paragraph.wrap(StyledLine($0), columns: max(1, area.width - 4))
    }
    let height = why.isEmpty || view.rows.count + 2 + why.count > room ? room : room - why.count - 1
    canvas.draw(table, in: Rect(x: area.x, y: area.y + 1, width: area.width, height: height), pane: 0, sorts: true)
    if height < room, let row {
      canvas.rule(StyledLine(row.node.name, .title), area, 1 + height)
      for (index, line) in why.enumerated() { canvas.line(StyledLine("  ") + line, area, 2 + height + index) }
    }
    for (index, text) in silence.enumerated() {
      canvas.line([StyledRun(" ◌ ", .grey), StyledRun(text, .grey)], area, area.height - silence.count + index)
    }
  }

  private func drawEmpty(_ view: NodesView, _ area: Rect, _ canvas: Canvas) {
    var lines = [StyledLine("Every node of every cluster, worst first", .strong)]
    if canvas.shared.shown.clusters.isEmpty {
      lines += ["No cluster is watched yet.", "`periplus up` starts the proving ground; a kubeconfig brings other clusters."]
    } else if !view.forbidden.isEmpty {
      lines += view.forbidden.map { StyledLine($0) }
    } else if view.silent.isEmpty {
      lines += ["No nodes: the cluster has none."]
    } else {
      lines += view.silence(face: canvas.shared.face).map { StyledLine("◌ \($0)", .grey) }
    }
    canvas.empty(lines, in: area)
  }
}
