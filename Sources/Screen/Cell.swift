/// One cell of the screen.
///
/// A grapheme two columns wide takes two cells: the first has width 2, the second is its `continuation` of width 0.
package struct Cell: Hashable, Sendable {
  package let grapheme: Character
  /// Columns: 1 or 2, or 0 for the second half of a wide grapheme.
  package let width: UInt8
  package var style: Style

  /// A cell of `grapheme`; a grapheme without a width of its own, such as a control character, becomes a visible symbol.
  package init(_ grapheme: Character = " ", style: Style = .plain) {
    let width = TextWidth.width(of: grapheme)
    if width == 0 || Visible.isUnsafe(grapheme) {
      self.grapheme = "\u{FFFD}"
      self.width = 1
    } else {
      self.grapheme = grapheme
      self.width = UInt8(width)
    }
    self.style = style
  }

  /// A cell whose width the caller has computed.
  init(trusted grapheme: Character, width: UInt8, style: Style) {
    self.grapheme = grapheme
    self.width = width
    self.style = style
  }

  package static func blank(_ style: Style = .plain) -> Cell {
    Cell(trusted: " ", width: 1, style: style)
  }

  static func continuation(_ style: Style) -> Cell {
    Cell(trusted: " ", width: 0, style: style)
  }

  package var isContinuation: Bool { width == 0 }
}
