import Foundation
import Glibc

/// A terminal of the test's own with a program in it: it can be resized, not read, or taken away, which a multiplexer does not do.
final class PseudoTerminal {
  let process: pid_t
  private(set) var output: [UInt8] = []
  private var master: Int32
  private var status: Int32?

  /// - Parameter terminal: `nil` leaves `TERM` out.
  init(
    _ executable: String, _ arguments: [String], environment: [String: String], terminal: String? = "xterm-256color", columns: Int = 80,
    rows: Int = 24
  ) throws {
    // Glibc's module has no posix_openpt(3): these are the calls that it makes (ioctl_tty(2), TIOCSPTLCK and TIOCGPTN).
    master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    var locked: Int32 = 0
    var number: Int32 = 0
    guard master >= 0, ioctl(master, 0x4004_5431, &locked) == 0, ioctl(master, 0x8004_5430, &number) == 0 else {
      throw Spawn.Failure(sentence: "no pseudo terminal: \(String(cString: strerror(errno)))")
    }
    let name = "/dev/pts/\(number)"
    _ = fcntl(master, F_SETFL, O_NONBLOCK)
    var size = winsize(ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(master, UInt(TIOCSWINSZ), &size)
    let (program, words) = Program.command(executable, arguments)
    var variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    variables["TERM"] = terminal
    for name in ["COLUMNS", "LINES", "NO_COLOR"] { variables[name] = nil }
    process = try Self.start([program.path] + words, variables.map { "\($0.key)=\($0.value)" }, on: name)
  }

  /// `POSIX_SPAWN_SETSID`, which Glibc's module does not have.
  private static let newSession: Int32 = 0x80

  /// In a session of its own, whose first terminal is this one: it becomes the controlling one (tty_ioctl(4)).
  private static func start(_ words: [String], _ environment: [String], on path: String) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    var none = sigset_t()
    var all = sigset_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    posix_spawn_file_actions_addopen(&actions, 0, path, O_RDWR, 0)
    posix_spawn_file_actions_adddup2(&actions, 0, 1)
    posix_spawn_file_actions_adddup2(&actions, 0, 2)
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setflags(&attributes, Int16(Self.newSession | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    var argv = words.map { strdup($0) } + [nil]
    var envp = environment.map { strdup($0) } + [nil]
    defer { for pointer in argv + envp { free(pointer) } }
    var pid: pid_t = 0
    let result = posix_spawn(&pid, words[0], &actions, &attributes, &argv, &envp)
    guard result == 0 else { throw Spawn.Failure(sentence: "\(words[0]) cannot be started: \(String(cString: strerror(result)))") }
    return pid
  }

  deinit {
    hangUp()
    if ended(within: 0) == nil { kill(process, SIGKILL) }
    _ = ended(within: 5)
  }

  var text: String { String(decoding: output, as: UTF8.self) }

  func resize(_ columns: Int, _ rows: Int) {
    var size = winsize(ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(master, UInt(TIOCSWINSZ), &size)
  }

  /// Reads for so long, or until something that is wanted was written since the last `forget()`; whether it was.
  @discardableResult
  func read(seconds: Double, until wanted: String? = nil) -> Bool {
    let end = ContinuousClock.now + .seconds(seconds)
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      if let wanted, text.contains(wanted) { return true }
      let left = (end - ContinuousClock.now) / .milliseconds(1)
      guard left > 0 else { return false }
      var descriptor = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
      guard poll(&descriptor, 1, Int32(left.rounded(.up))) > 0 else { continue }
      let count = Glibc.read(master, &buffer, buffer.count)
      // EIO: the other side is closed.
      guard count > 0 else { return wanted.map(text.contains) ?? false }
      output += buffer[..<count]
    }
  }

  func forget() { output = [] }

  /// Types while it reads, so that neither side waits for the other; `false` when it was not taken within the time.
  @discardableResult
  func send(_ bytes: [UInt8], seconds: Double = 30) -> Bool {
    let end = ContinuousClock.now + .seconds(seconds)
    var sent = 0
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while sent < bytes.count {
      guard ContinuousClock.now < end else { return false }
      var descriptor = pollfd(fd: master, events: Int16(POLLIN | POLLOUT), revents: 0)
      guard poll(&descriptor, 1, 1000) > 0 else { continue }
      if descriptor.revents & Int16(POLLIN) != 0 {
        let count = Glibc.read(master, &buffer, buffer.count)
        if count > 0 { output += buffer[..<count] }
      }
      guard descriptor.revents & Int16(POLLOUT) != 0 else { continue }
      let count = bytes[sent..<min(sent + 4096, bytes.count)].withUnsafeBytes { write(master, $0.baseAddress, $0.count) }
      if count > 0 { sent += count } else if errno != EAGAIN { return false }
    }
    return true
  }

  @discardableResult
  func type(_ text: String) -> Bool { send(Array(text.utf8)) }

  /// Takes the terminal away.
  func hangUp() {
    guard master >= 0 else { return }
    close(master)
    master = -1
  }

  /// The exit code, or 128 and the signal, once it has ended; reads what it writes until then.
  func ended(within seconds: Double) -> Int32? {
    let end = ContinuousClock.now + .seconds(seconds)
    while status == nil {
      var wait: Int32 = 0
      if waitpid(process, &wait, WNOHANG) == process {
        status = wait & 0x7F == 0 ? (wait >> 8) & 0xFF : 128 + wait & 0x7F
      } else if ContinuousClock.now >= end {
        return nil
      } else if master >= 0 {
        read(seconds: 0.02)
      } else {
        var pause = timespec(tv_sec: 0, tv_nsec: 20_000_000)
        nanosleep(&pause, nil)
      }
    }
    return status
  }

  /// Seconds of a processor that the process has used (proc_pid_stat(5)).
  var processorSeconds: Double {
    let stat = (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)) ?? ""
    let fields = stat.split(separator: ")").last?.split(separator: " ") ?? []
    guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { return 0 }
    return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
  }

  /// How much of a processor it takes while nobody types.
  func idleShare(seconds: Double = 1) -> Double {
    let before = processorSeconds
    read(seconds: seconds)
    return (processorSeconds - before) / seconds
  }
}
