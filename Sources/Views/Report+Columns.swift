package import Screen

extension Report {
  /// As kubectl prints: a table has a header in capitals, three blanks between its columns, and a row is a line, whatever its width, so that
  /// grep and awk take it. A cell without a value is `<none>`. The title is left out: the command said it; and so is a table without rows,
  /// with its heading. ``text(width:)`` is the same in sentences.
  ///
  /// The glyph of a state, which stands before the word for it, becomes the color of the cell.
  package func columns(_ ink: Ink = .none) -> [String] {
    var lines: [String] = []
    var heading: String?
    var isAfterTable = false
    for block in blocks {
      if case .heading(let text) = block {
        heading = text
        continue
      }
      let printed = Self.columns(of: block, ink)
      guard !printed.isEmpty else { continue }
      let isTable = if case .table = block { true } else { false }
      if !lines.isEmpty, heading != nil || isTable || isAfterTable { lines.append("") }
      if let text = heading { lines.append(Visible.text(text)) }
      lines += printed
      heading = nil
      isAfterTable = isTable
    }
    return lines
  }

  private static func columns(of block: Block, _ ink: Ink) -> [String] {
    switch block {
    case .heading: []
    case .text(let text): [colored(StateGlyph.split(Visible.text(text)), keepsGlyph: true, ink)]
    case .list(let items): items.map { "  " + colored(StateGlyph.split(Visible.text($0)), keepsGlyph: true, ink) }
    case .lines(let lines): lines.map { Visible.text($0) }
    case .table(let table): columns(of: table, ink)
    }
  }

  private static func columns(of table: Table, _ ink: Ink) -> [String] {
    guard !table.rows.isEmpty else { return [] }
    let headers = table.headers.map { $0.uppercased() }
    let rows = table.rows.map { row in row.map { StateGlyph.split(Visible.text($0).trimmed) } }
    let widths = headers.indices.map { column in
      rows.reduce(TextWidth.width(of: headers[column])) { max($0, column < $1.count ? TextWidth.width(of: $1[column].shown) : 0) }
    }
    func line(_ cells: [(text: String, ink: String)]) -> String {
      var line = ""
      for (column, cell) in cells.enumerated() where column < widths.count {
        line += cell.ink
        if column < widths.count - 1 { line += String(repeating: " ", count: widths[column] - TextWidth.width(of: cell.text) + 3) }
      }
      return line.trimmed.isEmpty ? "" : line
    }
    return [line(headers.map { ($0, $0) })] + rows.map { row in line(row.map { ($0.shown, colored($0, keepsGlyph: false, ink)) }) }
  }

  private static func colored(_ text: StateGlyph, keepsGlyph: Bool, _ ink: Ink) -> String {
    let shown = keepsGlyph ? text.whole : text.shown
    return text.role.map { ink(shown, $0) } ?? shown
  }
}

/// Text that may begin with the glyph of a state: `✖ red`.
private struct StateGlyph {
  let whole: String
  /// Without the glyph, where a word says the same; `<none>` for nothing.
  let shown: String
  let role: Role?

  static func split(_ text: String) -> StateGlyph {
    if text.isEmpty || text == "–" { return StateGlyph(whole: text, shown: "<none>", role: nil) }
    guard text.dropFirst().first == " ", let role = text.first.flatMap(role) else { return StateGlyph(whole: text, shown: text, role: nil) }
    return StateGlyph(whole: text, shown: String(text.dropFirst(2)), role: role)
  }

  private static func role(_ glyph: Character) -> Role? {
    switch glyph {
    case "✔": .green
    case "▲": .amber
    case "✖": .red
    case "◌": .grey
    default: nil
    }
  }
}
