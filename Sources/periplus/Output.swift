import Glibc
import Screen

/// Standard output and error, by write(2): whole lines, nothing buffered past the end.
enum Output {
  static func line(_ text: String) { write(text + "\n") }

  /// A line of JSON.
  static func json(_ line: String) { write(Visible.json(line) + "\n") }

  static func write(_ text: String) { write(Array(text.utf8)) }

  /// Writes all bytes; ends the process quietly when the reader has gone away, and with a sentence when they cannot be written: what was
  /// kept of them is not all.
  static func write(_ bytes: [UInt8]) {
    guard !send(bytes, to: STDOUT_FILENO) else { return }
    let reason = errno
    if reason == EPIPE { exit(ExitStatus.done.rawValue) }
    complain("writing the output failed: \(String(cString: strerror(reason)))")
    exit(ExitStatus.environment.rawValue)
  }

  static func complain(_ sentence: String) { _ = send(Array("periplus: \(Visible.text(sentence))\n".utf8), to: STDERR_FILENO) }

  static func complainVerbatim(_ text: String) { _ = send(Array((text + "\n").utf8), to: STDERR_FILENO) }

  /// A line of progress on standard error, overwritten by the next when that is a terminal.
  static func progress(_ text: String, isLast: Bool = false) {
    let text = Visible.text(text)
    if isatty(STDERR_FILENO) == 1 {
      _ = send(Array("\r\u{1B}[K\(text)\(isLast ? "\n" : "")".utf8), to: STDERR_FILENO)
    } else if isLast {
      _ = send(Array("\(text)\n".utf8), to: STDERR_FILENO)
    }
  }

  private static func send(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count >= 0 {
        sent += count
      } else if errno == EAGAIN {
        var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = poll(&ready, 1, -1)
      } else if errno != EINTR {
        return false
      }
    }
    return true
  }
}
