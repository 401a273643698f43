import ArgumentParser
import Checks
import Console
import JSONBytes
import MigrationPlan
import StateDirectory
import TimeFormat
import Training

/// Demos: test and live show in one file.
struct DemoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "List, examine and rehearse demos.",
    discussion: "In the console, :demo NUMBER shows one beside the pages and plays it step by step.",
    subcommands: [List.self, Lint.self, Rehearse.self, Shown.self], defaultSubcommand: List.self)

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the demos.")

    @Flag(help: "One JSON object a demo.") var json = false

    func run() throws {
      for demo in try TrainingShelf.open().demos() { Output.line(json ? Self.shape.line(demo) : text(demo)) }
    }

    private func text(_ demo: Demo) -> String {
      "\(demo.number)  \(demo.title)  (sprint \(demo.sprint), \(demo.facility), \(demo.minutes) min, \(demo.steps.count) steps)"
    }

    static let shape = JSONShape<Demo>([
      JSONField("demo", .number) { $0.number }, JSONField("title", .string) { $0.title }, JSONField("sprint", .number) { $0.sprint },
      JSONField("facility", .string) { $0.facility }, JSONField("minutes", .number) { $0.minutes },
      JSONField("steps", .number) { $0.steps.count },
      JSONField("weight", .number, "of the concepts that it reveals") { $0.reveals.reduce(0) { $0 + $1.weight } },
    ])
  }

  struct Lint: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Report everything that is wrong with demo files, each with file, line and column.",
      discussion: "Exit code 1 when there is an error; warnings do not fail.")

    @OptionGroup var options: LintOptions

    func run() throws {
      try options.run(\.demoFiles) { DemoParser.parse($0, file: $1, checks: CheckLibrary.parameterTables).diagnostics }
    }
  }

  struct Rehearse: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Play a demo without a terminal on the running ground, and report each step.",
      discussion: "Exit code 1 when a step does not reach what it expects; 3 when no ground runs.")

    @OptionGroup var home: HomeOptions
    @Argument(help: "The demo's number.") var demo: Int
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
          try Files.write(RehearsalText(rehearsal: rehearsal).withScreens, to: transcript, mode: 0o644)
        } catch {
          throw Problem.environment("\(error)")
        }
      }
      if json {
        for line in RehearsalText(rehearsal: rehearsal).jsonLines { Output.line(line) }
      } else {
        for line in rehearsal.transcript.split(separator: "\n") { Output.line(SafeText.line(String(line))) }
      }
      if !rehearsal.isPassed { throw Problem.finding() }
    }

    private func rehearse(_ demo: Demo, _ home: Home) async throws -> Rehearsal {
      try await TrainingGround.with(home) { ground, wiring in
        let stage = RehearsalStage(
          ports: wiring.ports, state: .opening(Place(.voyage), home: home), columns: demo.columns, rows: demo.rows)
        try await stage.start()
        return await DemoRunner(demo, stage: stage, ground: ground.actions, context: ground.context).rehearse()
      }
    }
  }

  struct Shown: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Record that a demo was shown, which reveals its facility.",
      discussion: "A facility counts as revealed from then on, as long as its checks pass. A rehearsal reveals nothing.")

    @OptionGroup var home: HomeOptions
    @Argument(help: "The demo's number.") var demo: Int

    func run() throws {
      let home = try home.resolve()
      let demo = try TrainingShelf.open().demo("\(demo)")
      let now = WallClock.now()
      let plan = try PlanFile(home: home).read(now: now)
      guard plan.facilities.contains(where: { $0.id == demo.facility }) else {
        throw Problem.finding("demo \(demo.number) shows the facility '\(demo.facility)', which the plan \(home.plan) does not have")
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

/// A rehearsal for files and scripts.
struct RehearsalText {
  let rehearsal: Rehearsal

  var withScreens: String {
    var text = rehearsal.transcript
    for step in rehearsal.steps { text += "\n--- \(step.id)\n" + step.screen.map { $0 + "\n" }.joined() }
    return text
  }

  var jsonLines: [String] {
    rehearsal.steps.map { Self.stepShape.line(Step(demo: rehearsal.demo, step: $0)) } + [Self.shape.line(rehearsal)]
  }

  struct Step {
    var demo: Int
    var step: Rehearsal.Step
  }

  static let stepShape = JSONShape<Step>(
    type: "step",
    [
      JSONField("demo", .number) { $0.demo }, JSONField("step", .string, "its id") { $0.step.id },
      JSONField("passed", .boolean) { $0.step.isPassed }, JSONField("tookMillis", .millis) { $0.step.took.nanoseconds / 1_000_000 },
      JSONField("why", .string, "where it did not pass") { $0.step.isPassed ? nil : $0.step.sentence },
    ])

  static let shape = JSONShape<Rehearsal>(
    type: "rehearsal",
    [
      JSONField("demo", .number) { $0.demo }, JSONField("title", .string) { $0.title }, JSONField("passed", .boolean) { $0.isPassed },
      JSONField("why", .string, "where the ground could not be prepared") { $0.groundError },
    ])
}
