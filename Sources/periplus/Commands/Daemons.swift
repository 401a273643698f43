import ArgumentParser
import Glibc
import GroundNode
import MigrationPlan
import Recorder
import StateDirectory
import Synchronization

/// The proving ground's daemon. Started by `up`; hidden, because nobody needs to start it by hand.
struct Ground: AsyncParsableCommand {
  static let configuration = CommandConfiguration(abstract: "The proving ground's daemon.", shouldDisplay: false)

  @OptionGroup var home: HomeOptions
  @Flag(name: .customLong("stop-leftovers"), help: "End the pods of a daemon that was killed, then end.") var stopLeftovers = false

  func run() async throws {
    let home = try home.resolve()
    var options = GroundOptions()
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
      while GroundInfo.running(home) == nil, !Task.isCancelled { try? await Task.sleep(for: .milliseconds(50)) }
      kill(getpid(), SIGTERM)
    }
    defer { launched.cancel() }
    try await GroundDaemon.run(home: home, options: options)
  }
}

struct Record: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Collect logs, keep the reschedule ledger and run due checks, in the foreground.",
    discussion: """
      The proving ground keeps one running by itself; only one recorder can write a store. To keep the ledger of another cluster, give \
      its context of KUBECONFIG and, beside a ground, a state folder of its own:
        PERIPLUS_HOME=~/.local/state/staging periplus record --context staging
      """)

  @OptionGroup var home: HomeOptions
  @Option(help: ArgumentHelp("Also keep the ledger of this context of KUBECONFIG; may be given more than once.", valueName: "context"))
  var context: [String] = []

  private static let stop = Atomic<Bool>(false)

  func run() async throws {
    let home = try home.resolve()
    Self.stop.store(false, ordering: .relaxed)
    // A handler may do no more than set a flag (signal-safety(7)).
    for number in [SIGTERM, SIGINT] { signal(number, { _ in Record.stop.store(true, ordering: .relaxed) }) }
    signal(SIGHUP, SIG_IGN)
    let launcher = GroundLauncher(home: home)
    let owner = Owner(home: home)
    let plan = PlanFile(home: home)
    let others = try ConsoleWiring.feeds(contexts: context)
    let service = RecorderService(
      home: home, others: others, plan: { try? plan.read(now: WallClock.now()) }, now: WallClock.now,
      reviveGround: { if !owner.isGone { _ = try? launcher.start() } })
    do {
      try await service.run {
        // With its owner gone the ground ends its pods and this process; when the ground is dead too, nobody else will.
        Record.stop.load(ordering: .relaxed) || (owner.isGone && !launcher.isRunning("ground"))
      }
    } catch {
      throw Problem.environment("\(error)")
    }
  }
}
