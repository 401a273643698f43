import CNcurses
import Glibc
package import Screen

/// One thing that a terminal sent.
package enum InputRead: Sendable {
  case nothing
  /// A character as a scalar's number; 27 when an escape stands alone or before bytes that are no key.
  case character(UInt32)
  /// A key by its number in ncurses.
  case code(Int32)
}

/// A port: what was typed, in order. Behind it is ncurses, or a test's list.
package protocol InputSource: AnyObject {
  func read() -> InputRead
  /// How long `read()` waits for more.
  func waits(milliseconds: Int32)
  /// The mouse report that the last code announced.
  func mouse() -> MouseEvent?
}

/// What ncurses has read and decoded.
final class CursesInput: InputSource {
  func read() -> InputRead {
    var value: wint_t = 0
    switch wget_wch(periplus_stdscr(), &value) {
    case OK: return .character(UInt32(value))
    case KEY_CODE_YES: return .code(Int32(bitPattern: UInt32(value)))
    default: return .nothing
    }
  }

  func waits(milliseconds: Int32) { wtimeout(periplus_stdscr(), milliseconds) }

  func mouse() -> MouseEvent? {
    var event = MEVENT()
    guard getmouse(&event) == OK else { return nil }
    let position = Point(x: Int(event.x), y: Int(event.y))
    func has(_ mask: mmask_t) -> Bool { event.bstate & mask != 0 }
    var modifiers: KeyModifiers = []
    if has(periplus_mouse_control) { modifiers.insert(.control) }
    if has(periplus_mouse_alt) { modifiers.insert(.alt) }
    if has(periplus_mouse_shift) { modifiers.insert(.shift) }
    let kinds: [(mmask_t, MouseEvent.Action, MouseEvent.Button)] = [
      (periplus_wheel_up, .wheelUp, .none), (periplus_wheel_down, .wheelDown, .none),
      (periplus_button1_pressed, .press, .left), (periplus_button2_pressed, .press, .middle), (periplus_button3_pressed, .press, .right),
      (periplus_button1_released, .release, .left), (periplus_button2_released, .release, .middle),
      (periplus_button3_released, .release, .right),
    ]
    guard let (_, action, button) = kinds.first(where: { has($0.0) }) else { return nil }
    return MouseEvent(action: action, button: button, position: position, modifiers: modifiers)
  }
}
