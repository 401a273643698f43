import StrictYAML

extension ActionDefinition {
  static let clearFaults = ActionDefinition(
    id: "clearFaults", meaning: "clears all faults of a service", parameters: [ActionFields.service]
  ) { fields in
    "clear the faults of \(fields.text("service", or: ""))"
  } run: { context in
    try await context.objects.setFaults(nil, of: context.fields.text("service", or: ""), try context.app)
    return [:]
  }
}
