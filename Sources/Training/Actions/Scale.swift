import StrictYAML

extension ActionDefinition {
  static let scale = ActionDefinition(
    id: "scale", meaning: "sets the number of desired replicas and waits until there are no more pods than that",
    parameters: [ActionFields.workload, SchemaField("replicas", .integer(0...100), required: true, "desired replicas")]
  ) { fields in
    "scale \(fields.text("workload", or: "")) to \(fields.integer("replicas") ?? 0)"
  } run: { context in
    try await context.objects.scale(context.fields.text("workload", or: ""), to: context.fields.integer("replicas") ?? 0)
    return [:]
  }
}
