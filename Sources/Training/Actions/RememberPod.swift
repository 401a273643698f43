import Checks
import StrictYAML
import TelemetryModel

extension ActionDefinition {
  static let rememberPod = ActionDefinition(
    id: "rememberPod", meaning: "remembers which pod of a service handled the request, for ${name}",
    parameters: [SchemaField("as", .text, required: true, "the name"), ActionFields.service, ActionFields.requestID],
    sets: { $0.text("as").map { [$0] } ?? [] }
  ) { fields in
    "remember which pod of \(fields.text("service", or: "")) handled \(fields.text("requestId", or: ""))"
  } run: { context in
    let id = context.fields.text("requestId", or: "")
    let service = context.fields.text("service", or: "")
    // The latest: of a request that was sent again, the pod that served it then may be gone.
    guard let pod = try await context.checks.records(of: id).last(where: { $0.service == service })?.origin.pod else {
      throw ActionError("expected a record of \(id) from \(service), but there is none")
    }
    return [context.fields.text("as", or: ""): pod]
  }
}
