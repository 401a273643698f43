import Screen
import Testing

@Suite struct KeyNameTests {
  @Test(arguments: [
    ("Enter", KeyPress(.enter)), ("Escape", KeyPress(.escape)), ("Esc", KeyPress(.escape)), ("C-f", .control("f")),
    ("ctrl-f", .control("f")), ("ctrl-F", .control("f")),
    ("j", .character("j")), ("G", .character("G")), ("PageDn", KeyPress(.pageDown)), ("NPage", KeyPress(.pageDown)),
    ("PgUp", KeyPress(.pageUp)), ("F1", KeyPress(.function(1))),
    ("F12", KeyPress(.function(12))), ("BTab", KeyPress(.backTab)), ("shift-Tab", KeyPress(.backTab)), ("Space", .character(" ")),
    ("M-x", KeyPress(.character("x"), .alt)),
    ("C-M-Left", KeyPress(.left, [.control, .alt])), ("-", .character("-")), ("C--", .control("-")), ("[", .character("[")),
    ("DC", KeyPress(.delete)),
  ])
  func read(name: String, key: KeyPress) {
    #expect(KeyPress(name: name) == key)
  }

  @Test func unknownNames() {
    for name in ["", "C-", "Foo", "F0", "F99", "Fx", "\u{1B}"] { #expect(KeyPress(name: name) == nil, "\(name)") }
  }

  @Test func everyNameIsReadBack() {
    let codes: [KeyCode] =
      [
        .enter, .escape, .tab, .backTab, .backspace, .delete, .insert, .up, .down, .left, .right, .home, .end, .pageUp, .pageDown,
        .character(" "), .character("-"),
      ] + (1...12).map { .function($0) } + "abz019/?:.[]".map { .character($0) }
    for code in codes {
      for modifiers: KeyModifiers in [[], .control, .alt, [.control, .alt]] {
        let key = KeyPress(code, modifiers)
        #expect(KeyPress(name: key.name) == key, "\(key.name)")
      }
    }
    for code: KeyCode in [.up, .left, .pageDown, .function(5)] {
      let key = KeyPress(code, [.control, .shift])
      #expect(KeyPress(name: key.name) == key)
    }
  }
}
