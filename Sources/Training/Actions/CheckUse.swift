import Checks
import MigrationPlan
package import StrictYAML

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

  /// The first failure among them; an error when a check could not run.
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
