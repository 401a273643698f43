import Screen
import Views

/// Rows to choose from: the actions of a row, the pods of all clusters, their events.
struct PickLayer: Sendable {
  struct Row: Sendable {
    var line: StyledLine
    var choice: Choice
    /// Why it cannot be chosen now.
    var refusal: String?
    /// Its own key, which chooses it as well.
    var key: KeyPress?
  }

  enum Choice: Sendable {
    case runs(CommandID)
    /// Opens the palette with what is still to be completed.
    case types(String)
    case goes(Place)
  }

  var title: String
  var rows: [Row]
  /// Said when there is no row.
  var empty: String
  var list = ListState()

  init(title: String, rows: [Row], empty: String = "Nothing to choose from.") {
    (self.title, self.rows, self.empty) = (title, rows, empty)
    list.fill(rows.count)
  }

  mutating func handle(_ press: KeyPress, _ command: CommandID?, height: Int) -> LayerOutcome {
    if let row = rows.first(where: { $0.key == press }) { return choose(row) }
    list.visible = max(1, height)
    if let command, list.move(command) { return .consumed }
    switch command {
    case .back, .quit: return .closed
    case .enter: return rows.indices.contains(list.selected) ? choose(rows[list.selected]) : .closed
    case .some(let id) where CommandTable.command(id)?.opensPage == true: return .runs(id, "")
    default: return .consumed
    }
  }

  private func choose(_ row: Row) -> LayerOutcome {
    if let refusal = row.refusal { return .say(refusal) }
    switch row.choice {
    case .runs(let command): return .runs(command, "")
    case .types(let text): return .types(text)
    case .goes(let place): return .goes(place)
    }
  }

  func draw(_ surface: Surface) {
    let width = min(max(48, rows.map { $0.line.width + 2 }.max() ?? 0, TextWidth.width(of: empty)), surface.boxColumns)
    let most = max(3, surface.height - 4)
    // Nothing is cut while there is room for it.
    let whole = rows.map { Paragraph.wrap($0.line, columns: max(1, width - 2), hanging: 12) }
    let wrapped = whole.reduce(0) { $0 + $1.count }
    let isWhole = wrapped <= most
    let height = max(1, isWhole ? wrapped : min(rows.count, most))
    let top = isWhole ? 0 : Table.scroll(from: list.top, selected: list.selected, rowCount: rows.count, visible: height)
    let more = !isWhole ? "\(top + 1)–\(min(rows.count, top + height)) of \(rows.count)   " : ""
    let overlay = Overlay(
      title: StyledLine(title, .title), note: StyledLine(more + "Enter choose   Esc close", .dim),
      content: Size(columns: width, rows: height),
      body: Paragraph([rows.isEmpty ? StyledLine(empty, .dim) : StyledLine()]))
    let frame = overlay.frame(in: surface.size)
    surface.clear(behind: frame)
    surface.draw(overlay, in: surface.bounds)
    let inner = frame.inset(horizontal: 2, vertical: 1)
    var y = inner.y
    for (place, row) in rows.enumerated().dropFirst(top).prefix(isWhole ? rows.count : height) {
      let lines = isWhole ? whole[place] : [row.line]
      for (index, line) in lines.enumerated() { surface.line(line, x: inner.x + 2, y: y + index, width: max(0, inner.width - 2)) }
      if place == list.selected {
        surface.highlight(Rect(x: inner.x, y: y, width: inner.width, height: lines.count))
        surface.text(surface.glyphs.pointer, x: inner.x, y: y, style: surface.theme[.selection], width: 1)
      }
      y += lines.count
    }
  }

  var linear: [String] { [title] + (rows.isEmpty ? [empty] : rows.map { $0.line.text + ($0.refusal.map { " (\($0))" } ?? "") }) }
}
