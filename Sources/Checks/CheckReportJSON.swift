package import JSONBytes
import MigrationPlan
import TimeFormat

extension CheckRunner.Report {
  /// A check that is done, on one line.
  package static let shape = JSONShape<CheckRunner.Report>([
    JSONField("check", .string) { $0.check },
    JSONField("outcome", .string, "the worst of its evidence") { $0.outcome.rawValue },
    JSONField("onFailure", .string, "what a failure means") { $0.onFailure },
    JSONField("howToFix", .string, "what to do") { $0.howToFix },
    JSONField("details", .strings, "e.g. each invalid record") { $0.details },
    JSONField("evidence", each: evidence) { $0.evidence },
  ])

  private static let evidence = JSONShape<Evidence>([
    JSONField("subject", .string) { $0.subject }, JSONField("outcome", .string) { $0.outcome.rawValue },
    JSONField("grade", .string, "`E0` to `E3`") { $0.grade.code }, JSONField("observed", .string, "in words") { $0.observed },
    JSONField("query", .string, "how to repeat it") { $0.query }, JSONField("at", .time) { $0.at.rfc3339() },
  ])
}
