import Screen
import TestSupport
import Testing

@Suite struct TextWidthTests {
  @Test(arguments: [
    ("", 0), ("abc", 3), ("é", 1), ("e\u{301}", 1), ("日本", 4), ("한글", 4), ("한", 2), ("\u{1112}\u{1161}\u{11AB}", 2), ("ｱ", 1), ("Ａ", 2),
    ("😀", 2), ("👨‍👩‍👧", 2),
    ("👍🏽", 2), ("🇩🇪", 2), ("❤️", 2), ("❤", 1), ("1️⃣", 2), ("…", 1), ("█▌", 2), ("▸✔✖▲◌", 5), ("─│┌", 3), ("\u{301}", 0), ("क्षि", 2), ("ا", 1),
  ])
  func widths(text: String, columns: Int) {
    #expect(TextWidth.width(of: text) == columns)
  }

  @Test func everyGlyphOfTheConsoleIsOneColumn() {
    let glyphs = Glyphs.unicode
    for symbol in [glyphs.ok, glyphs.fault, glyphs.warning, glyphs.unknown, glyphs.pointer, glyphs.dead, glyphs.ellipsis, glyphs.message] {
      #expect(TextWidth.width(of: symbol) == 1, "\(symbol)")
    }
    for spark in glyphs.sparks + glyphs.eighths + Glyphs.ascii.sparks + Glyphs.ascii.eighths { #expect(TextWidth.width(of: spark) == 1) }
  }

  @Test func truncationSaysSo() {
    #expect(TextWidth.truncate("reports", to: 7) == "reports")
    #expect(TextWidth.truncate("reports", to: 4) == "rep…")
    #expect(TextWidth.truncate("reports", to: 1) == "…")
    #expect(TextWidth.truncate("reports", to: 0) == "")
    #expect(TextWidth.truncate("日本語", to: 4) == "日…")
    #expect(TextWidth.truncate("日本語", to: 5) == "日本…")
    #expect(TextWidth.truncateStart("shop/reports", to: 8) == "…reports")
    #expect(TextWidth.truncate("reports", to: 4, ellipsis: "~") == "rep~")
  }

  @Test func padding() {
    #expect(TextWidth.pad("ab", to: 4) == "ab  ")
    #expect(TextWidth.pad("ab", to: 4, align: .right) == "  ab")
    #expect(TextWidth.pad("日本語", to: 4) == "日… ")
  }

  @Test func wrapping() {
    #expect(TextWidth.wrap("one two three", columns: 7) == ["one two", "three"])
    #expect(TextWidth.wrap("abcdefgh", columns: 3) == ["abc", "def", "gh"])
    #expect(TextWidth.wrap("  a b", columns: 10) == ["  a b"])
    #expect(TextWidth.wrap("a\n\nb", columns: 5) == ["a", "", "b"])
    #expect(TextWidth.wrap("日本語", columns: 4) == ["日本", "語"])
    #expect(TextWidth.wrap("", columns: 5) == [""])
  }

  @Test func fuzzedTextKeepsItsBounds() {
    var random = SeededGenerator(seed: 7)
    for _ in 0..<2000 {
      let text = random.text()
      let columns = Int.random(in: 0...12, using: &random)
      #expect(TextWidth.width(of: TextWidth.truncate(text, to: columns)) <= columns)
      #expect(TextWidth.width(of: TextWidth.truncateStart(text, to: columns)) <= columns)
      #expect(TextWidth.width(of: TextWidth.pad(text, to: columns)) == columns)
      if columns >= 2 {
        for line in TextWidth.wrap(Visible.text(text), columns: columns) {
          #expect(TextWidth.width(of: line) <= columns, "\(text.unicodeScalars.map(\.value)) \(line.unicodeScalars.map(\.value))")
        }
      }
    }
  }
}
