import Console
import JSONBytes
import MigrationPlan
import Recorder
import StateDirectory

/// Has the recorder run checks, as `periplus check` does.
struct RecorderChecks: CheckActions {
  let home: Home

  func run(_ checks: [String], report: @Sendable (CheckResult) -> Void) async throws {
    var problem: String?
    try await ControlClient(socket: home.socket("recorder")).run("check", ["checks": .array(checks.map { .string($0) })]) { line in
      if let error = line["error"]?.stringValue {
        problem = error
      } else if let check = line["check"]?.stringValue {
        report(
          CheckResult(
            check: check, outcome: line["outcome"]?.stringValue.flatMap(Evidence.Outcome.init) ?? .unknown,
            details: (line["details"]?.arrayValue ?? []).compactMap(\.stringValue)))
      }
    }
    if let problem { throw Problem.finding(problem) }
  }
}
