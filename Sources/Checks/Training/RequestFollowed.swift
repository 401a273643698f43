import MigrationPlan
import StrictYAML
import TelemetryModel
import TimeFormat

extension CheckDefinition {
  static let requestFollowed = CheckDefinition(
    id: "training.request-followed", assertion: "Each of these services has records of the request.",
    onFailure: "A service has no record with this id.", howToFix: "Check that the request was sent with this id and that it succeeded.",
    parameters: [
      CheckFields.requestID, SchemaField("services", .list(.text), required: true, "the services"), CheckFields.within,
    ]
  ) { context in
    let id = context.fields.text("requestId", or: "")
    let services = context.fields.texts("services")
    guard !id.isEmpty else { return context.finding(false, "no id yet", query: "") }
    let found = try await context.poll(within: context.fields.duration("within") ?? .zero, until: { $0.isSuperset(of: services) }) {
      Set(try await context.records(of: id).map(\.service))
    }
    let missing = services.filter { !found.contains($0) }
    return context.finding(
      missing.isEmpty,
      missing.isEmpty ? "records found in \(services.joined(separator: ", "))" : "no record from \(missing.joined(separator: ", "))",
      query: "periplus logs --request-id \(id)", grade: .exercised)
  }
}
