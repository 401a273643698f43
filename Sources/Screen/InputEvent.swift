/// What the terminal reports.
package enum InputEvent: Hashable, Sendable {
  case key(KeyPress)
  case mouse(MouseEvent)
  /// Text pasted in one piece (bracketed paste); untrusted.
  case paste(String)
  case resize(Size)
  /// The terminal gained or lost the focus.
  case focus(Bool)
}

package struct MouseEvent: Hashable, Sendable {
  package enum Action: Hashable, Sendable {
    case press
    case release
    case doubleClick
    case wheelUp
    case wheelDown
  }

  package enum Button: Hashable, Sendable {
    case none
    case left
    case middle
    case right
  }

  package var action: Action
  package var button: Button
  package var position: Point
  package var modifiers: KeyModifiers

  package init(action: Action, button: Button = .left, position: Point, modifiers: KeyModifiers = []) {
    self.action = action
    self.button = button
    self.position = position
    self.modifiers = modifiers
  }
}

package struct KeyModifiers: OptionSet, Hashable, Sendable {
  package let rawValue: UInt8

  package init(rawValue: UInt8) {
    self.rawValue = rawValue
  }

  package static let control = KeyModifiers(rawValue: 1)
  package static let alt = KeyModifiers(rawValue: 2)
  package static let shift = KeyModifiers(rawValue: 4)
}

package enum KeyCode: Hashable, Sendable {
  /// A printing character as typed: shift is part of it (`G`), control is not (`f` with `.control`).
  case character(Character)
  case enter
  case escape
  case tab
  case backTab
  case backspace
  case delete
  case insert
  case up
  case down
  case left
  case right
  case home
  case end
  case pageUp
  case pageDown
  /// F1 is 1.
  case function(Int)
}

package struct KeyPress: Hashable, Sendable {
  package var code: KeyCode
  package var modifiers: KeyModifiers

  package init(_ code: KeyCode, _ modifiers: KeyModifiers = []) {
    self.code = code
    self.modifiers = modifiers
  }

  package static func character(_ character: Character) -> KeyPress { KeyPress(.character(character)) }
  package static func control(_ character: Character) -> KeyPress { KeyPress(.character(character), .control) }

  /// The typed character, when no modifier but shift is held.
  package var text: Character? {
    if case .character(let character) = code, modifiers.isDisjoint(with: [.control, .alt]) { return character }
    return nil
  }
}
