/// Styled text in lines as wide as the surface, broken at blanks.
package struct Paragraph: Component, Equatable, Sendable {
  package var lines: [StyledLine]
  package var wraps: Bool
  /// Lines left out at the top.
  package var scroll: Int
  package var align: Alignment

  package init(_ lines: [StyledLine], wraps: Bool = true, scroll: Int = 0, align: Alignment = .left) {
    self.lines = lines
    self.wraps = wraps
    self.scroll = scroll
    self.align = align
  }

  package init(_ text: String, _ role: Role = .text, wraps: Bool = true, scroll: Int = 0, align: Alignment = .left) {
    self.init(
      text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map { StyledLine(String($0), role) },
      wraps: wraps, scroll: scroll, align: align)
  }

  /// The lines as they stand on a surface `columns` wide.
  package func laidOut(columns: Int) -> [StyledLine] {
    wraps ? lines.flatMap { Paragraph.wrap($0, columns: columns) } : lines
  }

  /// The rows the text takes at a width of `columns`.
  package func height(columns: Int) -> Int {
    laidOut(columns: columns).count
  }

  package func draw(into surface: inout Surface) {
    let shown = laidOut(columns: surface.width).dropFirst(max(0, scroll)).prefix(surface.height)
    for (row, line) in shown.enumerated() {
      surface.line(line, y: row, width: surface.width, align: align)
    }
  }

  package func linear(width: Int, glyphs: Glyphs) -> [String] {
    lines.flatMap { line in
      TextWidth.wrap(glyphs.adapted(Visible.text(line.text, ascii: glyphs.isASCII)), columns: width)
    }
  }

  /// One line in lines of at most `columns`; a word wider than that is broken anywhere.
  ///
  /// - Parameter hanging: blanks before the second and every later line; none where they would leave no room for words.
  package static func wrap(_ line: StyledLine, columns: Int, hanging: Int = 0) -> [StyledLine] {
    guard columns > 0 else { return [] }
    var wrapper = Wrapper(columns: columns, hanging: columns - hanging >= 16 ? hanging : 0)
    for run in line.runs {
      for grapheme in run.text { wrapper.add(grapheme, of: run) }
    }
    return wrapper.finish()
  }
}

/// Breaks a run of graphemes into lines: what follows the last blank moves to the next line.
private struct Wrapper {
  private typealias Item = (grapheme: Character, run: StyledRun, width: Int)
  private var columns: Int
  private let hanging: Int
  private var lines: [StyledLine] = []
  private var current: [Item] = []
  private var width = 0
  private var lastBlank: Int?

  init(columns: Int, hanging: Int) {
    self.columns = columns
    self.hanging = hanging
  }

  mutating func add(_ grapheme: Character, of run: StyledRun) {
    if grapheme.isNewline {
      breakLine(at: current.count, skipping: 0)
      return
    }
    let columnsTaken = grapheme == "\t" ? 1 : max(TextWidth.width(of: grapheme), Visible.isUnsafe(grapheme) ? 1 : 0)
    while width + columnsTaken > columns, !current.isEmpty {
      if grapheme == " " {
        breakLine(at: current.count, skipping: 0)
        return
      }
      if let lastBlank {
        breakLine(at: lastBlank, skipping: 1)
      } else {
        breakLine(at: current.count, skipping: 0)
      }
    }
    // The indent of the first line is kept; blanks never begin a later one.
    if grapheme == " ", current.contains(where: { $0.grapheme != " " }) { lastBlank = current.count }
    current.append((grapheme, run, columnsTaken))
    width += columnsTaken
  }

  mutating func finish() -> [StyledLine] {
    breakLine(at: current.count, skipping: 0)
    return lines
  }

  private mutating func breakLine(at index: Int, skipping blanks: Int) {
    var head = current[..<index]
    while let last = head.last, last.grapheme == " ", head.count > 1 || !lines.isEmpty { head.removeLast() }
    var line = StyledLine()
    for item in head {
      if let last = line.runs.indices.last, line.runs[last].isAlike(item.run) {
        line.runs[last].text.append(item.grapheme)
      } else {
        var run = item.run
        run.text = String(item.grapheme)
        line.runs.append(run)
      }
    }
    if hanging > 0 {
      if lines.isEmpty { columns -= hanging } else { line.runs.insert(StyledRun(String(repeating: " ", count: hanging)), at: 0) }
    }
    lines.append(line)
    current = Array(current[min(current.count, index + blanks)...])
    width = current.reduce(0) { $0 + $1.width }
    lastBlank = nil
  }
}

extension StyledRun {
  fileprivate func isAlike(_ other: StyledRun) -> Bool {
    role == other.role && attributes == other.attributes && style == other.style
  }
}
