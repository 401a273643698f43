import Screen

/// A page as a document: headings, sentences and tables. Exports, `--linear` and the commands write it as text or Markdown.
package struct Report: Sendable {
  package struct Table: Sendable {
    package var headers: [String]
    package var rows: [[String]]
    /// Columns whose values are numbers, written to the right.
    package var numeric: Set<Int>

    package init(headers: [String], rows: [[String]], numeric: Set<Int> = []) {
      self.headers = headers
      self.rows = rows
      self.numeric = numeric
    }
  }

  package enum Block: Sendable {
    case heading(String)
    case text(String)
    case list([String])
    case table(Table)
    /// Lines whose spacing matters.
    case lines([String])
  }

  package var title: String
  package var blocks: [Block]

  package init(_ title: String, _ blocks: [Block] = []) {
    self.title = title
    self.blocks = blocks
  }

  package mutating func add(_ block: Block) { blocks.append(block) }

  /// Plain lines of at most `width` columns: what does not fit a table's last column is cut with `…`, sentences are wrapped.
  package func text(width: Int) -> [String] {
    let width = max(20, width)
    var lines = Report.wrap(title, width: width)
    for block in blocks {
      switch block {
      case .heading(let text):
        lines.append("")
        lines += Report.wrap(text, width: width)
      case .text(let text): lines += Report.wrap(text, width: width)
      case .list(let items): for item in items { lines += Report.wrap("- " + item, width: width, indent: 2) }
      case .table(let table): lines += Report.lines(of: table, width: width)
      case .lines(let some): lines += some.map { TextWidth.truncate(Visible.text($0), to: width, ellipsis: "…") }
      }
    }
    return lines
  }

  /// The same as Markdown, for a ticket.
  package var markdown: String {
    var text = "# \(Report.escape(title))\n"
    for block in blocks {
      text += "\n"
      switch block {
      case .heading(let heading): text += "## \(Report.escape(heading))\n"
      case .text(let sentence): text += Report.escape(sentence) + "\n"
      case .list(let items): for item in items { text += "- \(Report.escape(item))\n" }
      case .table(let table):
        text += "| " + table.headers.map(Report.escape).joined(separator: " | ") + " |\n"
        text += "|" + table.headers.indices.map { table.numeric.contains($0) ? "---:|" : "---|" }.joined() + "\n"
        for row in table.rows { text += "| " + row.map(Report.escape).joined(separator: " | ") + " |\n" }
      case .lines(let lines):
        // A fence longer than any run of backquotes in the text cannot be closed by it (CommonMark 4.5).
        let fence = String(repeating: "`", count: max(3, Report.longestFence(lines) + 1))
        text += fence + "\n" + lines.map { Visible.text($0) }.joined(separator: "\n") + "\n" + fence + "\n"
      }
    }
    return text
  }

  static func wrap(_ text: String, width: Int, indent: Int = 0) -> [String] {
    let words = Visible.text(text).split(separator: " ", omittingEmptySubsequences: false)
    var lines: [String] = []
    var line = ""
    for word in words {
      let candidate = line.isEmpty ? String(word) : line + " " + word
      if TextWidth.width(of: candidate) <= width || line.isEmpty {
        line = candidate
      } else {
        lines.append(line)
        line = String(repeating: " ", count: indent) + word
      }
    }
    lines.append(line)
    return lines.map { TextWidth.truncate($0, to: width, ellipsis: "…") }
  }

  private static func lines(of table: Table, width: Int) -> [String] {
    var widths = table.headers.map(TextWidth.width(of:))
    let rows = table.rows.map { $0.map { Visible.text($0) } }
    for row in rows {
      for (index, cell) in row.enumerated() where index < widths.count { widths[index] = max(widths[index], TextWidth.width(of: cell)) }
    }
    // What does not fit is wrapped in the widest column; without room even for that each row becomes a sentence. A last column
    // of prose goes on under its row instead: a narrow column of it is hard to read, and harder to hear.
    let total = widths.reduce(0, +) + 2 * max(0, widths.count - 1)
    if total > width, let last = widths.indices.last, widths[last] > width / 2, total - widths[last] <= width / 2 {
      return [line(table.headers)] + rows.flatMap { wrap(unbroken($0), width: width, indent: 2) }
    }
    if total > width, let widest = widths.indices.max(by: { widths[$0] < widths[$1] }) {
      let room = widths[widest] - (total - width)
      guard room >= 24 else {
        return rows.flatMap { row in
          wrap(
            zip(table.headers, row).filter { !$1.isEmpty }.map { $0.isEmpty ? $1 : "\($0) \($1)" }.joined(separator: ", "), width: width,
            indent: 2)
        }
      }
      widths[widest] = room
    }
    func lines(_ cells: [String]) -> [String] {
      let columns = cells.enumerated().map { index, cell in
        index < widths.count && TextWidth.width(of: cell) > widths[index] ? TextWidth.wrap(cell, columns: widths[index]) : [cell]
      }
      return (0..<(columns.map(\.count).max() ?? 1)).map { row in
        line(columns.map { row < $0.count ? $0[row] : "" })
      }
    }
    func line(_ cells: [String]) -> String { TextWidth.truncate(unbroken(cells), to: width, ellipsis: "…") }
    func unbroken(_ cells: [String]) -> String {
      var text = ""
      for (index, cell) in cells.enumerated() where index < widths.count {
        if index > 0 { text += "  " }
        let pad = String(repeating: " ", count: max(0, widths[index] - TextWidth.width(of: cell)))
        if table.numeric.contains(index) {
          text += pad + cell
        } else {
          text += index == cells.count - 1 ? cell : cell + pad
        }
      }
      while text.last == " " { text.removeLast() }
      return text
    }
    return [line(table.headers)] + rows.flatMap(lines)
  }

  private static func longestFence(_ lines: [String]) -> Int {
    var longest = 0
    for line in lines {
      var run = 0
      for byte in line.utf8 {
        run = byte == UInt8(ascii: "`") ? run + 1 : 0
        longest = max(longest, run)
      }
    }
    return longest
  }

  /// Text that came from elsewhere, so that Markdown shows it and does not obey it.
  static func escape(_ text: String) -> String {
    var result = ""
    for character in Visible.text(text) {
      switch character {
      case "\\", "|", "*", "_", "`", "<", ">", "[", "]", "#": result += "\\\(character)"
      default: result.append(character)
      }
    }
    return result
  }
}
