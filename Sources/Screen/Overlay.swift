/// A box in the middle of the surface, over what stands there.
package struct Overlay: Component {
  package var title: StyledLine
  /// In the lower border, for the keys that leave the box.
  package var note: StyledLine?
  /// The size of the content; cut to what the surface has.
  package var content: Size
  package var body: any Component
  package var role: Role

  package init(title: StyledLine, note: StyledLine? = nil, content: Size, role: Role = .accent, body: any Component) {
    self.title = title
    self.note = note
    self.content = content
    self.role = role
    self.body = body
  }

  /// Where the box stands, border included.
  package func frame(in size: Size) -> Rect {
    Rect(size: size).centered(Size(columns: content.columns + 4, rows: content.rows + 2))
  }

  package func draw(into surface: inout Surface) {
    let frame = frame(in: surface.size)
    surface.fill(frame)
    surface.box(frame, title: title, note: note, role: role)
    surface.hideCursor()
    let inner = frame.inset(horizontal: 2, vertical: 1)
    guard !inner.isEmpty else { return }
    var part = surface.subsurface(inner)
    body.draw(into: &part)
  }

  package func linear(width: Int, glyphs: Glyphs) -> [String] {
    let heading = Paragraph([title]).linear(width: width, glyphs: glyphs)
    let foot = note.map { Paragraph([$0]).linear(width: width, glyphs: glyphs) } ?? []
    return heading + body.linear(width: width, glyphs: glyphs) + foot
  }
}

extension Surface {
  /// Takes away what stands behind a box and beside it: a column on each side, or the whole rows where only a strip would be left.
  package func clear(behind frame: Rect) {
    let isStrip = frame.width + 8 > width
    fill(
      Rect(
        x: isStrip ? 0 : frame.x - 1, y: frame.y, width: isStrip ? width : frame.width + 2, height: frame.height))
  }

  /// Columns of text that a box may have: all but its border on a narrow screen.
  package var boxColumns: Int { max(20, width - (width < 100 ? 4 : 8)) }
}
