import Application
import JSONBytes
import StrictYAML

extension ActionDefinition {
  /// The faults that ServiceKit knows; `docs/facilities` describes them.
  private static let faults = [
    SchemaField("latencyMillis", .integer(0...600_000), "how long each request waits first"),
    SchemaField("errorRate", .number(0...1), "the share of requests that fail with 500"),
    SchemaField("plainText", .flag, "writes lines of plain text past the logger"),
    SchemaField("print", .flag, "prints stray lines"),
    SchemaField("loseHeader", .flag, "neither echoes the request id nor sends it upstream"),
    SchemaField("ignoreSIGTERM", .flag, "does not stop when it is told"),
  ]

  static let setFaults = ActionDefinition(
    id: "setFaults", meaning: "switches faults of every pod of a service on; what is not named is off",
    parameters: [ActionFields.service] + faults
  ) { fields in
    "faults of \(fields.text("service", or: "")): \(JSONValue.object(settings(fields)).jsonString)"
  } run: { context in
    try await context.objects.setFaults(.object(settings(context.fields)), of: context.fields.text("service", or: ""), try context.app)
    return [:]
  }

  private static func settings(_ fields: Fields) -> JSONObject {
    JSONObject(faults.compactMap { fault in fields.node(fault.name).map { .init(key: fault.name, value: $0.json) } })
  }
}
