/// A color as a terminal knows it.
package enum Color: Hashable, Sendable {
  /// The terminal's own foreground or background.
  case `default`
  /// An entry of the terminal's palette: 0–15 the classic colors, 16–231 the 6×6×6 cube, 232–255 greys.
  case ansi(UInt8)
  case rgb(UInt8, UInt8, UInt8)
}

/// The attributes a terminal can add to a cell.
package struct Attributes: OptionSet, Hashable, Sendable {
  package let rawValue: UInt8

  package init(rawValue: UInt8) {
    self.rawValue = rawValue
  }

  package static let bold = Attributes(rawValue: 1)
  package static let dim = Attributes(rawValue: 2)
  package static let italic = Attributes(rawValue: 4)
  package static let underline = Attributes(rawValue: 8)
  package static let reverse = Attributes(rawValue: 16)
}

/// How a cell looks.
package struct Style: Hashable, Sendable {
  package var foreground: Color
  package var background: Color
  package var attributes: Attributes

  package init(foreground: Color = .default, background: Color = .default, attributes: Attributes = []) {
    self.foreground = foreground
    self.background = background
    self.attributes = attributes
  }

  package static let plain = Style()

  /// This style laid over `below`: its background wins, a color below that says something is kept, attributes add up.
  package func laid(over below: Style) -> Style {
    Style(
      foreground: below.foreground == .default ? foreground : below.foreground,
      background: background == .default ? below.background : background,
      attributes: attributes.union(below.attributes))
  }

  package func adding(_ more: Attributes) -> Style {
    Style(foreground: foreground, background: background, attributes: attributes.union(more))
  }
}
