import Checks
import StrictYAML
import TelemetryModel
import TimeFormat

extension ActionDefinition {
  static let waitForRecords = ActionDefinition(
    id: "waitForRecords", meaning: "waits until the request's records are in the log",
    parameters: [
      ActionFields.requestID, SchemaField("services", .list(.text), required: true, "services that must have records"),
      SchemaField("within", .duration, "default 20s"),
    ]
  ) { fields in
    "wait for records of \(fields.text("requestId", or: "")) from \(fields.texts("services").joined(separator: ", "))"
  } run: { context in
    let id = context.fields.text("requestId", or: "")
    let within = context.fields.duration("within") ?? .seconds(20)
    let deadline = context.checks.now() + within
    while true {
      let found = Set(try await context.checks.records(of: id).map(\.service))
      let missing = context.fields.texts("services").filter { !found.contains($0) }
      if missing.isEmpty { return [:] }
      guard context.checks.now() < deadline else {
        throw ActionError(
          "no record of \(id) from \(missing.joined(separator: ", ")) within \(within.brief): is the recorder running?")
      }
      try await context.checks.pause(.milliseconds(200))
    }
  }
}
