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
      for demo in try TrainingShelf.open().demos() { Output.line(json ? self.json(demo) : text(demo)) }
    }

    private func text(_ demo: Demo) -> String {
      "\(demo.number)  \(demo.title)  (sprint \(demo.sprint), \(demo.facility), \(demo.minutes) min, \(demo.steps.count) steps)"
    }

    private func json(_ demo: Demo) -> String {
      var json = JSONWriter()
      json.object { json in
        json.member("demo", demo.number)
        json.member("title", demo.title)
        json.member("sprint", demo.sprint)
        json.member("facility", demo.facility)
        json.member("minutes", demo.minutes)
        json.member("steps", demo.steps.count)
        json.member("weight", demo.reveals.reduce(0) { $0 + $1.weight })
      }
      return json.string
    }
  }

  struct Lint: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Report everything that is wrong with demo files, each with file, line and column.",
      discussion: "Exit code 1 when there is an error; warnings do not fail.")

    @OptionGroup var options: LintOptions

    func run() throws {
      try options.run(\.demoFiles) { DemoParser.parse($0, file: $1, catalog: CheckLibrary.catalog).diagnostics }
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
    let steps = rehearsal.steps.map { step in
      var json = JSONWriter()
      json.object { json in
        json.member("type", "step")
        json.member("demo", rehearsal.demo)
        json.member("step", step.id)
        json.member("passed", step.isPassed)
        json.member("tookMillis", step.took.nanoseconds / 1_000_000)
        if !step.isPassed { json.member("why", step.sentence) }
      }
      return json.string
    }
    var json = JSONWriter()
    json.object { json in
      json.member("type", "rehearsal")
      json.member("demo", rehearsal.demo)
      json.member("title", rehearsal.title)
      json.member("passed", rehearsal.isPassed)
      json.member(ifPresent: rehearsal.groundError, "why")
    }
    return steps + [json.string]
  }
}
