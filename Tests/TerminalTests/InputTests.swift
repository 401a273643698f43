import Screen
import Terminal
import Testing

/// What a terminal sends, from a list.
private final class Typed: InputSource {
  private var reads: [InputRead]
  private let report: MouseEvent?
  private(set) var patience: [Int32] = []

  init(_ reads: [InputRead], report: MouseEvent? = nil) {
    self.reads = reads
    self.report = report
  }

  convenience init(_ text: String) { self.init(text.unicodeScalars.map { .character($0.value) }) }

  func read() -> InputRead { reads.isEmpty ? .nothing : reads.removeFirst() }
  func waits(milliseconds: Int32) { patience.append(milliseconds) }
  func mouse() -> MouseEvent? { report }
}

private let escape = "\u{1B}"
private let keyUp: Int32 = 0o403
private let keyMouse: Int32 = 0o631

@Suite("Input of a terminal")
struct InputTests {
  private func events(_ source: Typed) -> [InputEvent] {
    var reader = InputReader(source: source)
    return reader.events()
  }

  @Test(
    "characters are keys",
    arguments: [
      ("j", KeyPress.character("j")), ("G", .character("G")), ("é", .character("é")), ("\r", KeyPress(.enter)), ("\n", KeyPress(.enter)),
      ("\t", KeyPress(.tab)), ("\u{7F}", KeyPress(.backspace)), ("\u{8}", KeyPress(.backspace)), ("\u{6}", .control("f")),
      ("\u{1A}", .control("z")), ("\u{0}", KeyPress(.character(" "), .control)), ("\u{1F}", .control("_")),
    ])
  func characters(sent: String, key: KeyPress) {
    #expect(events(Typed(sent)) == [.key(key)])
  }

  @Test("an escape alone is Esc, before a key it is alt")
  func escapes() {
    #expect(events(Typed(escape)) == [.key(KeyPress(.escape))])
    #expect(events(Typed(escape + escape)) == [.key(KeyPress(.escape)), .key(KeyPress(.escape))])
    #expect(events(Typed(escape + "x")) == [.key(KeyPress(.character("x"), .alt))])
    #expect(events(Typed(escape + "[")) == [.key(KeyPress(.character("["), .alt))])
    #expect(events(Typed([.character(27), .code(keyUp)])) == [.key(KeyPress(.up, .alt))])
  }

  @Test("an arrow never becomes Esc and letters; an unknown sequence is dropped whole")
  func sequences() {
    #expect(events(Typed([.code(keyUp)])) == [.key(KeyPress(.up))])
    #expect(events(Typed(escape + "[99;5~j")) == [.key(.character("j"))])
    #expect(events(Typed(escape + "[?1;2c")) == [])
    // One that never ends does not swallow the input for ever.
    let endless = Typed(escape + "[" + String(repeating: "1", count: 200))
    #expect(events(endless).count == 200 - 64)
  }

  @Test("more text than somebody types is a paste without brackets too; a held key, a few letters and a ctrl key are keys")
  func burst() {
    let text = String(repeating: "hello\r", count: 20)
    let paste = String(repeating: "hello\n", count: 20)
    #expect(events(Typed(text)) == [.paste(String(paste.dropLast())), .key(KeyPress(.enter))])
    #expect(events(Typed(text + "x\u{3}j")) == [.paste(paste + "x"), .key(.control("c")), .key(.character("j"))])
    #expect(events(Typed(String(repeating: "j", count: 300))) == Array(repeating: .key(.character("j")), count: 300))
    #expect(events(Typed("type ahead")).count == 10)
  }

  @Test("a paste is one event, its line ends are one kind, and the rest of it is waited for")
  func paste() {
    let source = Typed([.code(KeyDecoder.pasteStart)] + "a\rb".unicodeScalars.map { .character($0.value) } + [.code(KeyDecoder.pasteEnd)])
    #expect(events(source) == [.paste("a\nb")])
    #expect(source.patience == [500, 0])
    let cut = Typed([.code(KeyDecoder.pasteStart), .character(0x61)])
    #expect(events(cut) == [.paste("a")])
  }

  @Test("a paste of megabytes is cut, and takes no time worth naming")
  func longPaste() {
    let source = LongPaste((1 << 20) + 10)
    var reader = InputReader(source: source)
    guard case .paste(let text)? = reader.events().first else {
      Issue.record("no paste")
      return
    }
    #expect(text.utf8.count == 1 << 20)
  }

  @Test("focus and resize")
  func focus() {
    #expect(events(Typed([.code(KeyDecoder.focusIn), .code(KeyDecoder.focusOut)])) == [.focus(true), .focus(false)])
  }

  @Test("a second click soon and at the same place is a double click")
  func doubleClick() {
    var now = ContinuousClock.now
    let click = MouseEvent(action: .press, button: .left, position: Point(x: 3, y: 4))
    func clicked(_ reader: inout InputReader) -> MouseEvent.Action? {
      if case .mouse(let event)? = reader.events().first { event.action } else { nil }
    }
    let source = Clicks(click)
    var reader = InputReader(source: source) { now }
    #expect(clicked(&reader) == .press)
    now = now + .milliseconds(200)
    #expect(clicked(&reader) == .doubleClick)
    now = now + .milliseconds(200)
    #expect(clicked(&reader) == .press, "a third click begins anew")
    now = now + .milliseconds(400)
    #expect(clicked(&reader) == .press, "too late")
    source.event.position = Point(x: 4, y: 4)
    #expect(clicked(&reader) == .press, "elsewhere")
  }
}

/// A paste made while it is read.
private final class LongPaste: InputSource {
  private var left: Int
  private var isStarted = false

  init(_ length: Int) { left = length }

  func read() -> InputRead {
    guard isStarted else {
      isStarted = true
      return .code(KeyDecoder.pasteStart)
    }
    guard left > 0 else { return .nothing }
    left -= 1
    return .character(0x61)
  }

  func waits(milliseconds: Int32) {}
  func mouse() -> MouseEvent? { nil }
}

/// One click for every look.
private final class Clicks: InputSource {
  var event: MouseEvent
  private var isDue = true

  init(_ event: MouseEvent) { self.event = event }

  func read() -> InputRead {
    defer { isDue.toggle() }
    return isDue ? .code(keyMouse) : .nothing
  }

  func waits(milliseconds: Int32) {}
  func mouse() -> MouseEvent? { event }
}
