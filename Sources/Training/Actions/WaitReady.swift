import StrictYAML

extension ActionDefinition {
  static let waitReady = ActionDefinition(
    id: "waitReady", meaning: "waits until all desired replicas are ready", parameters: [ActionFields.workload]
  ) { fields in
    "wait until \(fields.text("workload", or: "")) is ready"
  } run: { context in
    try await context.objects.waitReady(context.fields.text("workload", or: ""))
    return [:]
  }
}
