/// Names and their values, one below the other; long values go on under their first line.
package struct KeyValue: Component, Equatable, Sendable {
  package struct Pair: Equatable, Sendable {
    package var key: String
    package var value: StyledLine

    package init(_ key: String, _ value: StyledLine) {
      self.key = key
      self.value = value
    }
  }

  package var pairs: [Pair]
  /// Lines left out at the top.
  package var scroll: Int

  package init(_ pairs: [Pair], scroll: Int = 0) {
    self.pairs = pairs
    self.scroll = scroll
  }

  private func keyWidth(columns: Int) -> Int {
    min(pairs.map { TextWidth.width(of: Visible.text($0.key)) }.max() ?? 0, columns * 2 / 5)
  }

  private func laidOut(columns: Int) -> [(key: String, value: StyledLine)] {
    let room = max(1, columns - keyWidth(columns: columns) - 2)
    return pairs.flatMap { pair in
      Paragraph.wrap(pair.value, columns: room).enumerated().map { index, line in (index == 0 ? pair.key : "", line) }
    }
  }

  /// The rows taken at a width of `columns`.
  package func height(columns: Int) -> Int {
    laidOut(columns: columns).count
  }

  package func draw(into surface: inout Surface) {
    let keys = keyWidth(columns: surface.width)
    for (row, line) in laidOut(columns: surface.width).dropFirst(max(0, scroll)).prefix(surface.height).enumerated() {
      surface.text(line.key, x: 0, y: row, role: .dim, width: keys)
      surface.line(line.value, x: keys + 2, y: row)
    }
  }

  package func linear(width: Int, glyphs: Glyphs) -> [String] {
    pairs.flatMap { pair in
      TextWidth.wrap(
        glyphs.adapted(Visible.text("\(pair.key): \(pair.value.text)", ascii: glyphs.isASCII)), columns: width)
    }
  }
}
