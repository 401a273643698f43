import Screen
import TestSupport
import Testing

@Suite struct TextInputTests {
  private func typed(_ keys: [String], into input: TextInput = TextInput()) -> TextInput {
    var input = input
    for name in keys {
      guard let key = KeyPress(name: name) else { continue }
      _ = input.handle(key)
    }
    return input
  }

  @Test func editing() {
    let words = TextInput(text: "request service:orders")
    #expect(typed(["C-w"], into: words).text == "request service:")
    #expect(typed(["C-a", "C-k"], into: words).text == "")
    #expect(typed(["M-b", "C-u"], into: words).text == "orders")
    #expect(typed(["Home", "Delete", "x", "End", "y"], into: words).text == "xequest service:ordersy")
    #expect(typed(["a", "b", "Left", "c"]).text == "acb")
    #expect(typed(["日", "本", "Backspace"]).text == "日")
  }

  @Test func outcomes() {
    var input = TextInput(text: "x")
    #expect(input.handle(KeyPress(.enter)) == .submitted("x"))
    #expect(input.handle(KeyPress(.escape)) == .cancelled)
    #expect(input.handle(KeyPress(.function(1))) == .ignored)
    #expect(input.handle(.control("t")) == .ignored)
    #expect(input.insert("a\nb") == .changed)
    #expect(input.text == "xa b")
  }

  @Test func historyReturnsToTheDraft() {
    var input = TextInput(history: ["one", "two"])
    input = typed(["d", "Up"], into: input)
    #expect(input.text == "two")
    input = typed(["Up", "Up"], into: input)
    #expect(input.text == "one")
    input = typed(["Down", "Down"], into: input)
    #expect(input.text == "d")
    input.remember("one")
    #expect(input.history == ["two", "one"])
  }

  @Test("a megabyte that is pasted becomes a line that can be drawn and edited, of letters or of marks on one letter")
  func longPastes() {
    for text in [String(repeating: "hello ", count: 200_000), "e" + String(repeating: "\u{301}", count: 1_000_000)] {
      var input = TextInput(prompt: ": ", text: "ab")
      #expect(input.insert(text) == .changed)
      #expect(input.text.unicodeScalars.count == TextInput.longest)
      #expect(input.insert("more") == .moved)
      #expect(input.handle(KeyPress(.backspace)) == .changed)
      input.text = text
      #expect(input.text.unicodeScalars.count == TextInput.longest)
      #expect(TextInput(text: text).text.unicodeScalars.count == TextInput.longest)
    }
  }

  @Test func theCursorStaysInSight() {
    let surface = Surface(size: Size(columns: 10, rows: 1), theme: Theme(depth: .mono), glyphs: .unicode)
    let input = TextInput(prompt: ": ", text: "abcdefghijklmnop")
    surface.draw(input, in: surface.bounds)
    #expect(surface.buffer.plainText() == [": ←klmnop"])
    #expect(surface.buffer.cursor == Point(x: 9, y: 0))
  }

  @Test func fuzzedKeysKeepTheCursorInside() {
    var random = SeededGenerator(seed: 5)
    var input = TextInput(history: ["é日"])
    let keys = ["a", "日", "Left", "Right", "Home", "End", "C-w", "M-b", "M-f", "Backspace", "Delete", "Up", "Down", "C-k", "M-d", " "]
    for step in 0..<5000 {
      if step % 50 == 0 { _ = input.insert(random.text()) }
      if let key = KeyPress(name: keys.randomElement(using: &random) ?? "a") { _ = input.handle(key) }
      #expect(input.cursor >= 0 && input.cursor <= input.text.count + 1)
      if step % 20 == 0 {
        let width = Int.random(in: 0...12, using: &random)
        let surface = Surface(size: Size(columns: width, rows: 1), theme: Theme(depth: .mono), glyphs: .unicode)
        surface.draw(input, in: surface.bounds)
      }
    }
  }
}
