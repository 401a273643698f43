import Application
import Crypto
import Glibc
import GroundNode
import JSONBytes
import StateDirectory
import TimeFormat

/// Starts and stops the daemons of a home.
struct GroundLauncher {
  let home: Home
  /// The application that the ground is for; `nil` for the one that the environment or the installation says.
  var app: AppFile?

  /// The two daemons by the names of their pid files.
  static let daemons = ["ground", "recorder"]

  func identity(of daemon: String) -> ProcessIdentity? { ProcessIdentity.read(from: home.pidFile(daemon)) }

  func isRunning(_ daemon: String) -> Bool { identity(of: daemon)?.isAlive == true }

  /// Whether the daemons are wanted but the ground's is gone: it was killed, and nobody revived it yet.
  var wasKilled: Bool { DesiredState.read(home) == .up && identity(of: "ground") != nil && !isRunning("ground") }

  /// Starts the ground's daemon, which starts the recorder. Answers whether it had to be started.
  func start() throws -> Bool { try startDaemon() != nil }

  /// As ``start()``; answers the process, `nil` when it ran already.
  ///
  /// - Parameter onlyIfWanted: not where somebody has asked for its end meanwhile.
  func startDaemon(onlyIfWanted: Bool = false) throws -> ProcessIdentity? {
    try home.create()
    try writeImages()
    return try inTurn {
      if onlyIfWanted, !isWanted(.up) { return nil }
      try DesiredState.up.write(home)
      if isRunning("ground") { return nil }
      let installation = try Installation.locate()
      let daemon = try DaemonSpawner.spawn(
        installation.executable, ["ground", "--home", home.path], environment: daemonEnvironment, log: home.log("ground"))
      // It gives its name at once; before that the next in turn would not see it.
      for _ in 0..<500 where !isRunning("ground") && daemon.isAlive { usleep(10_000) }
      return daemon
    }
  }

  /// Whether the ground that runs was told to end and has not yet.
  var isEnding: Bool { isRunning("ground") && isWanted(.down) }

  private func isWanted(_ state: DesiredState) -> Bool { DesiredState.read(home) == state }

  /// Lets one process of this home at a time say what is to run and look at what does: two that start at once start one ground, and a `down`
  /// overlooks none that an `up` is just starting. Who waits longer than ten seconds for another (it may be stopped) goes on.
  private func inTurn<Result>(_ body: () throws -> Result) throws -> Result {
    var turn: FileLock?
    // Where no lock can be made, on a disk that cannot be written, nobody else starts anything either.
    do {
      turn = try FileLock.tryLock(home.lock("turn"))
      for _ in 0..<1000 where turn == nil {
        usleep(10_000)
        turn = try FileLock.tryLock(home.lock("turn"))
      }
    } catch {}
    defer { withExtendedLifetime(turn) {} }
    return try body()
  }

  /// Starts a ground's daemon again that is wanted and dead.
  func revive() {
    guard DesiredState.read(home) == .up, !isRunning("ground") else { return }
    _ = try? startDaemon(onlyIfWanted: true)
  }

  /// The daemons' environment names their home, so that `ps` and the tests can tell whose they are.
  var daemonEnvironment: [String: String] {
    var environment = Environment.current
    environment["PERIPLUS_HOME"] = home.path
    if let app { environment["PERIPLUS_APP"] = app.path }
    return environment
  }

  var isListening: Bool { isRunning("ground") && GroundInfo.running(home) != nil && Files.exists(home.kubeconfig) }

  /// Waits until the daemon has written where it listens.
  ///
  /// - Parameter daemon: the process that was started for it, where it is known: when it ends, nothing is waited for any longer.
  func waitUntilListening(_ daemon: ProcessIdentity? = nil, limit: Duration = .seconds(30)) async throws {
    func hasEnded() -> Bool { daemon.map { !$0.isAlive } ?? false }
    _ = await FolderWatch.wait(in: home.run, within: limit) { isListening || hasEnded() }
    if isListening { return }
    try Task.checkCancellation()
    let said = Files.text(home.log("ground"))?.split(separator: "\n").last.map { ", its last log line is: \($0)" } ?? ""
    let what = hasEnded() ? "ended before it listened" : "did not start within \(limit.brief)"
    throw Problem.environment("the proving ground \(what)\(said); its log is \(home.log("ground"))")
  }

  /// Which executable an image name stands for; the ground reads it at each start of a container.
  private func writeImages() throws {
    let installation = try Installation.locate()
    var images = JSONObject()
    if let present = Files.text(home.images), let tree = try? JSONValue(parsing: present), let object = tree.objectValue { images = object }
    for (image, program) in try (app ?? AppFile.locate()).read().images {
      let path = try installation.companion(program)
      let digest = SHA256.hash(data: try Files.read(path, atMost: .max) ?? [])
      let hex = digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
      images[image] = ["executable": .string(path), "digest": .string("sha256:\(hex)")]
    }
    try Files.write(JSONValue.object(images).jsonBytes, to: home.images)
  }

  /// Stops both daemons and everything they started. The daemon of the ground ends its pods, then the recorder, then itself.
  ///
  /// - Throws: in one sentence, where something is left that does not end.
  func stop(progress: (String) -> Void) async throws -> Bool {
    let (isNeeded, isSaid) = try inTurn {
      let runs = Self.daemons.contains { isRunning($0) } || !PodProcesses.all(of: home).isEmpty
      do { try DesiredState.down.write(home) } catch {
        // What runs is to end even where nothing can be written.
        guard runs else { throw error }
        progress("\(error); stopping all the same")
        return (runs, false)
      }
      return (runs, true)
    }
    // An `up` that waited for the end has a ground of its own by then.
    func isStillWanted() -> Bool { !isSaid || isWanted(.down) }
    guard isNeeded else { return false }
    progress("stopping the proving ground")
    let recorder = identity(of: "recorder")
    for _ in 0..<2 {
      // Pods outlive a daemon that was killed; only a daemon knows how to end them properly, so one is started for that.
      if try inTurn({ isStillWanted() && !isRunning("ground") && !PodProcesses.all(of: home).isEmpty }) { try await startForLeftovers() }
      guard let ground = try inTurn({ isStillWanted() ? identity(of: "ground") : nil }), !(await end(ground, within: .seconds(45))) else {
        continue
      }
      try Task.checkCancellation()
      progress("the ground does not stop, ending it")
      _ = ground.signal(SIGKILL)
      _ = await ground.end(within: .seconds(5))
    }
    if let recorder, !(await end(recorder, within: .seconds(15))) {
      try Task.checkCancellation()
      _ = recorder.signal(SIGKILL)
    }
    let left = try inTurn { isStillWanted() ? PodProcesses.all(of: home) : [] }
    guard let first = left.first else { return true }
    throw Problem.environment(
      "the daemons are stopped, but \(left.count) processes of pods do not end, the first of them \(first): end them with kill -9, or run periplus down again"
    )
  }

  /// Asks a daemon to end, and wakes it where somebody stopped it (SIGSTOP): it could not hear the question.
  private func end(_ daemon: ProcessIdentity, within limit: Duration) async -> Bool {
    guard daemon.signal(SIGTERM) else { return true }
    daemon.signal(SIGCONT)
    return await daemon.end(within: limit)
  }

  private func startForLeftovers() async throws {
    let installation = try Installation.locate()
    let daemon = try DaemonSpawner.spawn(
      installation.executable, ["ground", "--home", home.path, "--stop-leftovers"], environment: daemonEnvironment, log: home.log("ground"))
    _ = await FolderWatch.wait(in: home.run, within: .seconds(10)) { isRunning("ground") || !daemon.isAlive }
  }

  /// Waits for a ground that is ending by itself; one that does not in time is ended.
  func waitUntilGone() async throws {
    guard let ground = identity(of: "ground") else { return }
    // The process itself: it gives up its name a moment before it has gone.
    if await ground.end(within: .seconds(45)) { return }
    try Task.checkCancellation()
    _ = try await stop { _ in }
  }
}
