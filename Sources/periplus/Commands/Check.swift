import ArgumentParser
import Checks
import JSONBytes
import Recorder
import Spelling
import StateDirectory
import Views

struct Check: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run the plan's checks now; the recorder keeps what they find.",
    discussion: "Exit code 1 when one does not pass. Without names, all of the plan's checks run; --list shows those that exist.")

  @OptionGroup var home: HomeOptions
  @OptionGroup var output: PrintOptions
  @Flag(help: "List the checks of the library; with --json, their parameters too.") var list = false
  @Argument(help: "Checks to run, e.g. logging.records-valid.", completion: Candidates.checks) var checks: [String] = []

  func run() async throws {
    if list {
      let table = Report.Table(headers: ["check", "asserts"], rows: CheckLibrary.all.map { [$0.id, $0.assertion] })
      return output.show(Report("Checks", [.table(table)]), CheckLibrary.all.map(\.listJSON))
    }
    if let unknown = checks.first(where: { CheckLibrary.definition($0) == nil }) {
      let meant = EditDistance.nearest(to: unknown, among: CheckLibrary.all.map(\.id)).map { "did you mean '\($0)'? " } ?? ""
      throw Problem.finding("there is no check '\(unknown)'; \(meant)periplus check --list shows all \(CheckLibrary.all.count)")
    }
    let home = try home.resolve()
    var lines: [JSONValue] = []
    var problem: String?
    do {
      try await ControlClient(socket: home.socket("recorder")).run("check", ["checks": .array(checks.map { .string($0) })]) { line in
        if let error = line["error"]?.stringValue {
          problem = error
          return
        }
        lines.append(line)
        if output.json { Output.json(line.jsonString) } else { Output.progress("\(lines.count) done: \(line["check"]?.stringValue ?? "")") }
      }
    } catch {
      throw Problem.environment("\(error)")
    }
    if let problem { throw Problem.finding(problem) }
    if lines.isEmpty { throw Problem.finding("the plan has no check to run") }
    let failed = lines.count { $0["outcome"]?.stringValue != "pass" }
    if !output.json {
      Output.progress("\(counted(lines.count, "check")) done, \(lines.count - failed) passed", isLast: true)
      output.show(Self.report(lines), [])
    }
    if failed > 0 { throw Problem.finding() }
  }

  /// A row for each piece of evidence; then, of each check that does not pass, what to do.
  private static func report(_ lines: [JSONValue]) -> Report {
    var rows: [[String]] = []
    for line in lines {
      let evidence = line["evidence"]?.arrayValue ?? []
      for found in evidence.isEmpty ? [line] : evidence {
        let outcome = found["outcome"]?.stringValue ?? "unknown"
        let glyph = outcome == "pass" ? "✔" : outcome == "fail" ? "✖" : "◌"
        rows.append(
          [line["check"], found["subject"], .string("\(glyph) \(outcome)"), found["grade"], found["observed"]].map { $0?.stringValue ?? "" }
        )
      }
    }
    var report = Report("Checks", [.table(Report.Table(headers: ["check", "subject", "outcome", "grade", "observed"], rows: rows))])
    for line in lines where line["outcome"]?.stringValue != "pass" {
      report.add(.heading(line["check"]?.stringValue ?? ""))
      report.add(.text(line["onFailure"]?.stringValue ?? ""))
      report.add(.list((line["details"]?.arrayValue ?? []).prefix(20).compactMap(\.stringValue)))
      report.add(.text("How to fix: \(line["howToFix"]?.stringValue ?? "")"))
    }
    return report
  }
}
