import MigrationPlan
import TelemetryModel
import TimeFormat

/// What the checks of logging say alike.
enum LoggingFinding {
  static func withoutPods(_ workload: NamespaceWorkloads.Workload, _ query: String) -> CheckFinding {
    CheckFinding(
      subject: workload.subject, outcome: workload.desired == 0 ? .notApplicable : .unknown, grade: .observed,
      observed: workload.desired == 0 ? "scaled to zero" : "has no pods", query: query)
  }

  /// `web-7c9 14:04:11.318 stderr`.
  static func place(of record: LogRecord) -> String {
    "\(record.origin.pod) \(CivilTime(record.at).clockMillis) \(record.origin.stream)"
  }
}
