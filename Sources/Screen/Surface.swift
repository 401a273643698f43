/// Where text stands within its width.
package enum Alignment: Hashable, Sendable {
  case left
  case right
  case center
}

/// The cells that surfaces share while a frame is drawn.
private final class Canvas {
  var buffer: CellBuffer

  init(_ buffer: CellBuffer) {
    self.buffer = buffer
  }
}

/// A rectangle of a screen to draw into, with the theme and glyphs to draw with.
///
/// Coordinates are the surface's own: (0, 0) is its top left cell. Nothing is drawn outside of it. Sub-surfaces draw into the same cells.
/// Text is untrusted: it is always shown with control characters made visible.
package struct Surface {
  package let theme: Theme
  package let glyphs: Glyphs
  private let canvas: Canvas
  private let origin: Point
  private let clip: Rect
  package let size: Size

  package init(size: Size, theme: Theme, glyphs: Glyphs) {
    self.init(buffer: CellBuffer(size: size), theme: theme, glyphs: glyphs)
  }

  package init(buffer: CellBuffer, theme: Theme, glyphs: Glyphs) {
    self.theme = theme
    self.glyphs = glyphs
    self.canvas = Canvas(buffer)
    self.origin = Point(x: 0, y: 0)
    self.clip = buffer.bounds
    self.size = buffer.size
  }

  private init(parent: Surface, rect: Rect) {
    theme = parent.theme
    glyphs = parent.glyphs
    canvas = parent.canvas
    origin = Point(x: parent.origin.x + rect.x, y: parent.origin.y + rect.y)
    clip = parent.clip.intersection(rect.offset(x: parent.origin.x, y: parent.origin.y))
    size = rect.size
  }

  package var width: Int { size.columns }
  package var height: Int { size.rows }
  /// The whole surface in its own coordinates.
  package var bounds: Rect { Rect(size: size) }

  /// What has been drawn, of the whole screen.
  package var buffer: CellBuffer { canvas.buffer }

  package func subsurface(_ rect: Rect) -> Surface {
    Surface(parent: self, rect: rect)
  }

  package func draw(_ component: some Component, in rect: Rect) {
    guard !rect.isEmpty else { return }
    var part = subsurface(rect)
    component.draw(into: &part)
  }

  /// Writes one line from column `x` of row `y`, cut with `…` when it is wider than `width` (default: up to the right edge).
  /// Returns the columns it takes.
  @discardableResult
  package func text(
    _ text: String, x: Int, y: Int, role: Role = .text, attributes: Attributes = [], width: Int? = nil, align: Alignment = .left
  ) -> Int {
    self.text(text, x: x, y: y, style: theme.style(role).adding(attributes), width: width, align: align)
  }

  @discardableResult
  package func text(_ text: String, x: Int, y: Int, style: Style, width: Int? = nil, align: Alignment = .left) -> Int {
    let room = max(0, width ?? self.width - x)
    guard room > 0, y >= 0, y < height else { return 0 }
    let shown = TextWidth.truncate(glyphs.adapted(Visible.text(text, ascii: glyphs.isASCII)), to: room, ellipsis: glyphs.ellipsis)
    let used = TextWidth.width(of: shown)
    let start = x + indent(used, in: room, align: align)
    canvas.buffer.put(
      shown, at: Point(x: origin.x + start, y: origin.y + y), style: style, maxWidth: room, clip: clip)
    return used
  }

  /// Writes runs from column `x` of row `y`, cut with `…` as a whole. Returns the columns they take.
  @discardableResult
  package func line(_ line: StyledLine, x: Int = 0, y: Int, width: Int? = nil, align: Alignment = .left) -> Int {
    let room = max(0, width ?? self.width - x)
    guard room > 0, y >= 0, y < height else { return 0 }
    let texts = line.runs.map { glyphs.adapted(Visible.text($0.text, ascii: glyphs.isASCII)) }
    let widths = texts.map(TextWidth.width(of:))
    let total = widths.reduce(0, +)
    var at = x + indent(min(total, room), in: room, align: align)
    let end = x + room
    for (index, run) in line.runs.enumerated() {
      let rest = end - at
      guard rest > 0 else { break }
      let style = run.resolved(in: theme)
      // The run that meets the edge keeps a column for the sign that something was cut.
      let cut = widths[index] > rest || (widths[index] == rest && widths[(index + 1)...].contains { $0 > 0 })
      let shown = cut ? TextWidth.truncate(texts[index], to: rest, ellipsis: glyphs.ellipsis, always: true) : texts[index]
      canvas.buffer.put(shown, at: Point(x: origin.x + at, y: origin.y + y), style: style, maxWidth: rest, clip: clip)
      at += cut ? TextWidth.width(of: shown) : widths[index]
      if cut { break }
    }
    return min(total, room)
  }

  private func indent(_ used: Int, in room: Int, align: Alignment) -> Int {
    switch align {
    case .left: 0
    case .right: max(0, room - used)
    case .center: max(0, (room - used) / 2)
    }
  }

  package func fill(_ rect: Rect, role: Role = .text, grapheme: Character = " ") {
    canvas.buffer.fill(
      rect.offset(x: origin.x, y: origin.y).intersection(clip), with: Cell(grapheme, style: theme.style(role)))
  }

  package func clear() {
    fill(bounds)
  }

  /// Lays the style of `role` over what stands in `rect`, as for a selected row.
  package func highlight(_ rect: Rect, role: Role = .selection) {
    canvas.buffer.overlay(theme.style(role), on: rect.offset(x: origin.x, y: origin.y).intersection(clip))
  }

  package func hline(x: Int = 0, y: Int, width: Int? = nil, role: Role = .border) {
    let length = max(0, min(width ?? self.width - x, self.width - x))
    text(String(repeating: glyphs.horizontal, count: length), x: x, y: y, role: role, width: length)
  }

  package func vline(x: Int, y: Int = 0, height: Int? = nil, role: Role = .border) {
    for row in y..<max(y, min(self.height, y + (height ?? self.height - y))) {
      text(glyphs.vertical, x: x, y: row, role: role, width: 1)
    }
  }

  /// A section's heading: `── title ───────`, with an optional note at the right end.
  package func rule(_ title: StyledLine, x: Int = 0, y: Int, width: Int? = nil, note: StyledLine? = nil) {
    let length = max(0, min(width ?? self.width - x, self.width - x))
    hline(x: x, y: y, width: length)
    guard length > 5 else { return }
    let room = max(0, length - 5)
    // The blank behind it stays where the title is cut.
    let used = 1 + line([StyledRun(" ")] + title, x: x + 2, y: y, width: min(room - 1, columns(title) + 1))
    line([StyledRun(" ")], x: x + 1 + used, y: y, width: 1)
    if let note, columns(note) + used + 5 <= length {
      line([StyledRun(" ")] + note + [StyledRun(" ")], x: x + length - columns(note) - 3, y: y, width: columns(note) + 2)
    }
  }

  /// The cells that a line takes as it is drawn: in ASCII an arrow takes two.
  private func columns(_ line: StyledLine) -> Int {
    line.runs.reduce(0) { $0 + TextWidth.width(of: glyphs.adapted(Visible.text($1.text, ascii: glyphs.isASCII))) }
  }

  /// A border inside the edge of `rect`, with a title in its upper and a note in its lower line.
  package func box(_ rect: Rect, title: StyledLine? = nil, note: StyledLine? = nil, role: Role = .border) {
    guard rect.width >= 2, rect.height >= 2 else { return }
    let inner = rect.width - 2
    let line = String(repeating: glyphs.horizontal, count: inner)
    text(glyphs.topLeft + line + glyphs.topRight, x: rect.x, y: rect.y, role: role, width: rect.width)
    text(glyphs.bottomLeft + line + glyphs.bottomRight, x: rect.x, y: rect.endY - 1, role: role, width: rect.width)
    vline(x: rect.x, y: rect.y + 1, height: rect.height - 2, role: role)
    vline(x: rect.endX - 1, y: rect.y + 1, height: rect.height - 2, role: role)
    if let title, inner > 4 {
      self.line([StyledRun(" ")] + title + [StyledRun(" ")], x: rect.x + 1, y: rect.y, width: min(inner, columns(title) + 2))
    }
    if let note, inner > 4 {
      let width = min(inner, columns(note) + 2)
      self.line([StyledRun(" ")] + note + [StyledRun(" ")], x: rect.endX - 1 - width, y: rect.endY - 1, width: width)
    }
  }

  /// Shows the terminal's cursor at this cell.
  package func showCursor(x: Int, y: Int) {
    let point = Point(x: origin.x + x, y: origin.y + y)
    if clip.contains(point) { canvas.buffer.cursor = point }
  }

  package func hideCursor() {
    canvas.buffer.cursor = nil
  }
}
