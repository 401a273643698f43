import Application
import JSONBytes
import StrictYAML

extension ActionDefinition {
  /// The faults that ServiceKit knows; `docs/facilities` describes them.
  private static let faults = [
    SchemaField("latencyMillis", .integer(0...600_000), "how long each request is delayed"),
    SchemaField("errorRate", .number(0...1), "the share of requests that fail with 500"),
    SchemaField("plainText", .flag, "writes lines of plain text past the logger"),
    SchemaField("print", .flag, "prints lines that are not log records"),
    SchemaField("loseHeader", .flag, "neither echoes the request id nor sends it upstream"),
    SchemaField("ignoreSIGTERM", .flag, "ignores SIGTERM"),
  ]

  static let setFaults = ActionDefinition(
    id: "setFaults", meaning: "turns faults on in every pod of a service; faults that are not listed are off",
    parameters: [ActionFields.service] + faults
  ) { fields in
    "set faults of \(fields.text("service", or: "")): \(JSONValue.object(settings(fields)).jsonString)"
  } run: { context in
    try await context.objects.setFaults(.object(settings(context.fields)), of: context.fields.text("service", or: ""), try context.app)
    return [:]
  }

  private static func settings(_ fields: Fields) -> JSONObject {
    JSONObject(faults.compactMap { fault in fields.node(fault.name).map { .init(key: fault.name, value: $0.json) } })
  }
}
