import CNcurses
import Glibc

/// The signals a console answers while it has the terminal, read as data by its loop.
///
/// The only file that uses these functions of the shim: their state exists once. Installed before ncurses starts, which leaves signals
/// with a handler alone.
final class TerminalSignals {
  /// Readable when a signal has arrived.
  let descriptor: Int32
  private let writer: Int32

  init() throws(TerminalError) {
    var ends: [Int32] = [-1, -1]
    guard pipe2(&ends, O_CLOEXEC | O_NONBLOCK) == 0 else { throw .refused("no pipe for its signals could be opened") }
    descriptor = ends[0]
    writer = ends[1]
    periplus_signals_install(writer)
    // A closed pipe or connection is an error of that write, not the end of the program.
    signal(SIGPIPE, SIG_IGN)
  }

  /// The signals that arrived since the last call.
  func read() -> [Int32] {
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = Glibc.read(descriptor, &bytes, bytes.count)
    return count > 0 ? bytes[..<count].map { Int32($0) } : []
  }

  /// Stops the whole job as ctrl-z does and returns when it is continued.
  static func stopJob() {
    periplus_signal_action(SIGTSTP, 0)
    kill(0, SIGTSTP)
    raise(SIGSTOP)
    periplus_signal_action(SIGTSTP, 1)
  }

  deinit {
    periplus_signals_remove()
    close(descriptor)
    close(writer)
  }
}
