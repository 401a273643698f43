import JSONBytes
import LogStandard
import MigrationPlan
import StrictYAML
import TelemetryModel
import TimeFormat

extension CheckDefinition {
  static let answerNamesFailingService = CheckDefinition(
    id: "training.answer-names-failing-service",
    assertion: "The answer names the service in which the request failed first.",
    onFailure: "The answer names another service; a caller fails because the service it called failed.",
    howToFix: "Find the earliest record with status 500 or above.", parameters: [CheckFields.requestID, CheckFields.answer]
  ) { context in
    let id = context.fields.text("requestId", or: "")
    let failures = try await context.records(of: id).filter { record in
      record.fields[LogField.category]?.stringValue == LogCategory.response && record.fields[LogField.statusCode]?.intValue ?? 0 >= 500
    }
    // The call that failed first completes first: its callers can fail only after it. Within one millisecond the inner call is the
    // shorter one.
    let order = failures.sorted { ($0.at, duration(of: $0)) < ($1.at, duration(of: $1)) }
    guard let first = order.first?.service else {
      throw CheckObstacle("no service returned an error for request \(id): the lesson's setup is incomplete")
    }
    let answer = context.fields.text("answer", or: "")
    return context.finding(
      AnswerWords.of(answer) == [first.lowercased()], answer.isEmpty ? "no answer yet" : "the answer was '\(answer)'",
      query: "periplus logs --request-id \(id)")
  }
}

/// Within one millisecond the inner call is the shorter one.
private func duration(of record: LogRecord) -> Int64 { record.fields[LogField.durationMicros]?.intValue ?? .max }
