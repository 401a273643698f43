import CLinux
import Glibc
package import StateDirectory
package import TimeFormat

/// One run of a container, as its folder tells of it. The shim writes there; the daemon may die and come back in between.
package struct ContainerRun: Sendable, Hashable {
  package let folder: String

  package init(folder: String) { self.folder = folder }

  package struct State: Sendable, Hashable {
    package var process: ProcessIdentity
    package var startedAt: Timestamp
  }

  /// What the shim is to start.
  package struct Launch: Sendable {
    var executable: String
    /// The first is the program's name.
    var arguments: [String]
    /// `NAME=value`.
    var environment: [String]
    var workingFolder: String
    var log: String

    package init(executable: String, arguments: [String], environment: [String], workingFolder: String, log: String) {
      self.executable = executable
      self.arguments = arguments
      self.environment = environment
      self.workingFolder = workingFolder
      self.log = log
    }
  }

  /// The container's main process; `nil` until it is started.
  package var state: State? {
    guard let text = Files.text("\(folder)/state"), let process = ProcessIdentity(text: text) else { return nil }
    let fields = text.split { $0 == " " || $0 == "\n" }
    guard fields.count >= 4, let started = Int64(fields[3]) else { return nil }
    return State(process: process, startedAt: Timestamp(nanoseconds: started))
  }

  package var exit: ContainerExit? {
    guard hasEnded else { return nil }
    // The file appears whole. One that cannot be read was damaged: the run has ended, and how is not known.
    var exit = Files.text("\(folder)/exit").flatMap { ContainerExit(text: $0) } ?? unreadableExit
    exit.isNodeShutdown = Files.exists("\(folder)/shutdown")
    return exit
  }
  private var unreadableExit: ContainerExit {
    ContainerExit(.lost, at: WallClock.now() - .seconds(max(0, periplus_file_age("\(folder)/exit"))))
  }
  var hasEnded: Bool { Files.exists("\(folder)/exit") }
  var isLaunched: Bool { Files.exists("\(folder)/spec") }
  var isShimAlive: Bool { shim?.isAlive ?? false }
  package var shim: ProcessIdentity? { ProcessIdentity.read(from: "\(folder)/shim") }
  /// The environment of the run, for commands that are executed beside it.
  var environment: [String] {
    guard let bytes = try? Files.read("\(folder)/spec") else { return [] }
    let fields = bytes.split(separator: 0, omittingEmptySubsequences: false).dropLast().map { String(decoding: $0, as: UTF8.self) }
    guard fields.count >= 6, let count = Int(fields[4]), fields.count > 5 + count else { return [] }
    return Array(fields[(6 + count)...])
  }

  /// Writes the specification and starts the shim. To start it again on a folder that has one is how a run whose shim was killed
  /// is closed.
  package func launch(_ launch: Launch, shim: String, shimLog: String) throws -> ProcessIdentity {
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
  package func startShim(_ shim: String, log: String) throws -> ProcessIdentity {
    try DaemonSpawner.spawn(shim, [folder], log: log)
  }

  /// Signals the main process, as a runtime does.
  @discardableResult
  package func signal(_ number: Int32) -> Bool { state?.process.signal(number) ?? false }

  /// Kills the whole process group. A keeper that was stopped goes on: it has the end to write.
  @discardableResult
  func kill() -> Bool {
    shim?.signal(SIGCONT)
    return state?.process.signalGroup(SIGKILL) ?? false
  }

  /// Asks the main process to end because its node does: the mark tells the next daemon that this end was meant.
  package func shutDown() {
    guard !hasEnded else { return }
    try? Files.write("", to: "\(folder)/shutdown")
    signal(SIGTERM)
  }

  /// Kills what the container started, in whatever session it is, where no keeper is there to do so.
  func killFamily() {
    kill()
    guard let root = environment.first(where: { $0.hasPrefix("POD_ROOT=") }) else { return }
    ProcessFamily.kill(having: root)
  }

  /// Kills for memory: the shim finds the mark and says so in the exit.
  func killOutOfMemory() {
    try? Files.write("", to: "\(folder)/oom")
    kill()
  }
}
