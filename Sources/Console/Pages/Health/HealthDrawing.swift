import ClusterModel
package import Screen
import TimeFormat
import Views

extension HealthPage {
  fileprivate enum Line {
    case heading(Int)
    case tile(Int, HealthView.Tile)
    /// Greens side by side: the first one's index and how many.
    case flow([(index: Int, tile: HealthView.Tile)])
    case count(Int, first: Int)
    case note(StyledLine)
  }

  private func lines(_ view: HealthView, width: Int, height: Int, face: TimeDisplay) -> [Line] {
    func build(folded: Bool) -> [Line] {
      var lines: [Line] = []
      var index = 0
      for (place, section) in view.sections.enumerated() {
        lines.append(.heading(place))
        if let note = section.sight.visibility.note {
          lines += Paragraph.wrap(StyledLine(" " + note, .amber), columns: width, hanging: 3).map { .note($0) }
        }
        if section.listed.isEmpty, section.fine.isEmpty {
          lines.append(
            .note(filter.isEmpty ? StyledLine("  no workload yet", .grey) : StyledLine("  nothing matches \"\(filter)\"", .grey)))
        }
        for tile in section.listed {
          lines.append(.tile(index, tile))
          index += 1
        }
        if !section.fine.isEmpty, folded {
          lines.append(.count(section.fine.count, first: index))
          index += section.fine.count
        } else {
          var row: [(Int, HealthView.Tile)] = []
          var used = 1
          for tile in section.fine {
            let need = TextWidth.width(of: HealthPage.short(tile)) + 5
            if used + need > width, !row.isEmpty {
              lines.append(.flow(row))
              (row, used) = ([], 1)
            }
            row.append((index, tile))
            used += need
            index += 1
          }
          if !row.isEmpty { lines.append(.flow(row)) }
        }
      }
      return lines
    }
    // A tile takes eight columns at least: thousands are not laid out only to be counted.
    let most = view.sections.reduce(0) { $0 + $1.listed.count + $1.fine.count * 8 / max(8, width) }
    guard most <= height else { return build(folded: true) }
    let full = build(folded: false)
    return full.count <= height ? full : build(folded: true)
  }

  private static func short(_ tile: HealthView.Tile) -> String { "\(tile.name) \(tile.verdict.ready)/\(tile.verdict.desired)" }

  package func draw(_ area: Rect, on canvas: inout Canvas) {
    guard let view else { return }
    let shared = canvas.shared
    if shared.pin?.hasClusters == false {
      canvas.empty(
        [
          StyledLine("◌ no data", .grey),
          StyledLine(
            "No cluster state is recorded for \(shared.face.full(shared.moment)). Logs and reschedules are; T returns to live."
          ),
        ], in: area)
      return
    }
    guard !view.sections.isEmpty else {
      canvas.empty(
        [
          StyledLine("Every workload of every cluster, worst first", .strong), "No cluster is watched yet.",
          "`periplus up` starts the proving ground; a kubeconfig brings other clusters.",
        ], in: area)
      return
    }
    var note = StyledLine(order.rawValue, .dim)
    if !filter.isEmpty { note = [StyledRun("/ \(filter)", .accent), StyledRun("  :clear   ", .dim)] + note }
    let noteWidth = note.width
    canvas.line(StyledLine(" ") + view.summary, Rect(x: area.x, y: area.y, width: max(0, area.width - noteWidth - 2), height: 1), 0)
    canvas.surface.line(note, x: area.x, y: area.y, width: max(0, area.width - 1), align: .right)
    let body = Rect(x: area.x, y: area.y + 1, width: area.width, height: max(0, area.height - 2))
    let lines = lines(view, width: area.width, height: body.height, face: shared.face)
    let selectedLine = lines.firstIndex { line in
      switch line {
      case .tile(let index, _): index == list.selected
      case .flow(let row): row.contains { $0.index == list.selected }
      case .count(let count, let first): list.selected >= first && list.selected < first + count
      default: false
      }
    }
    // The heading of the first section stays in sight with its first tile.
    let shownLine = list.selected == 0 ? 0 : selectedLine
    let top = Table.scroll(from: list.top, selected: shownLine, rowCount: lines.count, visible: body.height)
    canvas.shown(0, top: top, visible: body.height)
    for (row, line) in lines.dropFirst(top).prefix(body.height).enumerated() { draw(line, view, body, row, &canvas) }
    if lines.count + 4 <= body.height, !latest.isEmpty {
      let rows = min(latest.count + 2, body.height - lines.count - 1)
      let area = Rect(x: body.x, y: body.y + lines.count + 1, width: body.width, height: rows)
      drawLatest(area, showsCluster: view.sections.count > 1, canvas)
    }
    drawFooter(view, area, canvas)
  }

  private func drawLatest(_ area: Rect, showsCluster: Bool, _ canvas: Canvas) {
    let shared = canvas.shared
    canvas.rule(StyledLine("latest reschedules", .title), area, 0, note: StyledLine("3 → all", .dim))
    let entries = LedgerListings.entries
    let listing =
      showsCluster
      ? entries.changing("workload") {
        $0.table?.idealWidth += 10
        $0.cell = { entry, _ in [StyledRun(entry.cluster + " ", .dim), StyledRun(entry.shortWorkload)] }
      } : entries
    let latest = latest
    let table = listing.table(
      rowCount: min(latest.count, area.height - 2), context: ListingContext(face: shared.face, now: shared.moment)
    ) { latest[$0] }
    canvas.draw(table, Rect(x: area.x, y: area.y + 1, width: area.width, height: area.height - 1))
  }

  private func draw(_ line: Line, _ view: HealthView, _ area: Rect, _ row: Int, _ canvas: inout Canvas) {
    let shared = canvas.shared
    let full = Rect(x: area.x, y: area.y + row, width: area.width, height: 1)
    switch line {
    case .heading(let place):
      let section = view.sections[place]
      var title = StyledLine(section.cluster, .title)
      let state = section.connection.note(face: shared.face, now: shared.moment)
      if !state.isEmpty { title.append(state, .grey) }
      canvas.rule(title, area, row)
    case .note(let text): canvas.line(text, area, row)
    case .tile(let index, let tile):
      let isLive = view.sections.first { $0.cluster == tile.verdict.cluster }?.isLive ?? false
      canvas.line(tileLine(tile, width: area.width, isLive: isLive, shared: shared, glyphs: canvas.glyphs), area, row)
      canvas.hits.add(full, .row(index, pane: 0))
      if index == list.selected {
        canvas.surface.highlight(full)
        canvas.surface.text(canvas.glyphs.pointer, x: full.x, y: full.y, style: canvas.surface.theme[.selection], width: 1)
      }
    case .count(let count, let first):
      let isFine = view.tiles.indices.contains(first) && view.tiles[first].verdict.status == .green
      var text: StyledLine = [
        StyledRun(isFine ? " ✔ " : " ◌ ", isFine ? .green : .grey), StyledRun(counted(count, "workload"), isFine ? .text : .grey),
      ]
      if !isFine, let section = view.sections.first(where: { $0.cluster == view.tiles[first].verdict.cluster }) {
        text.append(", last seen \(shared.face.time(section.lastSeen))", .grey)
      }
      if list.selected >= first, list.selected < first + count, let tile {
        text.append("   at the cursor: ", .dim)
        text.append(HealthPage.short(tile), .strong)
      }
      canvas.line(text, area, row)
      canvas.hits.add(full, .row(first, pane: 0))
      if list.selected >= first, list.selected < first + count { canvas.surface.highlight(full) }
    case .flow(let tiles):
      var x = area.x + 1
      for (index, tile) in tiles {
        let text = HealthPage.short(tile)
        let width = TextWidth.width(of: text) + 2
        let isLive = view.sections.first { $0.cluster == tile.verdict.cluster }?.isLive ?? false
        let part = Rect(x: x, y: full.y, width: min(width, max(0, full.endX - x)), height: 1)
        canvas.surface.line(
          [StyledRun(isLive ? "✔ " : "◌ ", isLive ? .green : .grey), StyledRun(text, isLive ? .text : .grey)], x: part.x, y: part.y,
          width: part.width
        )
        if index == list.selected { canvas.surface.highlight(part) }
        canvas.hits.add(part, .row(index, pane: 0))
        x += width + 3
      }
    }
  }

  private func tileLine(_ tile: HealthView.Tile, width: Int, isLive: Bool, shared: PageContext, glyphs: Glyphs) -> StyledLine {
    let verdict = tile.verdict
    let role = isLive ? verdict.status.role : Role.grey
    let glyph = isLive ? verdict.status.glyph : "◌"
    let many = view?.hasManyNamespaces ?? false
    // A node has no namespace.
    let name = many && !verdict.subject.namespace.isEmpty ? "\(verdict.subject.namespace)/\(tile.name)" : tile.name
    let since = verdict.since.map { "since \(shared.face.short($0, now: shared.moment))" } ?? ""
    var why = verdict.reasons.first?.sentence ?? (verdict.status == .unknown ? "no data" : "")
    if verdict.reasons.count > 1 { why += " (+\(verdict.reasons.count - 1))" }
    if width < 100 {
      let end = StyledLine(since, .dim)
      let head =
        StyledLine(" \(glyph) ", role) + StyledLine(name, .strong).fitted(to: min(18, max(10, TextWidth.width(of: name))))
        + StyledLine(" \(verdict.ready)/\(verdict.desired) ")
      let room = max(8, width - head.width - end.width - 2)
      return head + StyledLine(why, role).fitted(to: room) + " " + end
    }
    let tail: StyledLine
    let head =
      StyledLine(" \(glyph) ", role) + StyledLine(name, .strong).fitted(to: many ? 24 : 14)
      + StyledLine(" \(verdict.ready)/\(verdict.desired) ready").fitted(to: 12)
    // The reason comes before what changed last: a sentence that has no room beside it takes its place.
    let widest = width >= 140 ? 44 : 24
    let tailWidth = TextWidth.width(of: why) + head.width + widest + 19 <= width ? widest : 0
    let bars = min(24, tailWidth - 4)
    if tile.churn > 3 {
      tail =
        StyledLine(Sparkline.text(tile.hours.map(Double.init), columns: bars, glyphs: glyphs), .bar) + StyledLine(" \(tile.churn)", .text)
    } else {
      tail = StyledLine(verdict.lastChange ?? "", .dim)
    }
    let room = max(10, width - head.width - tailWidth - 19)
    return head + " " + StyledLine(why, role).fitted(to: room) + "  " + StyledLine(since, .dim).fitted(to: 15) + " "
      + tail.fitted(to: tailWidth)
  }

  private func drawFooter(_ view: HealthView, _ area: Rect, _ canvas: Canvas) {
    guard area.height > 3 else { return }
    var line = StyledLine(" ") + view.nodesLine(width: area.width - 26)
    line.append("   rescheduled 24 h ", .dim)
    guard view.hasLedger else {
      line.append("–", .grey)
      return canvas.line(line, area, area.height - 1)
    }
    let room = area.width - line.width - 6
    if room >= 24 { line.append(Sparkline.text(view.hours.map(Double.init), columns: 24, glyphs: canvas.glyphs) + " ", .bar) }
    line.append("\(view.reschedules)", view.reschedules > 0 ? .strong : .text)
    canvas.line(line, area, area.height - 1)
  }
}
