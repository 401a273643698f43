import CNcurses
import Glibc
import Screen

/// Reads what was typed, clicked and pasted. Used by the thread that owns ncurses only.
struct InputReader {
  private var lastPress: (position: Point, time: ContinuousClock.Instant)?
  private let clock = ContinuousClock()

  private static let doubleClick = Duration.milliseconds(350)
  /// A paste longer than this is cut: nothing here takes a megabyte of typing.
  private static let pasteLimit = 1 << 20
  /// Events taken at once, so that a flood of input cannot keep the screen from being drawn.
  private static let batch = 512

  private enum Read {
    case nothing
    case character(UInt32)
    case code(Int32)
  }

  private func read() -> Read {
    var value: wint_t = 0
    switch wget_wch(periplus_stdscr(), &value) {
    case OK: return .character(UInt32(value))
    case KEY_CODE_YES: return .code(Int32(bitPattern: UInt32(value)))
    default: return .nothing
    }
  }

  /// Every event that has arrived; never waits longer than the escape delay.
  mutating func events() -> [InputEvent] {
    var events: [InputEvent] = []
    while events.count < InputReader.batch {
      switch read() {
      case .nothing: return events
      case .character(27): events += afterEscape()
      case .character(let character):
        if let key = KeyDecoder.key(character: character) { events.append(.key(key)) }
      case .code(let code):
        if let event = event(code: code) { events.append(event) }
      }
    }
    return events
  }

  private mutating func event(code: Int32) -> InputEvent? {
    switch code {
    case KeyDecoder.pasteStart: return .paste(paste())
    case KeyDecoder.pasteEnd, KEY_RESIZE: return nil
    case KeyDecoder.focusIn: return .focus(true)
    case KeyDecoder.focusOut: return .focus(false)
    case KEY_MOUSE: return mouse().map { .mouse($0) }
    default: return KeyDecoder.key(code: code).map { .key($0) }
    }
  }

  /// ncurses hands out an escape only after the escape delay or with bytes behind it that are no key it knows.
  private mutating func afterEscape() -> [InputEvent] {
    switch read() {
    case .nothing: return [.key(KeyPress(.escape))]
    case .character(0x5B):
      guard let sequence = controlSequence() else { return [.key(KeyPress(.character("["), .alt))] }
      return mouse(sequence).map { [.mouse($0)] } ?? []
    case .character(27): return [.key(KeyPress(.escape))] + afterEscape()
    case .character(let character):
      guard var key = KeyDecoder.key(character: character) else { return [] }
      key.modifiers.insert(.alt)
      return [.key(key)]
    case .code(let code):
      guard let event = event(code: code) else { return [] }
      guard case .key(var key) = event else { return [.key(KeyPress(.escape)), event] }
      key.modifiers.insert(.alt)
      return [.key(key)]
    }
  }

  /// The rest of a control sequence that no terminal description lists, parameters and one final byte (ECMA-48, 5.4); nil for none.
  private func controlSequence() -> [UInt8]? {
    var bytes: [UInt8] = []
    while bytes.count < 64 {
      guard case .character(let character) = read() else { return bytes.isEmpty ? nil : bytes }
      bytes.append(UInt8(clamping: character))
      if (0x40...0x7E).contains(character) { break }
    }
    return bytes
  }

  private func paste() -> String {
    var text = String.UnicodeScalarView()
    // The rest of the paste may still be on its way.
    wtimeout(periplus_stdscr(), 500)
    defer { nodelay(periplus_stdscr(), true) }
    while true {
      switch read() {
      case .nothing, .code(KeyDecoder.pasteEnd): return String(text)
      case .code: continue
      case .character(let character):
        guard text.count < InputReader.pasteLimit, let scalar = Unicode.Scalar(character) else { continue }
        text.append(scalar == "\r" ? "\n" : scalar)
      }
    }
  }

  /// A mouse report with decimal numbers, `<button;column;row` and `M` for pressed or `m` for released (xterm's ctlseqs, "SGR").
  private mutating func mouse(_ sequence: [UInt8]) -> MouseEvent? {
    guard sequence.first == UInt8(ascii: "<"), let last = sequence.last else { return nil }
    let numbers = String(decoding: sequence.dropFirst().dropLast(), as: UTF8.self).split(separator: ";").compactMap { Int($0) }
    guard numbers.count == 3, last == UInt8(ascii: "M") || last == UInt8(ascii: "m") else { return nil }
    let code = numbers[0]
    var modifiers: KeyModifiers = []
    if code & 4 != 0 { modifiers.insert(.shift) }
    if code & 8 != 0 { modifiers.insert(.alt) }
    if code & 16 != 0 { modifiers.insert(.control) }
    let position = Point(x: numbers[1] - 1, y: numbers[2] - 1)
    switch code & ~28 {
    case 64: return MouseEvent(action: .wheelUp, button: .none, position: position, modifiers: modifiers)
    case 65: return MouseEvent(action: .wheelDown, button: .none, position: position, modifiers: modifiers)
    case 0...2:
      let button = [MouseEvent.Button.left, .middle, .right][code & 3]
      let action = last == UInt8(ascii: "m") ? MouseEvent.Action.release : press(button, at: position)
      return MouseEvent(action: action, button: button, position: position, modifiers: modifiers)
    default: return nil
    }
  }

  /// A press, or the second one of a double click.
  private mutating func press(_ button: MouseEvent.Button, at position: Point) -> MouseEvent.Action {
    guard button == .left else { return .press }
    let now = clock.now
    if let last = lastPress, last.position == position, now - last.time < InputReader.doubleClick {
      lastPress = nil
      return .doubleClick
    }
    lastPress = (position, now)
    return .press
  }

  /// A mouse report that ncurses has decoded.
  private mutating func mouse() -> MouseEvent? {
    var event = MEVENT()
    guard getmouse(&event) == OK else { return nil }
    let position = Point(x: Int(event.x), y: Int(event.y))
    let state = event.bstate
    func has(_ mask: mmask_t) -> Bool { state & mask != 0 }
    var modifiers: KeyModifiers = []
    if has(periplus_mouse_control) { modifiers.insert(.control) }
    if has(periplus_mouse_alt) { modifiers.insert(.alt) }
    if has(periplus_mouse_shift) { modifiers.insert(.shift) }
    func make(_ action: MouseEvent.Action, _ button: MouseEvent.Button) -> MouseEvent {
      MouseEvent(action: action, button: button, position: position, modifiers: modifiers)
    }
    if has(periplus_wheel_up) { return make(.wheelUp, .none) }
    if has(periplus_wheel_down) { return make(.wheelDown, .none) }
    if has(periplus_button1_pressed) { return make(press(.left, at: position), .left) }
    if has(periplus_button2_pressed) { return make(.press, .middle) }
    if has(periplus_button3_pressed) { return make(.press, .right) }
    if has(periplus_button1_released) { return make(.release, .left) }
    if has(periplus_button2_released) { return make(.release, .middle) }
    if has(periplus_button3_released) { return make(.release, .right) }
    return nil
  }
}
