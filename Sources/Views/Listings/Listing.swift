package import JSONBytes
package import Screen
package import TimeFormat

/// How the cells of a listing are written: for whom, and as of when.
package struct ListingContext: Sendable {
  package var face: TimeDisplay
  package var now: Timestamp
  package var glyphs: Glyphs

  package init(face: TimeDisplay = .utc, now: Timestamp, glyphs: Glyphs = .unicode) {
    self.face = face
    self.now = now
    self.glyphs = glyphs
  }
}

/// What a list shows of its rows, declared once: the table on the screen, the table of a report (linear text and Markdown),
/// the JSON lines and their description in `docs/json.md` come from it.
package struct Listing<Row>: Sendable {
  /// What a row is, in the plural: `entries`.
  package let title: String
  package private(set) var columns: [Column<Row>]
  /// The object that stands for a row.
  package let shape: JSONShape<Row>

  /// - Parameters:
  ///   - type: the JSON member `type`, for commands whose lines are of several kinds.
  ///   - keys: the order of the JSON members where it is not that of the columns; those that it does not name come last.
  package init(_ title: String, type: String? = nil, keys: [String] = [], _ columns: [Column<Row>]) {
    self.title = title
    self.columns = columns
    let fields = columns.flatMap(\.fields)
    let named = keys.compactMap { name in fields.first { $0.member.name == name } }
    shape = JSONShape(type: type, named + fields.filter { !keys.contains($0.member.name) })
  }

  // MARK: On the screen

  /// The columns of the table on the screen.
  package var tableColumns: [TableColumn] { columns.compactMap(\.table) }

  /// One row of the table on the screen.
  package func tableRow(_ row: Row, _ context: ListingContext) -> TableRow {
    var cells: [StyledLine] = []
    cells.reserveCapacity(columns.count)
    for column in columns where column.table != nil { cells.append(column.cell(row, context)) }
    return TableRow(cells)
  }

  /// The table on the screen of rows that are asked for by index: only the rows in sight are, and of them only the columns in sight.
  package func table(
    rowCount: Int, selected: Int? = nil, scroll: Int = 0, emptyMessage: StyledLine = "", context: ListingContext,
    row: @escaping (Int) -> Row
  ) -> Table {
    let shown = columns.filter { $0.table != nil }
    return Table(
      columns: tableColumns, rowCount: rowCount, selected: selected, scroll: scroll, emptyMessage: emptyMessage,
      row: { tableRow(row($0), context) }, cell: { shown[$1].cell(row($0), context) })
  }

  /// The same without a column on the screen and in reports; the JSON stays.
  package func without(_ title: String) -> Listing {
    var listing = self
    listing.columns.removeAll { $0.title == title }
    return listing
  }

  /// The same with a column changed, found by its title.
  package func changing(_ title: String, _ change: (inout Column<Row>) -> Void) -> Listing {
    var listing = self
    for index in columns.indices where columns[index].title == title { change(&listing.columns[index]) }
    return listing
  }

  // MARK: As a document

  /// The table of a report.
  package func reportTable(_ rows: some Sequence<Row>, _ context: ListingContext) -> Report.Table {
    let shown = columns.filter(\.isInReport)
    return reportTable(of: rows.map { row in shown.map { $0.text(row, context) } })
  }

  /// The cells of one row of a report's table.
  package func reportRow(_ row: Row, _ context: ListingContext) -> [String] {
    columns.filter(\.isInReport).map { $0.text(row, context) }
  }

  /// The table of a report whose rows are written, for lists of mixed rows.
  package func reportTable(of rows: [[String]]) -> Report.Table {
    let shown = columns.filter(\.isInReport)
    return Report.Table(headers: shown.map(\.title), rows: rows, numeric: Set(shown.indices.filter { shown[$0].isNumber }))
  }

  // MARK: As JSON

  /// One object a line.
  package func jsonLine(_ row: Row, reserving capacity: Int = 256) -> String { shape.line(row, reserving: capacity) }
}

/// A column of a listing.
package struct Column<Row>: Sendable {
  package typealias Cell = @Sendable (Row, ListingContext) -> StyledLine

  package let title: String
  /// Widths, priority and alignment on the screen; `nil` keeps the column off it.
  package var table: TableColumn?
  package var cell: Cell
  package private(set) var isInReport: Bool
  /// Whether a report writes it to the right.
  package let isNumber: Bool
  /// What a report says where that is more than the cell.
  private var fullText: (@Sendable (Row, ListingContext) -> String)?
  /// The JSON members that stand for it.
  package let fields: [JSONField<Row>]

  /// A column of the screen's table and of reports.
  package init(_ table: TableColumn, isNumber: Bool = false, json fields: [JSONField<Row>] = [], cell: @escaping Cell) {
    self.title = table.title
    self.table = table
    self.cell = cell
    self.isInReport = true
    self.isNumber = isNumber
    self.fields = fields
  }

  /// A column of reports alone.
  package init(
    report title: String, isNumber: Bool = false, json fields: [JSONField<Row>] = [],
    text: @escaping @Sendable (Row, ListingContext) -> String
  ) {
    self.title = title
    self.cell = { StyledLine(text($0, $1)) }
    self.isInReport = true
    self.isNumber = isNumber
    self.fullText = text
    self.fields = fields
  }

  /// What only the JSON says.
  package init(json fields: JSONField<Row>...) {
    title = ""
    cell = { _, _ in "" }
    isInReport = false
    isNumber = false
    self.fields = fields
  }

  /// Says more, or less, in a report than on the screen.
  package func report(_ text: @escaping @Sendable (Row, ListingContext) -> String) -> Column {
    var column = self
    column.fullText = text
    return column
  }

  /// On the screen alone.
  package var screenOnly: Column {
    var column = self
    column.isInReport = false
    return column
  }

  func text(_ row: Row, _ context: ListingContext) -> String { fullText?(row, context) ?? cell(row, context).text }
}

/// `` `rollout`, `scale` ``: the values of a JSON string, for its description.
package func quoted(_ words: [String]) -> String { words.map { "`\($0)`" }.joined(separator: ", ") }

package func quoted<Value: CaseIterable & RawRepresentable<String>>(_ type: Value.Type) -> String { quoted(type.allCases.map(\.rawValue)) }

extension String {
  /// `nil` when it is empty: for JSON members that are absent then.
  var nonEmpty: String? { isEmpty ? nil : self }
}
