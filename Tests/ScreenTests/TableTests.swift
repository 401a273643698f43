import Screen
import Testing

@Suite struct TableTests {
  private func table(rows: Int = 3, selected: Int? = 1) -> Table {
    Table(
      columns: [
        TableColumn("workload", min: 10, flex: 1), TableColumn("n", min: 4, align: .right), TableColumn("mostly", min: 10, priority: 1),
        TableColumn("last", min: 10, priority: 2),
      ], rowCount: rows, selected: selected, emptyMessage: "no reschedules in this time"
    ) { TableRow([StyledLine("shop/reports-\($0)"), StyledLine("\($0)"), StyledLine("✖ oomKilled", .red), "1 min ago"]) }
  }

  @Test func columnsLeaveInTheirOrder() {
    #expect(table().layout(width: 60).map(\.column) == [0, 1, 2, 3])
    #expect(table().layout(width: 41).map(\.column) == [0, 1, 2])
    #expect(table().layout(width: 29).map(\.column) == [0, 1])
    #expect(table().layout(width: 5).map(\.column) == [0, 1])
    for width in 0...80 {
      for placement in table().layout(width: width) { #expect(placement.x + placement.width <= max(width, placement.x)) }
    }
  }

  @Test func flexibleColumnsTakeTheRest() {
    #expect(table().layout(width: 60).map(\.width) == [28, 4, 10, 10])
    let capped = Table(columns: [TableColumn("a", min: 4, max: 9, flex: 1), TableColumn("b", min: 4, flex: 1)], rowCount: 0) { _ in
      TableRow([])
    }
    #expect(capped.layout(width: 42).map(\.width) == [9, 29])
  }

  @Test func drawn() {
    let surface = Surface(size: Size(columns: 29, rows: 4), theme: Theme(depth: .mono), glyphs: .unicode)
    surface.draw(table(), in: surface.bounds)
    #expect(
      surface.buffer.plainText() == [
        "  workload                  n",
        "  shop/reports-0            0",
        "▸ shop/reports-1            1",
        "  shop/reports-2            2",
      ])
    #expect(surface.buffer[5, 2].style.attributes.contains(.reverse))
  }

  @Test func cutCellsEndInAnEllipsis() {
    let surface = Surface(size: Size(columns: 20, rows: 3), theme: Theme(depth: .mono), glyphs: .ascii)
    surface.draw(table(selected: nil), in: surface.bounds)
    #expect(surface.buffer.plainText() == ["  workload         n", "  shop/report~     0", "  shop/report~     1"])
  }

  @Test func onlyVisibleRowsAreAskedFor() {
    let asked = Counter()
    var table = table(rows: 20_000, selected: 19_999)
    let row = table.row
    table.row = {
      asked.count += 1
      return row($0)
    }
    let surface = Surface(size: Size(columns: 80, rows: 24), theme: Theme(depth: .mono), glyphs: .unicode)
    surface.draw(table, in: surface.bounds)
    #expect(asked.count == 23)
    #expect(surface.buffer.plainText().last?.contains("19999") == true)
    #expect(table.row(at: 1, height: 24) == 19_977)
  }

  @Test func emptyTablesSayWhatWouldBeHere() {
    let surface = Surface(size: Size(columns: 40, rows: 4), theme: Theme(depth: .mono), glyphs: .unicode)
    surface.draw(table(rows: 0), in: surface.bounds)
    #expect(surface.buffer.plainText()[1] == "  no reschedules in this time")
  }

  @Test func linearFormHasEveryColumn() {
    #expect(
      table(rows: 1, selected: nil).linear(width: 80, glyphs: .unicode) == [
        "workload shop/reports-0, n 0, mostly ✖ oomKilled, last 1 min ago"
      ])
  }

  @Test func scrolling() {
    #expect(Table.scroll(from: 0, selected: 9, rowCount: 20, visible: 5) == 5)
    #expect(Table.scroll(from: 12, selected: 9, rowCount: 20, visible: 5) == 9)
    #expect(Table.scroll(from: 19, selected: nil, rowCount: 20, visible: 5) == 15)
    #expect(Table.scroll(from: 3, selected: nil, rowCount: 2, visible: 5) == 0)
  }
}

private final class Counter {
  var count = 0
}
