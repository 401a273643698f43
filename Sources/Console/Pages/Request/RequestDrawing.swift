package import Screen
import TimeFormat
import Views

extension RequestPage {
  package func draw(_ area: Rect, on canvas: inout Canvas) {
    guard let view = judged(canvas.shared), view.records > 0 else {
      var lines: [StyledLine]
      if let error {
        lines = [StyledLine("✖ \(error)", .red)]
      } else if view == nil {
        lines = [StyledLine("Looking for request \(id)…", .grey)]
      } else {
        lines = [
          StyledLine("No record of request \(id) is known.", .strong),
          "Here stand its records of all services in time order, with the pods that served it.",
          "An id is what a service answered in x-request-id. `:sources` says what may be missing.",
        ]
        if let behind = RequestCollection(canvas.shared.data.sources).behind(canvas.shared.now - RequestPage.tolerance) {
          lines.append(StyledLine("\(behind).", .amber))
        }
      }
      canvas.empty(lines, in: area)
      return
    }
    var head: StyledLine = [StyledRun(" request ", .dim), StyledRun(id, .strong)]
    head.append("   " + view.headline, view.headline.contains("→ 5") ? .red : .text)
    canvas.line(head, area, 0)
    let summary = StyledLine(" " + view.summary, .dim)
    var row = 1
    if head.width + summary.width + 3 <= area.width {
      canvas.surface.line(summary, x: area.x, y: area.y, width: max(0, area.width - 1), align: .right)
    } else {
      canvas.line(summary, area, 1)
      row = 2
    }
    let label = RequestView.labelWidth(area.width - 2)
    let axis = TimeAxis(moments: view.moments, width: RequestView.axisWidth(area.width - 2, labelWidth: label))
    canvas.line(StyledLine(String(repeating: " ", count: label + 2) + axis.scale(), .dim), area, row)
    row += 1
    let missingRows = view.missing.isEmpty ? 0 : 1
    let laneRows = min(view.lanes.count, max(2, (area.height - row - missingRows) / 2))
    let moment = view.entries.indices.contains(list.selected) ? view.entries[list.selected].at : nil
    for index in 0..<laneRows {
      if index == laneRows - 1, view.lanes.count > laneRows {
        canvas.line(StyledLine("  and \(counted(view.lanes.count - index, "more pod")): see below", .dim), area, row)
      } else {
        canvas.line(StyledLine(" ") + view.laneLine(index, axis: axis, labelWidth: label, isSelected: moment), area, row)
        canvas.hits.add(Rect(x: area.x, y: area.y + row, width: area.width, height: 1), .row(index, pane: 1))
      }
      row += 1
    }
    canvas.rule(StyledLine("records and pods", .title), area, row, note: StyledLine("✝ pod end   ● record   ▲ warning", .dim))
    row += 1
    let body = Rect(x: area.x, y: area.y + row, width: area.width, height: max(0, area.height - row - missingRows))
    let face = canvas.shared.face
    let table = Table(columns: RecordListings.records.tableColumns, rowCount: view.entries.count, selected: list.selected, scroll: list.top)
    {
      view.row($0, face: face)
    }
    canvas.draw(table, in: body, pane: 0)
    if missingRows > 0 { canvas.line(StyledLine(" missing: " + view.missing.joined(separator: "; "), .amber), area, area.height - 1) }
  }
}
