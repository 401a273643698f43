/// A series as bars, one column each; on several rows it is a bar chart.
package struct Sparkline: Component, Equatable, Sendable {
  /// Values from oldest to newest; nil where there is no data.
  package var values: [Double?]
  /// The value of a full bar; nil takes the largest value.
  package var maximum: Double?
  package var role: Role

  package init(_ values: [Double?], maximum: Double? = nil, role: Role = .bar) {
    self.values = values
    self.maximum = maximum
    self.role = role
  }

  /// The series in `columns` columns as text, for a cell of a table. Where several values fall into one column it shows their largest.
  /// Zero is a dot (in ASCII a blank), which no reverse video turns into a bar; where there is no data there is nothing.
  package static func text(_ values: [Double?], columns: Int, maximum: Double? = nil, glyphs: Glyphs) -> String {
    let buckets = bucketed(values, columns: columns)
    let top = self.top(buckets, maximum)
    return buckets.reduce(into: "") { line, value in
      guard let value else {
        line += " "
        return
      }
      guard top > 0, value > 0 else {
        line += glyphs.sparks[0]
        return
      }
      // Something is never drawn as nothing, and only the maximum is full.
      let steps = glyphs.sparks.count - 1
      let level = max(1, min(steps, Int((value / top * Double(steps)).rounded(.down))))
      line += glyphs.sparks[value >= top ? steps : level]
    }
  }

  private static func bucketed(_ values: [Double?], columns: Int) -> [Double?] {
    guard columns > 0, !values.isEmpty else { return [] }
    let finite = values.map { $0.flatMap { $0.isFinite ? $0 : nil } }
    guard values.count > columns else { return finite }
    return (0..<columns).map { column in
      finite[(column * finite.count / columns)..<((column + 1) * finite.count / columns)].compactMap { $0 }.max()
    }
  }

  private static func top(_ values: [Double?], _ maximum: Double?) -> Double {
    maximum.flatMap { $0.isFinite && $0 > 0 ? $0 : nil } ?? values.compactMap { $0 }.max() ?? 0
  }

  package func draw(into surface: inout Surface) {
    guard surface.height > 0 else { return }
    if surface.height == 1 {
      surface.text(
        Sparkline.text(values, columns: surface.width, maximum: maximum, glyphs: surface.glyphs), x: 0, y: 0, role: role)
      return
    }
    let buckets = Sparkline.bucketed(values, columns: surface.width)
    let top = Sparkline.top(buckets, maximum)
    let steps = surface.glyphs.sparks.count - 1
    for (x, value) in buckets.enumerated() {
      guard let value else { continue }
      guard top > 0, value > 0 else {
        surface.text(surface.glyphs.sparks[0], x: x, y: surface.height - 1, role: .track, width: 1)
        continue
      }
      let level = max(1, Int((min(1, value / top) * Double(surface.height * steps)).rounded()))
      for row in 0..<surface.height {
        let part = min(steps, max(0, level - row * steps))
        if part > 0 { surface.text(surface.glyphs.sparks[part], x: x, y: surface.height - 1 - row, role: role, width: 1) }
      }
    }
  }

  package func linear(width: Int, glyphs: Glyphs) -> [String] {
    let known = values.compactMap { $0 }.filter(\.isFinite)
    guard let low = known.min(), let high = known.max(), let last = known.last else { return ["no data"] }
    return TextWidth.wrap(
      "\(values.count) values, least \(Sparkline.short(low)), most \(Sparkline.short(high)), last \(Sparkline.short(last))", columns: width)
  }

  private static func short(_ value: Double) -> String {
    if abs(value) < 1e15, value == value.rounded() { return "\(Int(value))" }
    return abs(value) < 1e15 ? "\((value * 100).rounded() / 100)" : "\(value)"
  }
}
