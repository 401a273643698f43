import ArgumentParser
import Glibc
import GroundNode
import MigrationPlan
import RecordStore
import Recorder
import StateDirectory

/// The proving ground's daemon. Started by `up`; hidden, because nobody needs to start it by hand.
struct Ground: AsyncParsableCommand {
  static let configuration = CommandConfiguration(abstract: "The proving ground's daemon.", shouldDisplay: false)

  @OptionGroup var home: HomeOptions
  @Flag(name: .customLong("stop-leftovers"), help: "End the pods of a daemon that was killed, then end.") var stopLeftovers = false

  func run() async throws {
    let home = try home.resolve()
    var options = GroundOptions()
    options.endsLeftovers = stopLeftovers
    if !stopLeftovers {
      options.supervised = [
        SupervisedProcess(name: "recorder", executable: try Installation.locate().executable, arguments: ["record", "--home", home.path])
      ]
    }
    let owner = Task {
      await Owner(home: home).watch {
        // Its console is gone and can stop nothing any more.
        try? DesiredState.down.write(home)
        kill(getpid(), SIGTERM)
      }
    }
    defer { owner.cancel() }
    let launched = Task {
      guard stopLeftovers else { return }
      _ = await FolderWatch.wait(in: home.run, within: .seconds(60)) { GroundInfo.running(home) != nil }
      kill(getpid(), SIGTERM)
    }
    defer { launched.cancel() }
    try await GroundDaemon.run(home: home, options: options)
  }
}

struct Record: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Collect logs, record the reschedule history and run due checks, in the foreground.",
    discussion: """
      The proving ground keeps one running by itself; only one recorder can write a store. For other clusters, give their contexts of \
      KUBECONFIG and, beside a ground, a state folder of its own:
        PERIPLUS_HOME=~/.local/state/staging periplus record --context staging
      Their logs stay where they are, unless --logs copy has them copied: over the API, at most \(FollowedLogs.limit) containers of a \
      cluster at a time.
      """)

  @OptionGroup var home: HomeOptions
  @OptionGroup var app: AppOptions
  @Option(
    help: ArgumentHelp("Also record this context of KUBECONFIG; may be given more than once.", valueName: "context"),
    completion: Candidates.contexts)
  var context: [String] = []
  @Option(
    help: ArgumentHelp(
      "Of these contexts record this namespace only; may be given more than once. Without it all, or the context's where you may see no more.",
      valueName: "namespace"))
  var namespace: [String] = []
  @Option(
    help: ArgumentHelp(
      "in-place (the default) leaves the logs of the contexts in their clusters, copy copies them; CONTEXT=copy is for one of them.",
      valueName: "in-place|copy"))
  var logs: [LogsOption] = []

  func run() async throws {
    let home = try home.resolve()
    // No terminal is needed, so that losing it ends nothing.
    signal(SIGHUP, SIG_IGN)
    let launcher = GroundLauncher(home: home)
    let owner = Owner(home: home)
    let plan = PlanFile(home: home)
    let app = try? app.file()
    let troubles = ServiceTroubles { Output.complain($0) }
    do {
      let service = RecorderService(
        home: home,
        configuration: try RecorderWiring(home: home).configuration(
          Contexts(context, namespaces: namespace), logs: logs),
        plan: { try? plan.read(now: WallClock.now()) }, app: { app?.profile },
        // A file that cannot be used stops no recording: what is wrong with it stands in the log.
        retention: (try? ConfigurationFile(home: home).read())?.retention ?? .standard, now: WallClock.now,
        upkeep: { if !owner.isGone { launcher.revive() } }, tell: { troubles.note($0) })
      try await service.run {
        await withTaskGroup(of: Void.self) { group in
          // More than one may ask it to end; it reads the logs to their end for all of them.
          group.addTask { await Interrupts.wait(isPatient: true) }
          group.addTask {
            // With its owner gone the ground ends its pods and this process; when the ground is dead too, nobody else will.
            while !Task.isCancelled, !owner.isGone || launcher.isRunning("ground") { try? await Task.sleep(for: .seconds(1)) }
          }
          await group.next()
          group.cancelAll()
        }
      }
    } catch {
      throw (error as? Problem) ?? Problem.environment("\(error)")
    }
  }
}
