import CLinux
import Glibc

/// Starts programs that outlive the one that starts them: a session of their own, no terminal, no inherited descriptor or signal mask.
package enum DaemonSpawner {
  /// - Parameters:
  ///   - arguments: without the program's name.
  ///   - environment: all of it; by default this process' own.
  ///   - log: the file to which standard output and error are appended; `/dev/null` for none.
  package static func spawn(
    _ executable: String, _ arguments: [String], environment: [String: String] = Environment.current, log: String, folder: String? = "/"
  ) throws -> ProcessIdentity {
    let input = periplus_open("/dev/null", O_RDONLY, 0)
    guard input >= 0 else { throw SystemError("open", "/dev/null") }
    defer { close(input) }
    // A pipe in the place of the log is an error, not a wait for its reader; the daemon gets a descriptor that waits as usual.
    let output = periplus_open(log, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK, 0o600)
    guard output >= 0 else { throw SystemError("write", log) }
    _ = fcntl(output, F_SETFL, O_WRONLY | O_APPEND)
    defer { close(output) }
    var pid: pid_t = 0
    let result = withCStrings([executable] + arguments) { argv in
      withCStrings(environment.map { "\($0.key)=\($0.value)" }) { envp in
        periplus_spawn(&pid, executable, argv, envp, folder, input, output, output, 1)
      }
    }
    guard result == 0 else { throw SystemError("start", executable, code: result) }
    // A child that has already ended is still a zombie of ours: its entry in /proc is there, but it is not alive.
    return ProcessIdentity(pid: pid) ?? ProcessIdentity(pid: pid, startTicks: 0, boot: "-")
  }

  /// A null-terminated array of C strings, as exec wants it.
  package static func withCStrings<Result>(
    _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) throws -> Result
  ) rethrows -> Result {
    var pointers: [UnsafeMutablePointer<CChar>?] = strings.map { strdup($0) }
    pointers.append(nil)
    defer { for pointer in pointers { free(pointer) } }
    return try pointers.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return try withUnsafePointer(to: nil) { try body($0) } }
      return try body(base)
    }
  }
}
