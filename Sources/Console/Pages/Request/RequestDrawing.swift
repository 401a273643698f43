import ClusterModel
package import Screen
import TelemetryModel
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
    drawBody(view, Rect(x: area.x, y: area.y + row, width: area.width, height: max(0, area.height - row)), on: &canvas)
  }

  /// The time axis with the pods, the rows, what stands at the cursor, and what is missing.
  private func drawBody(_ view: RequestView, _ area: Rect, on canvas: inout Canvas) {
    let face = canvas.shared.face
    let label = RequestView.labelWidth(area.width - 2)
    let axis = TimeAxis(moments: view.moments, width: RequestView.axisWidth(area.width - 2, labelWidth: label))
    let missing =
      view.missing.isEmpty
      ? []
      : Paragraph.wrap(
        StyledLine(" missing: " + view.missing.joined(separator: "; "), .amber), columns: area.width - 1, hanging: 1)
    // The axis, the rule of the rows, their header.
    let room = area.height - 3 - view.entries.count
    let missingRows = min(missing.count, max(1, room - view.lanes.count))
    let lanes = laneRows(view, axis, label, face, most: max(2, (area.height - missingRows) / 2, room - missingRows))

    canvas.line(StyledLine(String(repeating: " ", count: label + 2) + axis.scale(), .dim), area, 0)
    var row = 1
    for lane in lanes {
      canvas.line(lane.line, area, row)
      if let index = lane.lane { canvas.hits.add(Rect(x: area.x, y: area.y + row, width: area.width, height: 1), .row(index, pane: 1)) }
      row += 1
    }
    canvas.rule(
      StyledLine("records and pods", .title), area, row, note: StyledLine("✝ pod end   ✖ error   ▲ warning   ● record", .dim))
    row += 1
    let height = max(0, area.height - row - missingRows)
    let list = view.entries.count + 1
    let paneRows = CursorPane.rows(of: height, list: list)
    let table = Table(
      columns: RecordListings.records.tableColumns, rowCount: view.entries.count, selected: self.list.selected, scroll: self.list.top
    ) {
      view.row($0, face: face)
    }
    canvas.draw(table, in: Rect(x: area.x, y: area.y + row, width: area.width, height: height - paneRows), pane: 0)
    CursorPane.draw(
      atCursor(canvas.shared, columns: area.width - 2),
      in: Rect(x: area.x, y: area.y + row + height - paneRows, width: area.width, height: paneRows),
      note: StyledLine("Enter all   J raw", .dim), canvas)
    canvas.wrapped(
      missing, in: Rect(x: area.x, y: area.y + area.height - missingRows, width: area.width, height: missing.isEmpty ? 0 : missingRows),
      hanging: 1)
  }

  /// The pods on the axis, and the ends that have no room on it; what does not fit is counted.
  private func laneRows(
    _ view: RequestView, _ axis: TimeAxis, _ label: Int, _ face: TimeDisplay, most: Int
  ) -> [(line: StyledLine, lane: Int?)] {
    let moment = view.entries.indices.contains(list.selected) ? view.entries[list.selected].at : nil
    var rows: [(line: StyledLine, lane: Int?)] = []
    for index in view.lanes.indices {
      let line = view.laneLine(index, axis: axis, labelWidth: label, isSelected: moment.flatMap { $0 <= axis.end ? $0 : nil }, face: face)
      rows.append((line, index))
      if let end = view.endLine(index, axis: axis, labelWidth: label, face: face) { rows.append((end, index)) }
    }
    guard rows.count > most else { return rows }
    let shown = rows.prefix(most - 1)
    let left = view.lanes.indices.dropFirst((shown.last?.lane ?? -1) + 1)
    let ended = view.lanes.indices.count { index in
      view.lanes[index].ending != nil && !shown.contains { $0.lane == index }
    }
    let words = "  and \(counted(left.count, "more call"))" + (ended > 0 ? ", \(ended) ended ✝" : "") + ": see below"
    return Array(shown) + [(StyledLine(words, .dim), nil)]
  }

  private func atCursor(_ context: PageContext, columns: Int) -> [StyledLine] {
    guard let view, view.entries.indices.contains(list.selected) else { return [] }
    let selection = selection(context)
    switch view.entries[list.selected] {
    case .record(let record):
      let node = view.lanes.first { $0.cluster == record.origin.cluster && $0.podUID == record.origin.podUID }?.node
      return CursorPane.lines(of: record, node: node, columns: columns, selection, context)
    case .pod(let event):
      var head = StyledLine(context.face.millis(event.at) + "  ", .dim)
      head.append((event.isEnding ? "✝ " : "◆ ") + (selection.explanation.first ?? ""), event.isEnding ? .amber : .text)
      return [head] + selection.explanation.dropFirst().map { StyledLine($0) }
    }
  }
}
