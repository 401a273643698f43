package import Screen

/// What a terminal loop serves. Every call comes from the loop's thread, one at a time, and should return within a few milliseconds.
///
/// After each call of `start`, `handle` and each wakeup the loop carries out `takeRequests()`, then ends if `isFinished`, then asks for a
/// `frame`.
package protocol TerminalHandler: AnyObject {
  /// The first call. The size may be as small as 1×1.
  func start(size: Size, capabilities: TerminalCapabilities)

  /// What was typed, clicked or pasted, in order; a change of size comes as `.resize`. Empty when a wakeup or the deadline asks for work.
  func handle(_ events: [InputEvent])

  /// The screen to show, of exactly `size`; nil when nothing changed since the last one. After a resize or a redraw a frame is owed.
  func frame(size: Size) -> CellBuffer?

  /// When `handle` is to be called even if nothing happens; nil lets the loop sleep until something does.
  var nextDeadline: ContinuousClock.Instant? { get }

  /// True ends the loop.
  var isFinished: Bool { get }

  /// What the terminal should do besides showing frames; handed over once.
  func takeRequests() -> [TerminalRequest]

  /// Whether the handler itself knows what a key means that the loop would otherwise act on: ctrl-c, ctrl-z and ctrl-l.
  func takes(_ press: KeyPress) -> Bool

  /// ctrl-c or SIGINT. True ends the loop, false means the handler has dealt with it.
  func interrupted() -> Bool
}

extension TerminalHandler {
  package func takeRequests() -> [TerminalRequest] { [] }
  package func takes(_ press: KeyPress) -> Bool { false }
  package func interrupted() -> Bool { true }
}

package enum TerminalRequest: Equatable, Sendable {
  /// Sets the terminal's clipboard (OSC 52). Only text the user selected; longer than 74,994 bytes it is not sent.
  case copy(String)
  case bell
  /// As ctrl-z.
  case suspend
  /// Writes the whole screen anew.
  case redraw
}

/// Why a terminal loop ended.
package enum TerminalExit: Equatable, Sendable {
  case finished
  case interrupted
  /// SIGTERM or SIGQUIT.
  case terminated
  /// The terminal went away.
  case hangup
}
