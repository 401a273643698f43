import StrictYAML

extension ActionDefinition {
  static let sendTraffic = ActionDefinition(
    id: "traffic", meaning: "sends ordinary client requests in the app profile's traffic mix",
    parameters: [SchemaField("requests", .integer(1...100_000), required: true, "how many")]
  ) { fields in
    "send \(fields.integer("requests") ?? 0) requests"
  } run: { context in
    let done = try await context.ground.traffic(try context.app, requests: context.fields.integer("requests") ?? 0)
    try Task.checkCancellation()
    // Single failures may be what is shown; none answered means that nothing was.
    if done.failed == done.sent, let first = done.firstFailure {
      throw ActionError("all \(done.sent) requests failed; the first: \(first)")
    }
    return [:]
  }
}
