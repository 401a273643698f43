// Two spellings are read: that of the documentation (`ctrl-f`, `PgDn`, `Esc`) and that of tmux's send-keys (`C-f`, `PageDown`, `Escape`).
extension KeyPress {
  /// The key called `name`, or nil when there is no such key. Names of keys and modifiers do not depend on case, characters do.
  package init?(name: String) {
    var rest = Substring(name)
    var modifiers: KeyModifiers = []
    while let (modifier, length) = KeyPress.modifier(rest) {
      modifiers.insert(modifier)
      rest = rest.dropFirst(length)
    }
    guard let first = rest.first else { return nil }
    if rest.count == 1 {
      guard TextWidth.width(of: first) > 0, !Visible.isUnsafe(first) else { return nil }
      // Control keys have no case: ctrl-F and ctrl-f are one byte on the wire.
      if modifiers.contains(.control), first.isASCII {
        self.init(.character(Character(first.lowercased())), modifiers)
      } else if modifiers.contains(.shift) {
        self.init(.character(Character(first.uppercased().first.map(String.init) ?? String(first))), modifiers.subtracting(.shift))
      } else {
        self.init(.character(first), modifiers)
      }
      return
    }
    let lowered = rest.lowercased()
    if let code = KeyPress.codes[lowered] {
      if code == .tab, modifiers.contains(.shift) {
        self.init(.backTab, modifiers.subtracting(.shift))
      } else {
        self.init(code, modifiers)
      }
      return
    }
    guard lowered.first == "f", let number = Int(lowered.dropFirst()), (1...63).contains(number) else { return nil }
    self.init(.function(number), modifiers)
  }

  /// The name of the key, as the documentation and the help write it.
  package var name: String {
    var prefix = ""
    if modifiers.contains(.control) { prefix += "ctrl-" }
    if modifiers.contains(.alt) { prefix += "alt-" }
    if modifiers.contains(.shift) { prefix += "shift-" }
    switch code {
    case .character(" "): return prefix + "Space"
    case .character(let character): return prefix + String(character)
    case .enter: return prefix + "Enter"
    case .escape: return prefix + "Esc"
    case .tab: return prefix + "Tab"
    case .backTab: return prefix + "shift-Tab"
    case .backspace: return prefix + "Backspace"
    case .delete: return prefix + "Delete"
    case .insert: return prefix + "Insert"
    case .up: return prefix + "Up"
    case .down: return prefix + "Down"
    case .left: return prefix + "Left"
    case .right: return prefix + "Right"
    case .home: return prefix + "Home"
    case .end: return prefix + "End"
    case .pageUp: return prefix + "PgUp"
    case .pageDown: return prefix + "PgDn"
    case .function(let number): return prefix + "F\(number)"
    }
  }

  private static func modifier(_ name: Substring) -> (KeyModifiers, Int)? {
    let spellings: [(String, KeyModifiers)] = [
      ("ctrl-", .control), ("c-", .control), ("alt-", .alt), ("m-", .alt), ("shift-", .shift), ("s-", .shift),
    ]
    let lowered = name.lowercased()
    for (spelling, modifier) in spellings where lowered.hasPrefix(spelling) && lowered.count > spelling.count {
      return (modifier, spelling.count)
    }
    return nil
  }

  private static let codes: [String: KeyCode] = [
    "enter": .enter, "return": .enter, "escape": .escape, "esc": .escape, "tab": .tab, "btab": .backTab, "backtab": .backTab,
    "space": .character(" "), "backspace": .backspace, "bspace": .backspace, "delete": .delete, "del": .delete, "dc": .delete,
    "insert": .insert, "ic": .insert, "up": .up, "down": .down, "left": .left, "right": .right, "home": .home, "end": .end,
    "pageup": .pageUp, "pgup": .pageUp, "ppage": .pageUp, "pagedown": .pageDown, "pagedn": .pageDown, "pgdn": .pageDown,
    "npage": .pageDown,
  ]
}
