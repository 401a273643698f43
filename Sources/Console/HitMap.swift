package import Screen
import TimeFormat

/// What a click on a part of the last frame does.
package struct HitMap: Sendable {
  package enum Action: Sendable, Hashable {
    /// The tab of a page.
    case tab(PageID)
    /// A row of the list in the given pane.
    case row(Int, pane: Int)
    case sort(Int)
    case command(CommandID)
    /// A row of the front layer.
    case layerRow(Int)
  }

  private var regions: [(rect: Rect, action: Action)] = []

  package init() {}

  mutating func add(_ rect: Rect, _ action: Action) { regions.append((rect, action)) }

  /// What stands at the point; the last drawn is in front.
  package func action(at point: Point) -> Action? { regions.last { $0.rect.contains(point) }?.action }

  /// The rows of a table that was drawn in `area`, and its headers.
  mutating func add(_ table: Table, in area: Rect, pane: Int, sorts: Bool = false) {
    for y in 0..<area.height {
      if let row = table.row(at: y, height: area.height) {
        add(Rect(x: area.x, y: area.y + y, width: area.width, height: 1), .row(row, pane: pane))
      }
    }
    guard sorts, table.showsHeader else { return }
    for placement in table.layout(width: area.width) {
      add(Rect(x: area.x + placement.x, y: area.y, width: placement.width, height: 1), .sort(placement.column))
    }
  }
}

/// A page being drawn: where, with what, and what clicks on it do.
package struct Canvas {
  let surface: Surface
  let shared: PageContext
  var hits = HitMap()
  /// Which rows of the page's lists are in sight.
  private(set) var lists: [Int: (top: Int, visible: Int)] = [:]
  /// Whether the page, and not the side pane, has the keys.
  var hasFocus = true

  init(surface: Surface, shared: PageContext) {
    self.surface = surface
    self.shared = shared
  }

  var glyphs: Glyphs { surface.glyphs }
  var now: Timestamp { shared.moment }

  /// Draws the list of the same number as the pane.
  mutating func draw(_ table: Table, in area: Rect, pane: Int, sorts: Bool = false) {
    hits.add(table, in: draw(table, area), pane: pane, sorts: sorts)
    let visible = table.visibleRows(height: area.height)
    shown(
      pane, top: Table.scroll(from: table.scroll, selected: table.selected, rowCount: table.rowCount, visible: visible), visible: visible)
  }

  /// Says which rows of a list are in sight, so that the view does not jump when the cursor turns.
  mutating func shown(_ list: Int, top: Int, visible: Int) { lists[list] = (top, visible) }

  /// Draws a table so that numbers in its last column do not touch the edge; returns where it stands.
  @discardableResult
  func draw(_ table: Table, _ area: Rect) -> Rect {
    let isRight = table.layout(width: area.width).last.map { table.columns[$0.column].align } == .right
    guard isRight, area.width > 1 else {
      surface.draw(table, in: area)
      return area
    }
    let part = Rect(x: area.x, y: area.y, width: area.width - 1, height: area.height)
    surface.draw(table, in: part)
    let visible = table.visibleRows(height: area.height)
    if let selected = table.selected, table.rowCount > 0 {
      let first = Table.scroll(from: table.scroll, selected: selected, rowCount: table.rowCount, visible: visible)
      let row = selected - first + (table.showsHeader ? 1 : 0)
      if selected >= first, row < area.height { surface.highlight(Rect(x: area.endX - 1, y: area.y + row, width: 1, height: 1)) }
    }
    return part
  }

  func line(_ line: StyledLine, _ area: Rect, _ row: Int) {
    guard row >= 0, row < area.height else { return }
    surface.line(line, x: area.x, y: area.y + row, width: area.width)
  }

  func rule(_ title: StyledLine, _ area: Rect, _ row: Int, note: StyledLine? = nil) {
    guard row >= 0, row < area.height else { return }
    surface.rule(title, x: area.x, y: area.y + row, width: area.width, note: note)
  }

  /// Says in the middle of an empty area what would be here and what brings it.
  func empty(_ lines: [StyledLine], in area: Rect) {
    let top = area.y + max(0, (area.height - lines.count) / 3)
    let part = Rect(x: area.x + 2, y: top, width: max(0, area.width - 4), height: max(0, area.endY - top))
    surface.draw(Paragraph(lines), in: part)
  }
}
