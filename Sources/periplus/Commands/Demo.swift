import JSONBytes
import ArgumentParser
import Console
import MigrationPlan
import RecordStore
import Screen
import StateDirectory
import TimeFormat
import Training
import TrainingGround

/// Demos: test and live show in one file.
struct DemoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "List, examine and rehearse demos.",
    discussion: "In the console, :demo NUMBER shows one beside the pages and plays it step by step.",
    subcommands: [List.self, Lint.self, Rehearse.self, Notes.self, Shown.self], defaultSubcommand: List.self)

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the demos.")

    @OptionGroup var output: PrintOptions

    func run() throws {
      let demos = try TrainingShelf.open().demos()
      output.show(Training.Demo.list(demos, now: WallClock.now()), demos.map { Training.Demo.listShape.line($0) })
    }
  }

  struct Lint: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Report everything that is wrong with demo files, each with file, line and column.",
      discussion: "Exit code 1 when there is an error; warnings do not fail.")

    @OptionGroup var options: LintOptions

    func run() throws {
      try options.run(.demos)
    }
  }

  struct Rehearse: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Play a demo without a terminal on the running ground, and report each step.",
      discussion: "Exit code 1 when a step does not reach what it expects; 3 when no ground runs.")

    @OptionGroup var home: HomeOptions
    @OptionGroup var app: AppOptions
    @Argument(help: "The demo's number.", completion: Candidates.demos) var demo: Int
    @Flag(help: "One JSON object a step, then one for the whole.") var json = false
    @Option(help: ArgumentHelp("Also write the transcript with the screen after each step.", valueName: "file")) var transcript: String?

    func run() async throws {
      let home = try home.resolve()
      let demo = try TrainingShelf.open().demo("\(demo)")
      let work = Task { try await rehearse(demo, home) }
      Interrupts.onInterrupt { work.cancel() }
      let rehearsal = try await work.value
      if let transcript {
        do {
          try Files.write(RehearsalText(rehearsal).withScreens, to: transcript, mode: 0o644)
        } catch {
          throw Problem.environment("\(error)")
        }
      }
      if json {
        for line in RehearsalText(rehearsal).jsonLines { Output.json(line) }
      } else {
        for line in rehearsal.transcript.split(separator: "\n") { Output.line(Visible.text(String(line))) }
      }
      if !rehearsal.isPassed { throw Problem.finding() }
    }

    private func rehearse(_ demo: Training.Demo, _ home: Home) async throws -> Rehearsal {
      try await RunningGround.with(home, app) { ground, wiring in
        let stage = RehearsalStage(
          ports: wiring.ports, state: .opening(Place(.voyage), home: home, app: app), columns: demo.columns, rows: demo.rows)
        try await stage.start()
        return await DemoRunner(demo, stage: stage, ground: ground.port, context: ground.checks).rehearse()
      }
    }
  }

  struct Shown: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Record that a demo was shown, which reveals its facility.",
      discussion: """
        A facility counts as revealed from then on, as long as its checks pass. A rehearsal reveals nothing. Exit code 1 when it may not be \
        revealed: a check does not pass, its soak is not over, or a severity-1 defect stops reveals.
        """)

    @OptionGroup var home: HomeOptions
    @Argument(help: "The demo's number.", completion: Candidates.demos) var demo: Int

    func run() async throws {
      let home = try home.resolve()
      let demo = try TrainingShelf.open().demo("\(demo)")
      let now = WallClock.now()
      let voyage: Voyage
      do {
        voyage = try await PlanFile(home: home).voyage(EvidenceWindow(StoreReader(directory: home.store)), now: now)
      } catch let problem as Problem {
        throw problem
      } catch {
        throw Problem.environment("\(error)")
      }
      guard let facility = voyage.facilities.first(where: { $0.id == demo.facility }) else {
        throw Problem.finding("demo \(demo.number) shows the facility '\(demo.facility)', which the plan \(home.plan) does not have")
      }
      if let obstacle = facility.revealObstacle {
        throw Problem.finding("demo \(demo.number) does not reveal \(facility.name) yet: \(obstacle); nothing was recorded")
      }
      let reveal = Reveal(facility: demo.facility, demo: "\(demo.number)", at: now)
      do {
        try AppendOnlyFile(path: "\(home.path)/reveals.jsonl").append(reveal.json.jsonBytes)
      } catch {
        throw Problem.environment("\(error)")
      }
      Output.line("recorded: \(demo.facility) was revealed in demo \(demo.number) at \(now.rfc3339(.seconds))")
    }
  }
}
