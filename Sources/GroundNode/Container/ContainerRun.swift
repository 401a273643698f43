import Glibc
import StateDirectory
import TimeFormat

/// One run of a container, as its folder tells of it. The shim writes there; the daemon may die and come back in between.
struct ContainerRun: Sendable, Hashable {
  let folder: String

  struct State: Sendable, Hashable {
    var process: ProcessIdentity
    var startedAt: Timestamp
  }

  /// What the shim is to start.
  struct Launch: Sendable {
    var executable: String
    /// The first is the program's name.
    var arguments: [String]
    /// `NAME=value`.
    var environment: [String]
    var workingFolder: String
    var log: String
  }

  /// The container's main process; `nil` until it is started.
  var state: State? {
    guard let text = Files.text("\(folder)/state"), let process = ProcessIdentity(text: text) else { return nil }
    let fields = text.split { $0 == " " || $0 == "\n" }
    guard fields.count >= 4, let started = Int64(fields[3]) else { return nil }
    return State(process: process, startedAt: Timestamp(nanoseconds: started))
  }

  var exit: ContainerExit? { Files.text("\(folder)/exit").flatMap { ContainerExit(text: $0) } }
  var hasEnded: Bool { Files.exists("\(folder)/exit") }
  var isLaunched: Bool { Files.exists("\(folder)/spec") }
  var isShimAlive: Bool { shim?.isAlive ?? false }
  var shim: ProcessIdentity? { ProcessIdentity.read(from: "\(folder)/shim") }
  /// The environment of the run, for commands that are executed beside it.
  var environment: [String] {
    guard let bytes = try? Files.read("\(folder)/spec") else { return [] }
    let fields = bytes.split(separator: 0, omittingEmptySubsequences: false).dropLast().map { String(decoding: $0, as: UTF8.self) }
    guard fields.count >= 6, let count = Int(fields[4]), fields.count > 5 + count else { return [] }
    return Array(fields[(6 + count)...])
  }

  /// Writes the specification and starts the shim. To start it again on a folder that has one is how a run whose shim was killed is closed.
  func launch(_ launch: Launch, shim: String, shimLog: String) throws -> ProcessIdentity {
    try Files.makeFolder(folder)
    if let parent = Files.parent(of: launch.log) { try Files.makeFolder(parent) }
    var fields = ["1", launch.log, launch.workingFolder, launch.executable, String(launch.arguments.count)]
    fields += launch.arguments
    fields.append(String(launch.environment.count))
    fields += launch.environment
    var bytes: [UInt8] = []
    for field in fields {
      // A NUL would end the field early; no program can be given one.
      bytes += field.utf8.filter { $0 != 0 }
      bytes.append(0)
    }
    try Files.write(bytes, to: "\(folder)/spec")
    return try startShim(shim, log: shimLog)
  }

  @discardableResult
  func startShim(_ shim: String, log: String) throws -> ProcessIdentity {
    try DaemonSpawner.spawn(shim, [folder], log: log)
  }

  /// Signals the main process, as a runtime does.
  @discardableResult
  func signal(_ number: Int32) -> Bool { state?.process.signal(number) ?? false }

  /// Kills the whole process group.
  @discardableResult
  func kill() -> Bool { state?.process.signalGroup(SIGKILL) ?? false }

  /// Kills for memory: the shim finds the mark and says so in the exit.
  func killOutOfMemory() {
    try? Files.write("", to: "\(folder)/oom")
    kill()
  }
}
