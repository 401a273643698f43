/// A screen of cells: what a frame shows.
///
/// Two rules always hold: a cell of width 2 is followed by its continuation in the same row, and a continuation follows such a cell.
/// Whoever overwrites one half of a wide grapheme blanks the other.
package struct CellBuffer: Equatable, Sendable {
  package let size: Size
  private(set) var cells: [Cell]
  /// Where the terminal's cursor shows; nil hides it.
  package var cursor: Point?

  package init(size: Size, style: Style = .plain) {
    self.size = size
    cells = [Cell](repeating: .blank(style), count: size.columns * size.rows)
  }

  package var bounds: Rect { Rect(size: size) }

  /// The cell at column `x`, row `y`; outside the buffer reads are blank and writes are dropped.
  package subscript(x: Int, y: Int) -> Cell {
    get {
      guard x >= 0, y >= 0, x < size.columns, y < size.rows else { return .blank() }
      return cells[y * size.columns + x]
    }
    set {
      guard x >= 0, y >= 0, x < size.columns, y < size.rows, newValue.width > 0 else { return }
      if newValue.width == 2, x + 1 >= size.columns {
        place(.blank(newValue.style), x: x, y: y)
      } else {
        place(newValue, x: x, y: y)
      }
    }
  }

  package subscript(point: Point) -> Cell {
    get { self[point.x, point.y] }
    set { self[point.x, point.y] = newValue }
  }

  /// Stores a cell that fits, mending the wide graphemes it cuts.
  private mutating func place(_ cell: Cell, x: Int, y: Int) {
    let index = y * size.columns + x
    let rowEnd = (y + 1) * size.columns
    if cells[index].width == 0, index > y * size.columns {
      cells[index - 1] = .blank(cells[index - 1].style)
    }
    let last = index + Int(cell.width) - 1
    if last + 1 < rowEnd, cells[last + 1].width == 0 {
      cells[last + 1] = .blank(cells[last + 1].style)
    }
    cells[index] = cell
    if cell.width == 2 { cells[index + 1] = .continuation(cell.style) }
  }

  /// Writes `text` from `point` to the right, within `clip` and at most `maxWidth` columns, and returns the columns it takes.
  ///
  /// Text is untrusted: control characters and escape sequences appear as visible symbols. A wide grapheme that does not fit whole
  /// leaves a blank.
  @discardableResult
  package mutating func put(_ text: String, at point: Point, style: Style = .plain, maxWidth: Int = .max, clip: Rect? = nil) -> Int {
    let clip = (clip ?? bounds).intersection(bounds)
    let end = maxWidth >= .max - max(0, point.x) ? Int.max : point.x + max(0, maxWidth)
    guard point.y >= clip.y, point.y < clip.endY, !clip.isEmpty else { return 0 }
    var x = point.x
    if TextWidth.isPrintableASCII(text) {
      for byte in text.utf8 {
        guard x < end, x < clip.endX else { break }
        if x >= clip.x {
          place(Cell(trusted: Character(Unicode.Scalar(byte)), width: 1, style: style), x: x, y: point.y)
        }
        x += 1
      }
      return x - point.x
    }
    for grapheme in Visible.text(text) {
      let width = TextWidth.width(of: grapheme)
      guard width > 0 else { continue }
      guard x + width <= end, x < clip.endX else { break }
      if x >= clip.x, x + width <= clip.endX {
        place(Cell(trusted: grapheme, width: UInt8(width), style: style), x: x, y: point.y)
      } else {
        for column in max(x, clip.x)..<max(max(x, clip.x), min(x + width, clip.endX)) {
          place(.blank(style), x: column, y: point.y)
        }
      }
      x += width
    }
    return x - point.x
  }

  package mutating func fill(_ rect: Rect, with cell: Cell = .blank()) {
    let area = rect.intersection(bounds)
    guard !area.isEmpty else { return }
    let step = max(1, Int(cell.width))
    for y in area.y..<area.endY {
      for x in stride(from: area.x, to: area.endX, by: step) {
        place(x + step <= area.endX ? cell : .blank(cell.style), x: x, y: y)
      }
    }
  }

  /// Lays `style` over every cell of `rect` and keeps the text.
  package mutating func overlay(_ style: Style, on rect: Rect) {
    restyle(rect) { style.laid(over: $0) }
  }

  /// Replaces the style of every cell of `rect` and keeps the text.
  package mutating func restyle(_ rect: Rect, _ change: (Style) -> Style) {
    let area = rect.intersection(bounds)
    guard !area.isEmpty else { return }
    for y in area.y..<area.endY {
      // Both halves of a wide grapheme have one style.
      let row = y * size.columns
      let start = area.x > 0 && cells[row + area.x].width == 0 ? area.x - 1 : area.x
      let end = area.endX < size.columns && cells[row + area.endX].width == 0 ? area.endX + 1 : area.endX
      for x in start..<end { cells[row + x].style = change(cells[row + x].style) }
    }
  }
}
