import CLinux
import Glibc
import StateDirectory
import Synchronization

/// Runs a command beside a container, with its environment: exec probes and hooks.
enum CommandRunner {
  enum Outcome: Sendable, Hashable {
    case exited(code: Int, output: String)
    case timedOut
    case failed(String)
  }

  static func run(_ command: [String], environment: [String], folder: String, timeout: Duration) async -> Outcome {
    guard let name = command.first else { return .failed("the command is empty") }
    let path = environment.first { $0.hasPrefix("PATH=") }.map { String($0.dropFirst(5)) } ?? "/usr/local/bin:/usr/bin:/bin"
    guard let executable = Executables.find(name, path: path) else {
      return .failed("exec: \"\(name)\": executable file not found in $PATH")
    }
    var ends: [Int32] = [-1, -1]
    guard periplus_pipe(&ends) == 0 else { return .failed("no pipe: \(String(cString: strerror(errno)))") }
    let null = periplus_open("/dev/null", O_RDONLY, 0)
    var pid: pid_t = 0
    let result = DaemonSpawner.withCStrings(command) { argv in
      DaemonSpawner.withCStrings(environment) { envp in periplus_spawn(&pid, executable, argv, envp, folder, null, ends[1], ends[1], 0) }
    }
    close(null)
    close(ends[1])
    defer { close(ends[0]) }
    guard result == 0 else { return .failed("exec: \"\(name)\": \(String(cString: strerror(result)))") }
    _ = periplus_set_nonblocking(ends[0])
    let output = Output()
    // A descriptor of its own: it closes it when no more can come, and what is left is read below.
    let watch = DescriptorWatch(dup(ends[0])) { output.take(from: $0) }
    defer { withExtendedLifetime(watch) {} }
    var status: Int32 = 0
    // Not a child that can be found any more: it has ended already.
    if let process = ProcessIdentity(pid: pid), await !process.end(within: timeout) {
      kill(-pid, SIGKILL)
      waitpid(pid, &status, 0)
      return .timedOut
    }
    waitpid(pid, &status, 0)
    _ = output.take(from: ends[0])
    kill(-pid, SIGKILL)
    let signal = periplus_term_signal(status)
    return .exited(code: signal != 0 ? 128 + Int(signal) : Int(periplus_exit_code(status)), output: output.text)
  }

  /// What a command writes. It is taken while it comes, so that no pipe fills up.
  private final class Output: Sendable {
    private let bytes = Mutex<[UInt8]>([])

    var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }

    /// Takes what is there. `false` when no more can come.
    func take(from descriptor: Int32) -> Bool {
      bytes.withLock { bytes in
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
          let count = read(descriptor, &chunk, chunk.count)
          guard count > 0 else { return count < 0 && (errno == EAGAIN || errno == EINTR) }
          // The kubelet keeps 10 KiB of a probe's output.
          if bytes.count < 10_240 { bytes.append(contentsOf: chunk[..<min(count, 10_240 - bytes.count)]) }
        }
      }
    }
  }
}

/// Programs of this machine.
enum Executables {
  static func find(_ name: String, path: String) -> String? {
    if name.contains("/") { return access(name, X_OK) == 0 ? name : nil }
    for folder in path.split(separator: ":") where access("\(folder)/\(name)", X_OK) == 0 { return "\(folder)/\(name)" }
    return nil
  }

  /// What a container's command means here: a name like that of the image's program is that program; anything else is a program of
  /// this machine.
  static func resolve(_ command: String, image: String, path: String) -> String? {
    let base = command.split(separator: "/").last
    if base == image.split(separator: "/").last { return image }
    return find(command, path: path)
  }
}
