import Application
import ArgumentParser
import StateDirectory
import TimeFormat

struct Up: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Start the proving ground with its application, and open the console on it.",
    discussion: """
      Quitting the console stops everything that this command started. With --detach the ground and its recorder go on \
      until `periplus down`. A ground that runs already is used as it is, and left running.
      """)

  @OptionGroup var home: HomeOptions
  @OptionGroup var app: AppOptions
  @OptionGroup var look: LookOptions
  @Option(help: "The sprint that the application stands at; this version has sprint 1.") var sprint = 1
  @Flag(help: "Leave it running and return when every pod is ready.") var detach = false
  @Flag(name: .customLong("no-console"), help: "Run in the foreground without the console, until ctrl-c.") var noConsole = false

  func validate() throws {
    guard sprint == 1 else { throw ValidationError("--sprint expects 1, the only sprint of this version, but got \(sprint).") }
  }

  func run() async throws {
    let home = try home.resolve()
    let file = try app.file()
    let deployment = try Deployment(home: home, sprint: sprint, file: file)
    _ = try deployment.manifests()
    let launcher = GroundLauncher(home: home, app: file)
    if launcher.wasKilled { Output.complain("the proving ground's daemon had died; starting it again") }
    let owner = Owner(home: home)
    // The ground of a console that was killed ends by itself; until it has, nothing can be built on it.
    if owner.isGone, launcher.isRunning("ground") {
      Output.progress("waiting for the proving ground of a console that is gone")
      try await launcher.waitUntilGone()
    }
    if launcher.isEnding {
      Output.progress("waiting for the proving ground that is being stopped")
      try await launcher.waitUntilGone()
    }
    let wasStopped = !launcher.isRunning("ground")
    let isOurs = wasStopped && !detach
    if isOurs { try owner.claim(home) } else if detach { owner.release() }
    let daemon = try launcher.startDaemon()
    let isStarted = daemon != nil
    try deployment.writePlan()

    if detach || noConsole {
      Output.progress(isStarted ? "starting the proving ground" : "the proving ground runs already")
      do {
        try await unlessStopped(home) {
          try await launcher.waitUntilListening(daemon)
          try await deployment.apply()
          try await deployment.waitUntilReady { Output.progress($0) }
        }
      } catch let error as Stopped {
        owner.release()
        throw Problem.environment("\(error)")
      } catch {
        if isOurs {
          try await stop(launcher, owner)
        } else if isStarted, launcher.isRunning("ground") {
          Output.complain("the proving ground is left running, so that you can look at it; periplus down stops it")
        }
        throw error
      }
      Output.progress("ready: \(deployment.app.services.count) services, kubeconfig \(home.kubeconfig)", isLast: true)
      if detach {
        Output.line("look at it with: periplus console · stop it with: periplus down")
        return
      }
      await Interrupts.wait()
    } else {
      let deploying = Task {
        try await launcher.waitUntilListening(daemon)
        try await deployment.apply()
      }
      do {
        try await ConsoleSession(home: home, app: app, look: look, page: nil, deploying: deploying, ownsGround: isOurs).run()
      } catch {
        deploying.cancel()
        if isOurs { try await stop(launcher, owner) }
        throw error
      }
      deploying.cancel()
    }
    if isOurs { try await stop(launcher, owner) }
  }

  /// Somebody asked for the end of the ground while it was being started.
  private struct Stopped: Error, CustomStringConvertible {
    let description = "the proving ground was stopped while it was being started; start it again with: periplus up"
  }

  /// Runs what needs the ground. What fails because somebody stops it says so, and at once.
  private func unlessStopped(_ home: Home, _ body: @escaping @Sendable () async throws -> Void) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask(operation: body)
      group.addTask {
        while !(await FolderWatch.wait(in: home.run, within: .seconds(60)) { DesiredState.read(home) == .down }) {
          try Task.checkCancellation()
        }
        throw Stopped()
      }
      defer { group.cancelAll() }
      do {
        _ = try await group.next()
      } catch {
        throw DesiredState.read(home) == .down ? Stopped() : error
      }
    }
  }

  private func stop(_ launcher: GroundLauncher, _ owner: Owner) async throws {
    _ = try await launcher.stop { Output.progress($0) }
    owner.release()
    Output.progress("stopped; nothing is left running", isLast: true)
  }
}

struct Down: AsyncParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Stop the proving ground and everything it started.")

  @OptionGroup var home: HomeOptions

  func run() async throws {
    let home = try home.resolve()
    let launcher = GroundLauncher(home: home)
    guard Files.exists(home.run) else {
      Output.line("nothing runs in \(home.path)")
      return
    }
    func isFull() -> Bool { Files.freeSpace(of: home.path).map { $0 < 1 << 20 } ?? false }
    let wasFull = isFull()
    let didRun = try await launcher.stop { Output.progress($0) }
    Owner(home: home).release()
    Output.progress(didRun ? "stopped; nothing is left running" : "nothing was running", isLast: true)
    if didRun, wasFull || isFull() {
      Output.complain("the disk of \(home.path) is full: the last lines of containers may be missing in their logs; free some space")
    }
  }
}

extension Owner {
  fileprivate func claim(_ home: Home) throws {
    try home.create()
    try claim()
  }
}
