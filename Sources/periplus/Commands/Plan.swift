import ArgumentParser
import Checks
import MigrationPlan
import RecordStore
import StateDirectory
import StrictYAML
import TimeFormat
import Views

/// The migration plan as code.
struct PlanCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Write, examine and judge the migration plan.",
    discussion: """
      The plan says what is meant to happen. Where the program stands is computed from it and from the results of checks, \
      and never written by hand.
      """,
    subcommands: [Init.self, Lint.self, Status.self])

  struct Init: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write a first plan: facilities in order, gates, registers with their questions.")

    @OptionGroup var home: HomeOptions
    @OptionGroup var app: AppOptions
    @Flag(help: "Replace a plan that is there.") var force = false
    @Argument(help: "The file; without it the plan of this home.") var path: String?

    func run() throws {
      let home = try home.resolve()
      let file = path ?? home.plan
      if !force, Files.exists(file) {
        throw Problem.finding("there is a plan at \(file) already; periplus plan lint examines it, --force replaces it")
      }
      if path == nil { try Files.makeFolder(home.path) }
      do {
        try Files.write(PlanFile.fresh(now: WallClock.now(), app: try app.file().read()), to: file, mode: 0o644)
      } catch {
        throw Problem.environment("\(error)")
      }
      Output.line("wrote \(file); edit it, then: periplus plan lint\(path.map { " \($0)" } ?? "")")
    }
  }

  struct Lint: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Report everything that is wrong with a plan, each with file, line and column.",
      discussion: "Exit code 1 when there is an error; warnings do not fail.")

    @OptionGroup var home: HomeOptions
    @Flag(help: "One JSON object a finding.") var json = false
    @Argument(help: "The file; without it the plan of this home.") var path: String?

    func run() throws {
      let file = try path ?? home.resolve().plan
      guard let text = Files.text(file) else {
        throw Problem.finding("expected a plan at \(file) and found none that can be read; periplus plan init writes a first one")
      }
      let (_, diagnostics) = PlanParser.parse(text, file: file, checks: CheckLibrary.parameterTables, now: WallClock.now())
      try DiagnosticsReport(diagnostics: diagnostics, files: 1).print(json: json)
    }
  }

  struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show where the program stands: facilities, gates, change budget.",
      discussion: "Computed from the plan and the results of checks that the store holds; periplus check adds new ones.")

    @OptionGroup var read: ReadOptions

    func run() async throws {
      let home = try read.home.resolve()
      let file = PlanFile(home: home)
      let voyage: Voyage
      do {
        let evidence = EvidenceWindow(StoreReader(directory: home.store))
        voyage = try await file.voyage(evidence, now: WallClock.now())
      } catch let problem as Problem {
        throw problem
      } catch {
        throw Problem.environment("\(error)")
      }
      let view = VoyageView(voyage)
      read.show(view.report(face: read.face), view.jsonLines)
      for problem in file.revealProblems { Output.complain(problem) }
    }
  }
}
