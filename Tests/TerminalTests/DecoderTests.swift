import Screen
import Terminal
import Testing

@Suite("Decoders of a terminal")
struct DecoderTests {
  @Test(
    "keys with modifiers by the names of their capabilities",
    arguments: [
      ("kUP", KeyPress(.up, .shift)), ("kLFT5", KeyPress(.left, .control)), ("kRIT3", KeyPress(.right, .alt)),
      ("kDC6", KeyPress(.delete, [.shift, .control])), ("kEND8", KeyPress(.end, [.shift, .alt, .control])),
      ("kNXT2", KeyPress(.pageDown, .shift)),
    ])
  func capabilities(name: String, key: KeyPress) {
    #expect(KeyDecoder.key(capability: name) == key)
  }

  @Test("names that are no key", arguments: ["", "kFOO5", "k", "kUP1", "5"])
  func noCapability(name: String) {
    #expect(KeyDecoder.key(capability: name) == nil)
  }

  @Test("function keys by their codes", arguments: [(0o403, KeyCode.up), (0o402, .down), (0o523, .pageUp), (0o411, .function(1))])
  func codes(code: Int, key: KeyCode) {
    #expect(KeyDecoder.key(code: Int32(code)) == KeyPress(key))
  }

  @Test(
    "mouse reports with decimal numbers",
    arguments: [
      ("<0;1;1M", MouseEvent(action: .press, position: Point(x: 0, y: 0))),
      ("<0;300;7m", MouseEvent(action: .release, position: Point(x: 299, y: 6))),
      ("<2;5;6M", MouseEvent(action: .press, button: .right, position: Point(x: 4, y: 5))),
      ("<20;5;6M", MouseEvent(action: .press, position: Point(x: 4, y: 5), modifiers: [.shift, .control])),
      ("<64;5;6M", MouseEvent(action: .wheelUp, button: .none, position: Point(x: 4, y: 5))),
      ("<73;5;6M", MouseEvent(action: .wheelDown, button: .none, position: Point(x: 4, y: 5), modifiers: .alt)),
    ])
  func mouse(report: String, event: MouseEvent) {
    #expect(MouseDecoder.event(Array(report.utf8)) == event)
  }

  @Test(
    "what is no mouse report",
    arguments: ["", "<", "<M", "<0;1M", "<0;0;1M", "<0;1;-1M", "<0;1;1", "<99;1;1M", "<-1;1;1M", "0;1;1M", "<0;99999999999999999999;1M"])
  func noMouse(report: String) {
    #expect(MouseDecoder.event(Array(report.utf8)) == nil)
  }
}

@Suite("What a terminal can show")
struct CapabilityTests {
  @Test(
    "colors degrade from truecolor to none",
    arguments: [
      (1 << 24, true, nil, nil, ColorDepth.truecolor), (256, false, nil, nil, .ansi256),
      // Without RGB in its description the palette would have to be redefined.
      (256, false, "truecolor", nil, .ansi256), (256, true, nil, nil, .ansi256), (16, false, nil, nil, .ansi16),
      (8, false, nil, nil, .ansi16),
      (2, false, nil, nil, .mono), (0, false, nil, nil, .mono), (1 << 24, true, "truecolor", "1", .mono), (256, false, nil, "", .ansi256),
    ] as [(Int, Bool, String?, String?, ColorDepth)])
  func depth(colors: Int, hasRGB: Bool, colorTerm: String?, noColor: String?, depth: ColorDepth) {
    #expect(ColorDepth.detect(colors: colors, hasRGB: hasRGB, colorTerm: colorTerm, noColor: noColor) == depth)
  }

  @Test(
    "a cell takes exactly its width, whatever the C library makes of it",
    arguments: ["a", "é", "▏", "世", "👩‍👩‍👧", "🫠", "e\u{301}\u{302}\u{303}\u{304}\u{305}"])
  func widths(text: String) throws {
    let cell = Cell(try #require(text.first))
    for isUTF8 in [true, false] {
      let pieces = CellGlyphs.pieces(of: cell, isUTF8: isUTF8)
      #expect(pieces.reduce(0) { $0 + $1.width } == Int(cell.width), "\(text)")
      // CCHARW_MAX characters and the zero behind them.
      #expect(pieces.allSatisfy { $0.characters.count <= 6 && $0.characters.last == 0 })
      if !isUTF8 { #expect(pieces.allSatisfy { $0.characters.allSatisfy { $0 < 128 } }) }
    }
  }

  @Test("copied text is base64, and what terminals would refuse is not sent")
  func clipboard() {
    #expect(TerminalSequence.copy("") == "\u{1B}]52;c;\u{07}")
    #expect(TerminalSequence.copy("f") == "\u{1B}]52;c;Zg==\u{07}")
    #expect(TerminalSequence.copy("fo") == "\u{1B}]52;c;Zm8=\u{07}")
    #expect(TerminalSequence.copy("a\r\n\u{1B}\nb") == TerminalSequence.copy("a␍␊␛\nb"))
    #expect(TerminalSequence.copy("foobar") == "\u{1B}]52;c;Zm9vYmFy\u{07}")
    #expect(
      TerminalSequence.copy("\u{1B}]0;x\u{07}")?.dropFirst(7).dropLast().allSatisfy { $0.isLetter || $0.isNumber || $0 == "=" } == true)
    #expect(TerminalSequence.copy(String(repeating: "x", count: 74_994)) != nil)
    #expect(TerminalSequence.copy(String(repeating: "x", count: 74_995)) == nil)
  }

  @Test("what gives the terminal back fits where a crash keeps it")
  func reset() { #expect(TerminalSequence.reset.utf8.count < 256) }

  @Test("why a terminal cannot be used is a sentence that shows what it names")
  func sentences() {
    let errors: [TerminalError] = [
      .noTerminal, .noTerminalType, .unknownTerminalType("x\u{1B}[2J"), .cannotMoveCursor("dumb"), .refused("so"),
    ]
    for error in errors {
      #expect(error.description.first?.isUppercase == true)
      #expect(!error.description.contains("\u{1B}"))
    }
  }
}
