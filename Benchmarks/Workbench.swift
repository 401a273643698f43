import Glibc
import StateDirectory

/// Where benchmarks find the programs, and a folder of their own for what they make.
struct Workbench: Sendable {
  /// Of the built programs.
  let bin: String
  let scratch: String

  var periplus: String { "\(bin)/periplus" }

  init() throws {
    guard let program = Environment.executable, let folder = Files.parent(of: program) else {
      throw NotMeasured("/proc/self/exe cannot be read")
    }
    bin = folder
    // Short, because a Unix socket's path is at most 107 bytes.
    scratch = "/tmp/pb-\(getpid())"
    try Files.makeFolder(scratch)
  }

  func cleanUp() { try? Files.remove(scratch) }

  /// A state folder that nothing else uses.
  func home(_ name: String) throws -> Home {
    let home = Home(path: "\(scratch)/\(name)")
    try home.create()
    return home
  }

  /// The environment in which programs are measured: this machine's, a UTF-8 terminal, a state folder of their own.
  func environment(_ home: Home) -> [String: String] {
    var environment = Environment.current
    for name in ["NO_COLOR", "COLORTERM", "KUBECONFIG", "SSH_CONNECTION", "SSH_TTY"] { environment[name] = nil }
    environment["PERIPLUS_HOME"] = home.path
    environment["HOME"] = home.path
    environment["TERM"] = "xterm-256color"
    environment["LC_ALL"] = "C.UTF-8"
    return environment
  }

  /// Where a program is on the path; `nil` when it is not installed.
  func find(_ name: String) -> String? {
    (Environment.current["PATH"] ?? "/usr/bin:/bin").split(separator: ":").map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
  }

  static func say(_ text: String) {
    let line = "\(text)\n"
    _ = line.withCString { write(STDERR_FILENO, $0, strlen($0)) }
  }
}
