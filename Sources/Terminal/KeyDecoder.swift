import CNcurses
import Glibc
package import Screen

/// Key codes of ncurses as keys.
package enum KeyDecoder {
  /// Codes given to sequences that terminal descriptions do not list.
  package static let pasteStart: Int32 = 0x7001
  package static let pasteEnd: Int32 = 0x7002
  package static let focusIn: Int32 = 0x7003
  package static let focusOut: Int32 = 0x7004

  static func defineSequences() {
    define_key("\u{1B}[200~", pasteStart)
    define_key("\u{1B}[201~", pasteEnd)
    define_key("\u{1B}[I", focusIn)
    define_key("\u{1B}[O", focusOut)
    // Both cursor key modes: a terminal that was left in the other one still has arrows.
    let both: [(String, Int32)] = [("A", KEY_UP), ("B", KEY_DOWN), ("C", KEY_RIGHT), ("D", KEY_LEFT), ("H", KEY_HOME), ("F", KEY_END)]
    for (letter, code) in both {
      for introducer in ["\u{1B}[", "\u{1B}O"] where key_defined(introducer + letter) == 0 { define_key(introducer + letter, code) }
    }
  }

  /// A character as read, without escape before it.
  package static func key(character: UInt32) -> KeyPress? {
    switch character {
    case 0: return KeyPress(.character(" "), .control)
    case 8, 127: return KeyPress(.backspace)
    case 9: return KeyPress(.tab)
    case 10, 13: return KeyPress(.enter)
    case 27: return KeyPress(.escape)
    case 1...26: return Unicode.Scalar(character + 0x60).map { .control(Character($0)) }
    case 28...31: return Unicode.Scalar(character + 0x40).map { .control(Character($0)) }
    default: return Unicode.Scalar(character).map { .character(Character($0)) }
    }
  }

  /// A function key by its code.
  package static func key(code: Int32) -> KeyPress? {
    switch code {
    case KEY_UP: return KeyPress(.up)
    case KEY_DOWN: return KeyPress(.down)
    case KEY_LEFT: return KeyPress(.left)
    case KEY_RIGHT: return KeyPress(.right)
    case KEY_HOME, KEY_A1: return KeyPress(.home)
    case KEY_END, KEY_C1, KEY_LL: return KeyPress(.end)
    case KEY_PPAGE, KEY_A3: return KeyPress(.pageUp)
    case KEY_NPAGE, KEY_C3: return KeyPress(.pageDown)
    case KEY_BACKSPACE: return KeyPress(.backspace)
    case KEY_DC: return KeyPress(.delete)
    case KEY_IC: return KeyPress(.insert)
    case KEY_ENTER: return KeyPress(.enter)
    case KEY_BTAB: return KeyPress(.backTab)
    case KEY_SR: return KeyPress(.up, .shift)
    case KEY_SF: return KeyPress(.down, .shift)
    case KEY_SLEFT: return KeyPress(.left, .shift)
    case KEY_SRIGHT: return KeyPress(.right, .shift)
    case KEY_SHOME: return KeyPress(.home, .shift)
    case KEY_SEND: return KeyPress(.end, .shift)
    case KEY_SNEXT: return KeyPress(.pageDown, .shift)
    case KEY_SPREVIOUS: return KeyPress(.pageUp, .shift)
    case KEY_SDC: return KeyPress(.delete, .shift)
    case KEY_F0...(KEY_F0 + 63): return KeyPress(.function(Int(code - KEY_F0)))
    default: return keyname(code).flatMap { key(capability: String(cString: $0)) }
    }
  }

  /// A key with modifiers by the name of its extended capability, `kLFT5`: the digit is xterm's modifier code (ctlseqs, "PC-Style
  /// Function Keys").
  package static func key(capability name: String) -> KeyPress? {
    let codes: [String: KeyCode] = [
      "kUP": .up, "kDN": .down, "kLFT": .left, "kRIT": .right, "kHOM": .home, "kEND": .end, "kPRV": .pageUp, "kNXT": .pageDown,
      "kDC": .delete, "kIC": .insert,
    ]
    guard let last = name.last, let digit = last.wholeNumberValue, digit >= 2 else {
      return codes[name].map { KeyPress($0, .shift) }
    }
    guard let code = codes[String(name.dropLast())] else { return nil }
    let bits = digit - 1
    var modifiers: KeyModifiers = []
    if bits & 1 != 0 { modifiers.insert(.shift) }
    if bits & 2 != 0 { modifiers.insert(.alt) }
    if bits & 4 != 0 { modifiers.insert(.control) }
    return KeyPress(code, modifiers)
  }
}
