import ArgumentParser
import Checks
import JSONBytes
import Recorder
import StateDirectory

struct Check: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run the plan's checks now; the recorder keeps what they find.",
    discussion: "Exit code 1 when one does not pass. Without names, all of the plan's checks run; --list shows those that exist.")

  @OptionGroup var home: HomeOptions
  @Flag(help: "One JSON object a check; with --list, its parameters too.") var json = false
  @Flag(help: "List the checks of the library.") var list = false
  @Argument(help: "checks to run, e.g. logging.records-valid") var checks: [String] = []

  func run() async throws {
    if list {
      for check in CheckLibrary.all { Output.line(json ? check.listJSON : "\(check.id.padding(44))  \(check.assertion)") }
      return
    }
    let home = try home.resolve()
    var isPassed = true
    var count = 0
    var problem: String?
    do {
      try await ControlClient(socket: home.socket("recorder")).run("check", ["checks": .array(checks.map { .string($0) })]) { line in
        if let error = line["error"]?.stringValue {
          problem = error
          return
        }
        count += 1
        if line["outcome"]?.stringValue != "pass" { isPassed = false }
        if json { Output.line(line.jsonString) } else { show(line) }
      }
    } catch {
      throw Problem.environment("\(error)")
    }
    if let problem { throw Problem.finding(problem) }
    if count == 0 { throw Problem.finding("the plan has no check to run") }
    if !isPassed { throw Problem.finding() }
  }

  private func show(_ line: JSONValue) {
    let outcome = line["outcome"]?.stringValue ?? "unknown"
    let glyph = outcome == "pass" ? "✔" : outcome == "fail" ? "✖" : "◌"
    Output.line("\(glyph) \((line["check"]?.stringValue ?? "").padding(28)) \(outcome)")
    for evidence in line["evidence"]?.arrayValue ?? [] {
      Output.line(
        SafeText.line(
          "    \((evidence["subject"]?.stringValue ?? "").padding(24)) \(evidence["grade"]?.stringValue ?? "")  \(evidence["observed"]?.stringValue ?? "")"
        ))
    }
    guard outcome != "pass" else { return }
    for detail in (line["details"]?.arrayValue ?? []).prefix(20) { Output.line(SafeText.line("      \(detail.stringValue ?? "")")) }
    Output.line("    \(line["onFailure"]?.stringValue ?? "")")
    Output.line("    how to mend: \(line["howToMend"]?.stringValue ?? "")")
  }
}
