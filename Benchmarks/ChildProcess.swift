import CLinux
import Glibc
import StateDirectory

/// A program that was run to its end, and what it took.
struct FinishedProgram {
  var status: Int32
  var elapsed: Duration
  /// The most resident memory it had, in bytes; looked at every 50 ms.
  var peakMemory: Int
  /// What it wrote to its standard output.
  var output: String
}

/// Runs programs and waits for them.
enum ChildProcess {
  /// - Parameter scratch: a folder for the file that takes the output.
  static func run(
    _ program: String, _ arguments: [String], environment: [String: String], scratch: String
  ) async throws -> FinishedProgram {
    let file = "\(scratch)/output-\(UInt64.random(in: 0 ... .max))"
    defer { try? Files.remove(file) }
    let start = ContinuousClock.now
    let pid = try spawn(program, arguments, environment: environment, output: file)
    let (status, peak) = await finish(pid)
    return FinishedProgram(status: status, elapsed: ContinuousClock.now - start, peakMemory: peak, output: Files.text(file) ?? "")
  }

  /// Starts a program in a process group of its own; its standard error goes to `/dev/null`.
  static func spawn(_ program: String, _ arguments: [String], environment: [String: String], output: String) throws -> pid_t {
    let null = periplus_open("/dev/null", O_RDWR, 0)
    let file = periplus_open(output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    defer {
      close(null)
      close(file)
    }
    guard null >= 0, file >= 0 else { throw SystemError("write", output) }
    var pid: pid_t = 0
    let result = DaemonSpawner.withCStrings([program] + arguments) { argv in
      DaemonSpawner.withCStrings(environment.map { "\($0.key)=\($0.value)" }) { envp in
        periplus_spawn(&pid, program, argv, envp, "/", null, file, null, 0)
      }
    }
    guard result == 0 else { throw SystemError("start", program, code: result) }
    return pid
  }

  /// The exit code; 128 and the signal's number when a signal ended it.
  static func wait(_ pid: pid_t) async -> Int32 { await finish(pid).status }

  /// Asks a program to end, and waits for it.
  static func end(_ pid: pid_t) async {
    kill(pid, SIGTERM)
    _ = await finish(pid)
  }

  private static func finish(_ pid: pid_t) async -> (status: Int32, peakMemory: Int) {
    var status: Int32 = 0
    var peak = 0
    var round = 0
    // What wait4(2) tells counts the memory of the program that started it as well, up to its exec; the kernel's own high-water mark
    // does not, and is gone with the process: it is read while it runs.
    while waitpid(pid, &status, WNOHANG) == 0 {
      if round % 50 == 0 { peak = max(peak, ProcessFigures(pid: pid).peak) }
      round += 1
      // Waking up every millisecond costs less than it would to block one of few threads.
      try? await Task.sleep(for: .milliseconds(1))
    }
    let signal = periplus_term_signal(status)
    return (signal != 0 ? 128 + signal : periplus_exit_code(status), peak)
  }
}

/// What /proc says of a process.
struct ProcessFigures {
  let pid: pid_t

  /// User and system time since its start (fields 14 and 15 of `/proc/<pid>/stat`, proc(5)).
  var cpu: Duration {
    guard let stat = Files.text("/proc/\(pid)/stat"), let name = stat.lastIndex(of: ")") else { return .zero }
    let fields = stat[stat.index(after: name)...].split(separator: " ")
    guard fields.count > 12, let user = Int64(fields[11]), let system = Int64(fields[12]) else { return .zero }
    return .milliseconds((user + system) * 1000 / Int64(sysconf(Int32(_SC_CLK_TCK))))
  }

  /// Bytes that it passed to write(2) and its like (`wchar` of `/proc/<pid>/io`, proc_pid_io(5)).
  var written: Int {
    let line = (Files.text("/proc/\(pid)/io") ?? "").split(separator: "\n").first { $0.hasPrefix("wchar:") }
    return line?.split(whereSeparator: \.isWhitespace).last.flatMap { Int($0) } ?? 0
  }

  /// Resident memory in bytes.
  var resident: Int { memory("VmRSS:") }
  /// The most that was ever resident, in bytes.
  var peak: Int { memory("VmHWM:") }
  /// Without the pages of files, such as the program's own: what the process itself has made.
  var anonymous: Int { memory("RssAnon:") }

  private func memory(_ key: String) -> Int {
    let line = (Files.text("/proc/\(pid)/status") ?? "").split(separator: "\n").first { $0.hasPrefix(key) }
    return (line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0) * 1024
  }
}
