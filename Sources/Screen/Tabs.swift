/// The names of pages or panes side by side, one of them active.
package struct Tabs: Component, Equatable, Sendable {
  package struct Item: Equatable, Sendable {
    /// The key that opens it, shown before the title; may be empty.
    package var key: String
    package var title: String
    /// A mark behind the title, such as `✖` for a page with faults.
    package var mark: StyledRun?

    package init(key: String = "", title: String, mark: StyledRun? = nil) {
      self.key = key
      self.title = title
      self.mark = mark
    }
  }

  package var items: [Item]
  package var active: Int

  package init(_ items: [Item], active: Int) {
    self.items = items
    self.active = active
  }

  private func label(_ item: Item, short: Bool) -> StyledLine {
    var line = StyledLine()
    if !item.key.isEmpty { line.append(item.key) }
    if !short { line.append(item.key.isEmpty ? item.title : " " + item.title) }
    if short, item.key.isEmpty { line.append(TextWidth.prefix(item.title, columns: 3)) }
    if let mark = item.mark {
      line.append(" ")
      line.runs.append(mark)
    }
    return line
  }

  /// Where each tab stands in `width` columns. In want of room the inactive tabs keep only their keys.
  package func layout(width: Int) -> [Range<Int>] {
    placed(width: width).map { $0.range }
  }

  private func placed(width: Int) -> [(range: Range<Int>, line: StyledLine)] {
    func place(short: Bool) -> [(range: Range<Int>, line: StyledLine)] {
      var x = 1
      return items.enumerated().map { index, item in
        let line = label(item, short: short && index != active)
        defer { x += line.width + 2 }
        return (x..<(x + line.width), line)
      }
    }
    let full = place(short: false)
    return (full.last?.range.upperBound ?? 0) <= width ? full : place(short: true)
  }

  /// The tab at column `x`, for a click on it.
  package func tab(at x: Int, width: Int) -> Int? {
    layout(width: width).firstIndex { $0.contains(x) }
  }

  package func draw(into surface: inout Surface) {
    for (index, tab) in placed(width: surface.width).enumerated() {
      let line = StyledLine(
        tab.line.runs.map { run in
          guard run.role == .text, run.style == nil else { return run }
          return StyledRun(run.text, index == active ? .activeTab : .tab)
        })
      surface.line(line, x: tab.range.lowerBound, y: 0)
    }
  }

  package func linear(width: Int, glyphs: Glyphs) -> [String] {
    let names = items.enumerated().map { index, item in
      let name = label(item, short: false).text
      return index == active ? "[\(name)]" : name
    }
    return TextWidth.wrap(glyphs.adapted(Visible.text(names.joined(separator: "  "), ascii: glyphs.isASCII)), columns: width)
  }
}
