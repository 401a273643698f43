import CNcurses
import Glibc

/// A process beside the console that gives the terminal back when the console is killed and cannot do it itself.
///
/// It is the same program, started with `argument`. It reads a pipe: the settings to restore, then one byte per change of who owns the
/// terminal. At the end of the pipe it restores the terminal if the console owned it last.
package final class TerminalGuard {
  /// The hidden argument that makes the program a guard.
  package static let argument = "--terminal-guard"

  private enum State: UInt8 {
    case console = 0x43
    case shell = 0x53
  }

  /// Where the guard is told who owns the terminal.
  let pipe: Int32
  private let process: pid_t
  private var isFinished = false

  private init(pipe: Int32, process: pid_t) {
    self.pipe = pipe
    self.process = process
  }

  /// Call first in main. When the program was started as a guard it serves as one and does not return.
  package static func runIfRequested() {
    guard CommandLine.arguments.count == 2, CommandLine.arguments[1] == argument else { return }
    serve()
  }

  /// Starts the guard; nil when it cannot be started: the console works without.
  static func start(device: TerminalDevice) -> TerminalGuard? {
    var ends: [Int32] = [-1, -1]
    guard pipe2(&ends, O_CLOEXEC) == 0 else { return nil }
    var process: pid_t = 0
    guard spawn(input: ends[0], output: device.output, process: &process) else {
      Glibc.close(ends[0])
      Glibc.close(ends[1])
      return nil
    }
    Glibc.close(ends[0])
    let guardian = TerminalGuard(pipe: ends[1], process: process)
    var settings = device.saved
    withUnsafeBytes(of: &settings) { TerminalDevice.write(Array($0), to: ends[1]) }
    guardian.take()
    return guardian
  }

  private static func spawn(input: Int32, output: Int32, process: inout pid_t) -> Bool {
    var actions = posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
    // A group of its own: keys that signal the console's group do not reach it.
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
    posix_spawnattr_setpgroup(&attributes, 0)
    let path = "/proc/self/exe"
    guard let name = strdup(CommandLine.arguments.first ?? "periplus"), let option = strdup(argument) else { return false }
    defer {
      free(name)
      free(option)
    }
    let arguments: [UnsafeMutablePointer<CChar>?] = [name, option, nil]
    return posix_spawn(&process, path, &actions, &attributes, arguments, environ) == 0
  }

  /// The console owns the terminal.
  func take() {
    TerminalDevice.write([State.console.rawValue], to: pipe)
  }

  /// The shell owns the terminal while the console is suspended.
  func release() {
    TerminalDevice.write([State.shell.rawValue], to: pipe)
  }

  /// Ends the guard: the terminal has been given back.
  func finish() {
    guard !isFinished else { return }
    isFinished = true
    release()
    Glibc.close(pipe)
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
  }

  private static func serve() -> Never {
    for number in [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGTTOU, SIGTTIN, SIGPIPE] { signal(number, SIG_IGN) }
    close_range(3, UInt32.max, 0)
    var settings = termios()
    let received = withUnsafeMutableBytes(of: &settings) { bytes in
      var count = 0
      while count < bytes.count {
        let more = read(STDIN_FILENO, bytes.baseAddress?.advanced(by: count), bytes.count - count)
        if more < 0, errno == EINTR { continue }
        guard more > 0 else { break }
        count += more
      }
      return count == bytes.count
    }
    var owner = State.shell
    while received {
      var byte: UInt8 = 0
      let count = read(STDIN_FILENO, &byte, 1)
      if count < 0, errno == EINTR { continue }
      guard count == 1 else { break }
      owner = State(rawValue: byte) ?? owner
    }
    if received, owner == .console {
      // The sequences first: the shell may set its own line editing as soon as it is in front.
      TerminalDevice.write(Array(TerminalSequence.reset.utf8), to: STDOUT_FILENO)
      tcsetattr(STDOUT_FILENO, TCSANOW, &settings)
    }
    _exit(0)
  }
}
