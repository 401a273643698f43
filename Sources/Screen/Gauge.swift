/// A part of a whole as a bar, with its words at the right.
package struct Gauge: Component, Equatable, Sendable {
  /// 0 is empty, 1 is full; nil is no data.
  package var fraction: Double?
  package var label: String
  package var role: Role

  package init(_ fraction: Double?, label: String = "", role: Role = .bar) {
    self.fraction = fraction
    self.label = label
    self.role = role
  }

  /// The bar in exactly `columns` columns, for a cell of a table.
  package static func text(_ fraction: Double?, columns: Int, glyphs: Glyphs) -> String {
    let columns = max(0, columns)
    guard let fraction, !fraction.isNaN else { return String(repeating: glyphs.middleDot, count: columns) }
    let steps = glyphs.eighths.count - 1
    let level = Int((min(1, max(0, fraction)) * Double(columns * steps)).rounded())
    var bar = String(repeating: glyphs.eighths[steps], count: level / steps)
    if level % steps > 0 { bar += glyphs.eighths[level % steps] }
    return bar + String(repeating: glyphs.track, count: columns - (level + steps - 1) / steps)
  }

  package func draw(into surface: inout Surface) {
    guard surface.width > 0, surface.height > 0 else { return }
    let labelWidth = label.isEmpty ? 0 : TextWidth.width(of: Visible.text(label)) + 1
    let columns = surface.width - labelWidth
    // Without room for a bar that says something, the words stand alone.
    guard columns >= 3 else {
      surface.text(label, x: 0, y: 0, role: role, width: surface.width)
      return
    }
    surface.text(Gauge.text(fraction, columns: columns, glyphs: surface.glyphs), x: 0, y: 0, role: role, width: columns)
    surface.text(label, x: columns + 1, y: 0, width: labelWidth)
  }

  package func linear(width: Int, glyphs: Glyphs) -> [String] {
    var words = "no data"
    if let fraction, fraction.isFinite { words = "\(Int((min(10, max(0, fraction)) * 100).rounded())) %" }
    let text = label.isEmpty ? words : "\(label) (\(words))"
    return TextWidth.wrap(glyphs.adapted(Visible.text(text, ascii: glyphs.isASCII)), columns: width)
  }
}
