import Screen
import Testing

@Suite struct ThemeTests {
  @Test(arguments: ColorDepth.allCases) func rolesStayWithinTheDepth(depth: ColorDepth) {
    let theme = Theme(depth: depth)
    for role in Role.allCases {
      for color in [theme[role].foreground, theme[role].background] {
        #expect(color.nearest(in: depth) == color, "\(role)")
        if depth == .mono { #expect(color == .default) }
        if depth == .ansi16, case .ansi(let index) = color { #expect(index < 16) }
      }
    }
    #expect(theme[.selection] != theme[.text])
    #expect(theme[.match] != theme[.selection])
    #expect(theme[.red] != theme[.text])
    #expect(theme[.banner].attributes.contains(.reverse))
  }

  @Test func nearestColors() {
    #expect(Color.rgb(255, 0, 0).nearest(in: .ansi256) == .ansi(196))
    #expect(Color.rgb(128, 128, 128).nearest(in: .ansi256) == .ansi(244))
    #expect(Color.rgb(250, 5, 5).nearest(in: .ansi16) == .ansi(9))
    #expect(Color.ansi(196).nearest(in: .ansi16) == .ansi(9))
    #expect(Color.rgb(1, 2, 3).nearest(in: .mono) == .default)
    for index in UInt8(16)...255 {
      let (red, green, blue) = Color.palette(index)
      guard case .ansi(let found) = Color.rgb(UInt8(red), UInt8(green), UInt8(blue)).nearest(in: .ansi256) else {
        Issue.record("\(index)")
        continue
      }
      #expect(Color.palette(found) == (red, green, blue))
    }
  }

  @Test func statusIsToldWithoutColor() {
    for glyphs in [Glyphs.unicode, .ascii] {
      #expect(Set([glyphs.ok, glyphs.fault, glyphs.warning, glyphs.unknown]).count == 4)
    }
    #expect(Glyphs.ascii.adapted("✔ 6/6 → 1.8 − x…") == "+ 6/6 -> 1.8 - x~")
    #expect(Glyphs.ascii.adapted("日") == "??")
    #expect(Glyphs.unicode.adapted("✔") == "✔")
  }

  @Test func selectionKeepsTheColorOfAStatus() {
    let theme = Theme(depth: .truecolor)
    let laid = theme[.selection].laid(over: theme[.amber])
    #expect(laid.foreground == theme[.amber].foreground)
    #expect(laid.background == theme[.selection].background)
  }
}
