import CNcurses
import Glibc
import Screen

/// The terminal's file descriptors and the settings it had before.
///
/// Owned by the thread that runs the session.
final class TerminalDevice {
  let input: Int32
  let output: Int32
  let saved: termios
  private let opened: Bool

  /// Standard input and output when both are the terminal, else /dev/tty.
  init() throws(TerminalError) {
    var settings = termios()
    if isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1 {
      input = STDIN_FILENO
      output = STDOUT_FILENO
      opened = false
    } else {
      let descriptor = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)
      guard descriptor >= 0 else { throw .noTerminal }
      input = descriptor
      output = descriptor
      opened = true
    }
    guard tcgetattr(input, &settings) == 0 else {
      if opened { close(input) }
      throw .noTerminal
    }
    saved = settings
  }

  deinit {
    if opened { close(input) }
  }

  /// Columns and rows, or nil when the terminal does not know.
  var windowSize: (columns: Int, rows: Int)? {
    var columns: Int32 = 0
    var rows: Int32 = 0
    guard periplus_window_size(output, &columns, &rows) == 0 else { return nil }
    return (Int(columns), Int(rows))
  }

  func write(_ text: String) {
    TerminalDevice.write(Array(text.utf8), to: output)
  }

  static func write(_ bytes: [UInt8], to descriptor: Int32) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count > 0 {
        rest = rest.dropFirst(count)
      } else if count < 0, errno == EAGAIN {
        var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        if poll(&ready, 1, 1000) <= 0 { return }
      } else if count < 0, errno == EINTR {
        continue
      } else {
        return
      }
    }
  }

  func restoreSettings() {
    var settings = saved
    // A background process that changes the terminal is stopped unless it blocks this signal (tcsetattr(3p)).
    var blocked = sigset_t()
    var before = sigset_t()
    sigemptyset(&blocked)
    sigaddset(&blocked, SIGTTOU)
    pthread_sigmask(SIG_BLOCK, &blocked, &before)
    tcsetattr(input, TCSADRAIN, &settings)
    pthread_sigmask(SIG_SETMASK, &before, nil)
  }
}

/// Sequences outside of the terminal's description; terminals that do not know them ignore them (xterm's ctlseqs).
package enum TerminalSequence {
  static let pasteOn = "\u{1B}[?2004h"
  static let pasteOff = "\u{1B}[?2004l"
  static let focusOn = "\u{1B}[?1004h"
  static let focusOff = "\u{1B}[?1004l"
  /// Positions as decimal numbers: the older encoding ends at column 223. ncurses turns the reports themselves on.
  static let mouseNumbersOn = "\u{1B}[?1006h"
  static let mouseOff = "\u{1B}[?1000l\u{1B}[?1002l\u{1B}[?1003l\u{1B}[?1006l"
  static let showCursor = "\u{1B}[?25h"
  static let leaveAlternateScreen = "\u{1B}[?1049l"
  static let plain = "\u{1B}[0m"
  static let normalKeypad = "\u{1B}[?1l\u{1B}>"
  static let asciiCharset = "\u{0F}"

  /// Everything that gives a terminal back to the shell.
  package static let reset =
    pasteOff + focusOff + mouseOff + normalKeypad + asciiCharset + plain + showCursor + leaveAlternateScreen + "\r"

  /// OSC 52: sets the clipboard. Nil when the text is longer than terminals accept. What a terminal obeys is copied as it is shown: pasted
  /// into a shell, a carriage return in a name would run what stands before it.
  package static func copy(_ text: String) -> String? {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { Visible.text(String($0)) }
    let bytes = Array(lines.joined(separator: "\n").utf8)
    guard bytes.count <= 74_994 else { return nil }
    return "\u{1B}]52;c;\(base64(bytes))\u{07}"
  }

  private static func base64(_ bytes: [UInt8]) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var result: [UInt8] = []
    result.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let value = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
      for position in 0..<4 {
        result.append(position <= group.count ? alphabet[Int(value >> UInt32(18 - 6 * position) & 63)] : UInt8(ascii: "="))
      }
    }
    return String(decoding: result, as: UTF8.self)
  }
}
