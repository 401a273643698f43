import Screen
import TestSupport

/// Random text, styles and drawings.
extension SeededGenerator {
  /// Text with wide, combining, joined, control and reordering characters.
  mutating func text() -> String {
    let alphabet = [
      "a", "b", " ", " ", "日", "한", "😀", "👨‍👩‍👧", "\u{301}", "\u{200D}", "\u{FE0F}", "❤", "🇩", "🇪", "\u{1B}[31m", "\n", "\t", "\u{202E}", "é",
      "\u{7F}", "\u{9B}", "क्षि",
    ]
    return (0..<Int.random(in: 0...14, using: &self)).map { _ in alphabet.randomElement(using: &self) ?? "" }.joined()
  }

  mutating func style() -> Style {
    let colors: [Color] = [.default, .ansi(1), .rgb(1, 2, 3)]
    return Style(
      foreground: colors.randomElement(using: &self) ?? .default, background: colors.randomElement(using: &self) ?? .default,
      attributes: Attributes(rawValue: UInt8.random(in: 0..<32, using: &self)))
  }

  mutating func scribble(on buffer: inout CellBuffer) {
    for _ in 0..<Int.random(in: 1...12, using: &self) {
      let point = Point(x: Int.random(in: -3...buffer.size.columns, using: &self), y: Int.random(in: -1...buffer.size.rows, using: &self))
      switch Int.random(in: 0..<5, using: &self) {
      case 0: buffer[point] = Cell(["x", "日", "😀"].randomElement(using: &self) ?? "x", style: style())
      case 1:
        buffer.fill(
          Rect(x: point.x, y: point.y, width: 5, height: 2), with: Cell(["-", "한"].randomElement(using: &self) ?? "-", style: style()))
      case 2: buffer.overlay(style(), on: Rect(x: point.x, y: point.y, width: 4, height: 3))
      default:
        let clip = Bool.random(using: &self) ? Rect(x: 2, y: 1, width: 7, height: 3) : nil
        buffer.put(text(), at: point, style: style(), maxWidth: Int.random(in: 0...20, using: &self), clip: clip)
      }
    }
  }
}
