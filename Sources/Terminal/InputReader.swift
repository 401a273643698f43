import CNcurses
import Glibc
package import Screen

/// Makes events of what was typed, clicked and pasted. Used by the thread that owns the terminal only.
package struct InputReader {
  private let source: any InputSource
  private var lastPress: (position: Point, time: ContinuousClock.Instant)?
  private let now: () -> ContinuousClock.Instant

  private static let doubleClick = Duration.milliseconds(350)
  /// A paste longer than this is cut: nothing here takes a megabyte of typing.
  private static let pasteLimit = 1 << 20
  /// Events taken at once, so that a flood of input cannot keep the screen from being drawn.
  private static let batch = 512
  /// So many characters that wait at once were not typed: a terminal without bracketed paste was given a clipboard. As keys they would
  /// be commands, each with its frame.
  private static let burst = 64

  package init(source: any InputSource, now: @escaping () -> ContinuousClock.Instant = { ContinuousClock.now }) {
    self.source = source
    self.now = now
  }

  private func read() -> InputRead { source.read() }

  /// Every event that has arrived; never waits longer than the escape delay.
  package mutating func events() -> [InputEvent] {
    var events: [InputEvent] = []
    var text: [UInt32] = []
    reading: while events.count + text.count / InputReader.burst < InputReader.batch {
      let next = read()
      if case .character(let character) = next, InputReader.isText(character) {
        text.append(character)
        continue
      }
      events += taken(&text)
      switch next {
      case .nothing: break reading
      case .character(27): events += afterEscape()
      case .character(let character):
        if let key = KeyDecoder.key(character: character) { events.append(.key(key)) }
      case .code(let code):
        if let event = event(code: code) { events.append(event) }
      }
    }
    return events + taken(&text)
  }

  /// A character of a text, its line ends included, and no other control.
  private static func isText(_ character: UInt32) -> Bool {
    character >= 0x20 && character != 0x7F || character == 9 || character == 10 || character == 13
  }

  /// Characters of a text that came in a row: keys, or a paste where they are more than somebody types. A key that is held is no paste,
  /// however long nobody looked.
  private func taken(_ text: inout [UInt32]) -> [InputEvent] {
    defer { text = [] }
    guard text.count >= InputReader.burst, Set(text).count > 3 else {
      return text.compactMap { KeyDecoder.key(character: $0).map { .key($0) } }
    }
    // Somebody may have typed it after all, ahead of a slow program: the line end that closes it is the key.
    let isEntered = text.last == 10 || text.last == 13
    if isEntered { text.removeLast() }
    let scalars = text.compactMap { Unicode.Scalar($0 == 13 ? 10 : $0) }
    return [.paste(String(String.UnicodeScalarView(scalars)))] + (isEntered ? [.key(KeyPress(.enter))] : [])
  }

  private mutating func event(code: Int32) -> InputEvent? {
    switch code {
    case KeyDecoder.pasteStart: return .paste(paste())
    case KeyDecoder.pasteEnd, KEY_RESIZE: return nil
    case KeyDecoder.focusIn: return .focus(true)
    case KeyDecoder.focusOut: return .focus(false)
    case KEY_MOUSE: return source.mouse().map { .mouse(timed($0)) }
    default: return KeyDecoder.key(code: code).map { .key($0) }
    }
  }

  /// ncurses hands out an escape only after the escape delay or with bytes behind it that are no key it knows.
  private mutating func afterEscape() -> [InputEvent] {
    switch read() {
    case .nothing: return [.key(KeyPress(.escape))]
    case .character(0x5B):
      guard let sequence = controlSequence() else { return [.key(KeyPress(.character("["), .alt))] }
      return MouseDecoder.event(sequence).map { [.mouse(timed($0))] } ?? []
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
    var length = 0
    // The rest of the paste may still be on its way.
    source.waits(milliseconds: 500)
    defer { source.waits(milliseconds: 0) }
    while true {
      switch read() {
      case .nothing, .code(KeyDecoder.pasteEnd): return String(text)
      case .code: continue
      case .character(let character):
        guard length < InputReader.pasteLimit, let scalar = Unicode.Scalar(character) else { continue }
        length += 1
        text.append(scalar == "\r" ? "\n" : scalar)
      }
    }
  }

  /// A press, or the second one of a double click.
  private mutating func timed(_ event: MouseEvent) -> MouseEvent {
    guard event.action == .press, event.button == .left else { return event }
    let now = now()
    if let last = lastPress, last.position == event.position, now - last.time < InputReader.doubleClick {
      lastPress = nil
      return MouseEvent(action: .doubleClick, button: .left, position: event.position, modifiers: event.modifiers)
    }
    lastPress = (event.position, now)
    return event
  }
}
