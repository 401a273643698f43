import Glibc
import Screen

extension String {
  func padding(_ columns: Int) -> String { TextWidth.pad(self, to: columns) }
}

/// The width of standard output.
enum TerminalWidth {
  static var columns: Int {
    var size = winsize()
    guard isatty(STDOUT_FILENO) == 1, ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 120 }
    return Int(size.ws_col)
  }
}
