import Screen

/// Why the console cannot use the terminal; the description is one sentence for the user.
package enum TerminalError: Error, Equatable, CustomStringConvertible {
  case noTerminal
  case noTerminalType
  case unknownTerminalType(String)
  case cannotMoveCursor(String)
  case refused(String)

  package var description: String {
    switch self {
    case .noTerminal:
      "The console needs a terminal, but neither the input and output nor /dev/tty is one; run it in a terminal or use a command "
        + "that prints."
    case .noTerminalType:
      "The console needs to know the terminal, but TERM is not set; set it, for example with: export TERM=xterm-256color"
    case .unknownTerminalType(let name):
      "The console needs a terminal description, but there is none for TERM=\(Visible.text(name)); set TERM to a known one such as "
        + "xterm-256color, or install ncurses-term."
    case .cannotMoveCursor(let name):
      "The console needs a full-screen terminal, but one of type \(Visible.text(name)) cannot move its cursor; run it in another "
        + "terminal or use a command that prints."
    case .refused(let reason):
      "The terminal could not be used for the console: \(reason)."
    }
  }
}
