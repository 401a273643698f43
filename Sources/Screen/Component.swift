/// A piece of a page that draws itself.
package protocol Component {
  /// Draws into the whole of `surface`; must hold for any size, down to nothing.
  func draw(into surface: inout Surface)

  /// The same content as lines of plain text, top to bottom: for screen readers, exports and terminals without a screen.
  /// Lines longer than `width` are wrapped or cut with `…`.
  func linear(width: Int, glyphs: Glyphs) -> [String]
}
