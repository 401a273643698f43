/// A column of a table.
package struct TableColumn: Equatable, Sendable {
  package var title: String
  /// Columns below which the column is rather dropped than shown.
  package var minWidth: Int
  /// Columns taken when there is room, before any column grows.
  package var idealWidth: Int
  package var maxWidth: Int
  /// Share of the room that is left over; 0 keeps the ideal width.
  package var flex: Int
  package var align: Alignment
  /// Order of leaving when the table is narrow: the highest number leaves first, 0 never leaves.
  package var priority: Int

  package init(
    _ title: String, min: Int? = nil, ideal: Int? = nil, max: Int? = nil, flex: Int = 0, align: Alignment = .left, priority: Int = 0
  ) {
    self.title = title
    let least = min ?? ideal ?? TextWidth.width(of: title)
    let wanted = Swift.max(least, ideal ?? least)
    self.minWidth = least
    self.idealWidth = wanted
    self.maxWidth = Swift.max(wanted, max ?? (flex > 0 ? Int.max : wanted))
    self.flex = flex
    self.align = align
    self.priority = priority
  }
}

/// A row of a table: one line per column, or one line over all of them.
package struct TableRow: Equatable, Sendable {
  package var cells: [StyledLine]
  package var spanning: StyledLine?
  /// Laid over the whole row, for example `.dim` for a row that is gone.
  package var role: Role?

  package init(_ cells: [StyledLine], role: Role? = nil) {
    self.cells = cells
    self.spanning = nil
    self.role = role
  }

  /// A line that runs over all columns, for what happened between two rows.
  package init(spanning line: StyledLine, role: Role? = nil) {
    self.cells = []
    self.spanning = line
    self.role = role
  }
}

/// Rows under a header.
///
/// Rows are asked for by index and only those in sight, so a table of 20,000 rows costs what its page costs.
package struct Table: Component {
  package struct Sort: Equatable, Sendable {
    package var column: Int
    package var ascending: Bool

    package init(column: Int, ascending: Bool) {
      self.column = column
      self.ascending = ascending
    }
  }

  /// Where a shown column stands.
  package struct Placement: Equatable, Sendable {
    package let column: Int
    package let x: Int
    package let width: Int
  }

  package var columns: [TableColumn]
  package var rowCount: Int
  package var selected: Int?
  /// The first row in sight; moved as needed to keep the selected row in sight.
  package var scroll: Int
  package var sort: Sort?
  package var showsHeader = true
  /// Blank columns between two columns.
  package var gap = 2
  /// Said in place of rows when there are none.
  package var emptyMessage: StyledLine
  package var row: (Int) -> TableRow
  /// One cell by row and column, for tables whose rows are all cells: what a narrow table has no room for is not made.
  private var cell: ((Int, Int) -> StyledLine)?

  package init(
    columns: [TableColumn], rowCount: Int, selected: Int? = nil, scroll: Int = 0, sort: Sort? = nil, emptyMessage: StyledLine = "",
    row: @escaping (Int) -> TableRow, cell: ((Int, Int) -> StyledLine)? = nil
  ) {
    self.columns = columns
    self.rowCount = max(0, rowCount)
    self.selected = selected
    self.scroll = scroll
    self.sort = sort
    self.emptyMessage = emptyMessage
    self.row = row
    self.cell = cell
  }

  /// The pointer of the selected row stands here, left of the first column.
  private static let margin = 2

  /// Rows in sight on a surface of `height` rows.
  package func visibleRows(height: Int) -> Int {
    max(0, height - (showsHeader ? 1 : 0))
  }

  /// The first row in sight, so that `selected` is in sight and no space below the last row is wasted.
  package static func scroll(from scroll: Int, selected: Int?, rowCount: Int, visible: Int) -> Int {
    guard visible > 0 else { return 0 }
    var first = scroll
    if let selected {
      first = min(first, selected)
      first = max(first, selected - visible + 1)
    }
    return min(max(0, first), max(0, rowCount - visible))
  }

  /// The columns shown in `width` columns, and where.
  package func layout(width: Int) -> [Placement] {
    let room = max(0, width - Table.margin)
    var shown = Array(columns.indices)
    func least() -> Int { shown.reduce(0) { $0 + columns[$1].minWidth } + gap * max(0, shown.count - 1) }
    while least() > room {
      // Of equals the rightmost leaves first.
      let leaving = shown.filter { columns[$0].priority > 0 }.max { (columns[$0].priority, $0) < (columns[$1].priority, $1) }
      guard let leaving else { break }
      shown.removeAll { $0 == leaving }
    }
    var widths = shown.map { columns[$0].minWidth }
    var spare = room - least()
    for (position, index) in shown.enumerated() where spare > 0 {
      let more = min(spare, columns[index].idealWidth - widths[position])
      widths[position] += more
      spare -= more
    }
    var open = shown.indices.filter { columns[shown[$0]].flex > 0 && widths[$0] < columns[shown[$0]].maxWidth }
    while spare > 0, !open.isEmpty {
      let weights = open.reduce(0) { $0 + columns[shown[$1]].flex }
      let pool = spare
      // What the division leaves over goes to the first.
      let shares = open.map { pool * columns[shown[$0]].flex / weights }
      let remainder = pool - shares.reduce(0, +)
      for (turn, position) in open.enumerated() {
        let share = shares[turn] + (turn == 0 ? remainder : 0)
        let more = min(share, columns[shown[position]].maxWidth - widths[position])
        widths[position] += more
        spare -= more
      }
      open = open.filter { widths[$0] < columns[shown[$0]].maxWidth }
    }
    var x = Table.margin
    return shown.enumerated().map { position, index in
      let placed = Placement(column: index, x: x, width: max(0, min(widths[position], width - x)))
      x += widths[position] + gap
      return placed
    }
  }

  /// The column whose header covers `x`, for a click on it.
  package func column(at x: Int, width: Int) -> Int? {
    layout(width: width).last { x >= $0.x }?.column
  }

  /// The row drawn at `y` of a surface of `height` rows, for a click on it.
  package func row(at y: Int, height: Int) -> Int? {
    let top = showsHeader ? 1 : 0
    guard y >= top, y < height else { return nil }
    let index = Table.scroll(from: scroll, selected: selected, rowCount: rowCount, visible: visibleRows(height: height)) + y - top
    return index < rowCount ? index : nil
  }

  package func draw(into surface: inout Surface) {
    let placements = layout(width: surface.width)
    var top = 0
    if showsHeader {
      drawHeader(placements, into: surface)
      top = 1
    }
    guard rowCount > 0 else {
      surface.line(emptyMessage, x: Table.margin, y: top)
      return
    }
    let visible = visibleRows(height: surface.height)
    let first = Table.scroll(from: scroll, selected: selected, rowCount: rowCount, visible: visible)
    for index in first..<min(rowCount, first + visible) {
      let y = top + index - first
      if let cell {
        for placement in placements { draw(cell(index, placement.column), placement, y: y, into: surface) }
      } else {
        draw(row(index), y: y, placements, into: surface)
      }
      if index == selected {
        surface.highlight(Rect(x: 0, y: y, width: surface.width, height: 1))
        surface.text(surface.glyphs.pointer, x: 0, y: y, style: surface.theme[.selection], width: 1)
      }
    }
  }

  private func drawHeader(_ placements: [Placement], into surface: Surface) {
    for placement in placements {
      let column = columns[placement.column]
      var title = column.title
      if let sort, sort.column == placement.column {
        // The mark never costs the title more than its own column.
        title = TextWidth.truncate(title, to: max(0, placement.width - 1), ellipsis: surface.glyphs.ellipsis)
        title += sort.ascending ? surface.glyphs.ascending : surface.glyphs.descending
      }
      surface.text(title, x: placement.x, y: 0, role: .header, width: placement.width, align: column.align)
    }
  }

  private func draw(_ row: TableRow, y: Int, _ placements: [Placement], into surface: Surface) {
    if let spanning = row.spanning {
      surface.line(spanning, x: Table.margin, y: y)
    } else {
      for placement in placements where placement.column < row.cells.count {
        draw(row.cells[placement.column], placement, y: y, into: surface)
      }
    }
    if let role = row.role { surface.highlight(Rect(x: 0, y: y, width: surface.width, height: 1), role: role) }
  }

  private func draw(_ cell: StyledLine, _ placement: Placement, y: Int, into surface: Surface) {
    surface.line(cell, x: placement.x, y: y, width: placement.width, align: columns[placement.column].align)
  }

  /// One line per row: `title value` pairs, every column, whatever the width dropped on the screen.
  package func linear(width: Int, glyphs: Glyphs) -> [String] {
    guard rowCount > 0 else { return Paragraph([emptyMessage]).linear(width: width, glyphs: glyphs) }
    return (0..<rowCount).flatMap { index -> [String] in
      let row = self.row(index)
      let text =
        row.spanning?.text
        ?? zip(columns, row.cells).compactMap { column, cell in
          let value = cell.text
          if value.allSatisfy({ $0 == " " }) { return nil }
          return column.title.isEmpty ? value : "\(column.title) \(value)"
        }.joined(separator: ", ")
      let mark = index == selected ? glyphs.pointer + " " : ""
      return TextWidth.wrap(glyphs.adapted(Visible.text(mark + text, ascii: glyphs.isASCII)), columns: width)
    }
  }
}
