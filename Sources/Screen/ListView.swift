/// Lines to choose from.
package struct ListView: Component {
  package var count: Int
  package var selected: Int?
  package var scroll: Int
  package var emptyMessage: StyledLine
  package var item: (Int) -> StyledLine

  package init(
    count: Int, selected: Int? = nil, scroll: Int = 0, emptyMessage: StyledLine = "", item: @escaping (Int) -> StyledLine
  ) {
    self.count = max(0, count)
    self.selected = selected
    self.scroll = scroll
    self.emptyMessage = emptyMessage
    self.item = item
  }

  package func draw(into surface: inout Surface) {
    table(width: surface.width).draw(into: &surface)
  }

  package func linear(width: Int, glyphs: Glyphs) -> [String] {
    table(width: width).linear(width: width, glyphs: glyphs)
  }

  /// The item drawn at `y` of a surface of `height` rows.
  package func item(at y: Int, height: Int) -> Int? {
    table(width: 0).row(at: y, height: height)
  }

  private func table(width: Int) -> Table {
    var table = Table(
      columns: [TableColumn("", min: 0, flex: 1)], rowCount: count, selected: selected, scroll: scroll, emptyMessage: emptyMessage,
      row: { TableRow([item($0)]) })
    table.showsHeader = false
    return table
  }
}
