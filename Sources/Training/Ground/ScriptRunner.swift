import Checks
package import StrictYAML
import TelemetryModel
import TimeFormat

/// Does a script's actions in order, on the ground and in its own memory.
struct ScriptRunner: Sendable {
  let ground: any GroundActions
  let context: CheckContext

  /// - Throws: ``GroundActionError`` naming the action.
  func run(_ actions: [ScriptAction], _ variables: inout Variables) async throws {
    for action in actions { try await perform(action.filled(variables), &variables) }
  }

  func perform(_ action: ScriptAction, _ variables: inout Variables) async throws {
    switch action {
    case .ground(let action):
      try await ground.perform(action)
    case .answer(let name, let value):
      variables.values["answer:\(name)"] = value
    case .waitForRecords(let id, let services, let within):
      let deadline = context.now() + within
      while true {
        let found = Set(try await records(of: id).map(\.service))
        let missing = services.filter { !found.contains($0) }
        if missing.isEmpty { return }
        guard context.now() < deadline else {
          throw GroundActionError(
            "expected records of \(id) from \(missing.joined(separator: ", ")) within \(within.brief), none came: is the recorder running?")
        }
        try await context.pause(.milliseconds(200))
      }
    // The latest: of a request that was sent again, the pod that served it then may be gone.
    case .rememberPod(let name, let service, let id):
      guard let pod = try await records(of: id).last(where: { $0.service == service })?.origin.pod else {
        throw GroundActionError("expected a record of \(id) from \(service), there is none")
      }
      variables.values[name] = pod
    }
  }

  private func records(of id: String) async throws -> [LogRecord] {
    try await context.logs.records(matching: LogQuery([.requestID(id)], limit: 1000)).records
  }
}

/// Runs the checks of a step. Its result is pass, fail or error: a broken environment is never the learner's failure.
package enum TrainingResult: Sendable, Hashable {
  case pass
  /// What was seen instead.
  case fail(String)
  case error(String)
}

package struct CheckUse: Sendable, Hashable {
  package var check: String
  package var parameters: YAMLNode?

  package static let schema = RecordSchema(
    "a check",
    [
      SchemaField("check", .text, required: true, "its name in the check library"),
      SchemaField("parameters", .parameters, "its parameters"),
    ])

  init(_ fields: Fields) {
    check = fields.text("check", or: "")
    parameters = fields.node("parameters")
  }

  /// Whether a schema's parameters hold `{name}` where a number is expected is not known before they are filled.
  static func evaluate(_ uses: [CheckUse], _ variables: Variables, _ context: CheckContext) async -> TrainingResult {
    let runner = CheckRunner(context)
    var failure: String?
    for use in uses {
      let report = await runner.run(use.check, parameters: use.parameters.map(variables.fill))
      let observed = report.evidence.map(\.observed).joined(separator: "; ")
      switch report.outcome {
      case .pass, .notApplicable, .waived: continue
      case .fail: failure = failure ?? observed
      case .unknown, .stale: return .error(observed)
      }
    }
    return failure.map(TrainingResult.fail) ?? .pass
  }
}
