import CLinux
import Glibc
import StateDirectory

/// A program on a terminal of its own, as a person would run it: keys go in, bytes come out.
final class PseudoTerminal {
  let pid: pid_t
  /// When the program was started.
  let started: ContinuousClock.Instant
  private let master: Int32
  private var recent: [UInt8] = []

  init(_ program: String, _ arguments: [String], environment: [String: String], columns: UInt16 = 120, rows: UInt16 = 40) throws {
    // ptmx(4). The two requests are macros that Swift cannot import: TIOCSPTLCK unlocks, TIOCGPTN answers the number.
    master = periplus_open("/dev/ptmx", O_RDWR | O_NOCTTY, 0)
    guard master >= 0 else { throw SystemError("open", "/dev/ptmx") }
    var unlocked: Int32 = 0
    var number: Int32 = 0
    guard ioctl(master, 0x4004_5431, &unlocked) == 0, ioctl(master, 0x8004_5430, &number) == 0 else {
      throw SystemError("open a terminal of", "/dev/ptmx")
    }
    var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(master, UInt(TIOCSWINSZ), &size)
    _ = periplus_set_nonblocking(master)

    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    // A leader of a new session that opens a terminal gets it as its controlling one. 0x80 is POSIX_SPAWN_SETSID.
    posix_spawnattr_setflags(&attributes, 0x80)
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/pts/\(number)", O_RDWR, 0)
    posix_spawn_file_actions_adddup2(&actions, 0, 1)
    posix_spawn_file_actions_adddup2(&actions, 0, 2)
    posix_spawn_file_actions_addclosefrom_np(&actions, 3)
    var child: pid_t = 0
    started = ContinuousClock.now
    let result = DaemonSpawner.withCStrings([program] + arguments) { argv in
      DaemonSpawner.withCStrings(environment.map { "\($0.key)=\($0.value)" }) { envp in
        posix_spawn(&child, program, &actions, &attributes, argv, envp)
      }
    }
    guard result == 0 else { throw SystemError("start", program, code: result) }
    pid = child
  }

  func type(_ keys: String) { _ = keys.withCString { Glibc.write(master, $0, strlen($0)) } }

  /// Reads until the output holds `text`; answers when its last byte came, `nil` when it does not come within `limit`.
  func read(until text: String, limit: Duration = .seconds(10)) -> ContinuousClock.Instant? {
    let wanted = Array(text.utf8)
    let end = ContinuousClock.now + limit
    while ContinuousClock.now < end {
      if take(1) {
        let now = ContinuousClock.now
        if Self.holds(recent, wanted) {
          recent = []
          return now
        }
        if recent.count > 1 << 16 { recent.removeFirst(recent.count - 4096) }
      }
    }
    return nil
  }

  /// Reads and forgets until nothing has come for `quiet`, or `limit` has passed.
  func drain(quiet: Duration, limit: Duration = .seconds(10)) {
    let end = ContinuousClock.now + limit
    var last = ContinuousClock.now
    while ContinuousClock.now < end, ContinuousClock.now - last < quiet {
      if take(1) { last = ContinuousClock.now }
    }
    recent = []
  }

  /// Reads for as long as `span` lasts and keeps all of it, with the moment at which each piece came.
  func record(for span: Duration) -> TerminalRecording {
    recent = []
    var recording = TerminalRecording()
    let end = ContinuousClock.now + span
    while ContinuousClock.now < end {
      guard take(5) else { continue }
      recording.append(recent, at: LargeCluster.now())
      recent = []
    }
    return recording
  }

  /// Waits for bytes, at most so many milliseconds; `true` when some came.
  private func take(_ milliseconds: Int32) -> Bool {
    var ready = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
    guard poll(&ready, 1, milliseconds) > 0 else { return false }
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    let count = Glibc.read(master, &chunk, chunk.count)
    guard count > 0 else {
      // The program has closed its side (EIO): do not spin until it is reaped.
      usleep(1000)
      return false
    }
    recent += chunk[..<count]
    return true
  }

  private static func holds(_ bytes: [UInt8], _ wanted: [UInt8]) -> Bool {
    guard !wanted.isEmpty, bytes.count >= wanted.count else { return false }
    return (0...bytes.count - wanted.count).contains { bytes[$0] == wanted[0] && bytes[$0..<$0 + wanted.count].elementsEqual(wanted) }
  }

  /// Asks the program to quit, ends it when it does not, and closes the terminal.
  func quit() {
    type("q")
    var status: Int32 = 0
    for turn in 0..<3000 {
      _ = take(1)
      if waitpid(pid, &status, WNOHANG) != 0 { break }
      if turn == 2500 { kill(pid, SIGKILL) }
    }
    close(master)
  }
}
