import Screen
import TestSupport
import Testing

@Suite struct VisibleTests {
  @Test(arguments: [
    ("plain", "plain", "plain"), ("\u{1B}[31mred\u{1B}[0m", "␛[31mred␛[0m", "^[[31mred^[[0m"), ("a\u{07}b", "a␇b", "a^Gb"),
    ("a\r\nb", "a␍␊b", "a^M^Jb"),
    ("\u{9B}2J", "<U+009B>2J", "<U+009B>2J"), ("user\u{202E}txt.exe", "user<U+202E>txt.exe", "user<U+202E>txt.exe"), ("\u{7F}", "␡", "^?"),
    ("a\u{200B}b", "a<U+200B>b", "a<U+200B>b"), ("a\tb", "a   b", "a   b"), ("\u{1B}]52;c;eA==\u{07}", "␛]52;c;eA==␇", "^[]52;c;eA==^G"),
    ("👨‍👩‍👧", "👨‍👩‍👧", "👨‍👩‍👧"),
  ])
  func symbols(text: String, shown: String, ascii: String) {
    #expect(Visible.text(text) == shown)
    #expect(Visible.text(text, ascii: true) == ascii)
  }

  @Test(
    "a line of JSON keeps its value and holds nothing that a terminal obeys",
    arguments: [
      ("{\"a\":\"b\"}", "{\"a\":\"b\"}"), ("\"é\u{202E}x\"", "\"é\\u202ex\""), ("\"\u{9B}2J\u{7F}\"", "\"\\u009b2J\\u007f\""),
      ("\"\u{E0041}\"", "\"\\udb40\\udc41\""), ("\"\\u001b\"", "\"\\u001b\""),
    ])
  func json(line: String, shown: String) {
    #expect(Visible.json(line) == shown)
  }

  @Test func nothingATerminalObeysIsLeft() {
    var random = SeededGenerator(seed: 11)
    for _ in 0..<2000 {
      let text = random.text() + String(Character(Unicode.Scalar(UInt8.random(in: 0...255, using: &random))))
      let shown = Visible.text(text)
      #expect(
        shown.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F..<0xA0).contains($0.value) && !(0x202A...0x202E).contains($0.value) })
      #expect(Visible.text(shown) == shown)
      var buffer = CellBuffer(size: Size(columns: 40, rows: 1))
      buffer.put(text, at: Point(x: 0, y: 0))
      #expect(buffer.plainText().allSatisfy { !$0.unicodeScalars.contains { $0.value < 0x20 } })
    }
  }

  @Test func aCellNeverHoldsAControlCharacter() {
    #expect(Cell("\u{1B}").grapheme == "\u{FFFD}")
    #expect(Cell("\u{301}").width == 1)
  }
}
