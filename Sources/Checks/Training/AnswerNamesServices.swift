import MigrationPlan
import StrictYAML
import TelemetryModel

extension CheckDefinition {
  static let answerNamesServices = CheckDefinition(
    id: "training.answer-names-services", assertion: "The answer names every service that has records of the request, and no other.",
    onFailure: "The answer omits a service or names one that has no record.",
    howToFix: "Open the Request page with the id and read the service column.", parameters: [CheckFields.requestID, CheckFields.answer]
  ) { context in
    let id = context.fields.text("requestId", or: "")
    let services = Set(try await context.records(of: id).map(\.service))
    guard !services.isEmpty else { throw CheckObstacle("there is no record of request \(id): the lesson's setup is incomplete") }
    let named = AnswerWords.of(context.fields.text("answer", or: ""))
    let right = named == Set(services.map { $0.lowercased() })
    let observed = named.isEmpty ? "no answer yet" : "named \(named.sorted().joined(separator: ", "))"
    return context.finding(right, observed, query: "periplus logs --request-id \(id)")
  }
}
