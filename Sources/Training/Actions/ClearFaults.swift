import StrictYAML

extension ActionDefinition {
  static let clearFaults = ActionDefinition(
    id: "clearFaults", meaning: "switches all faults of a service off", parameters: [ActionFields.service]
  ) { fields in
    "no more faults of \(fields.text("service", or: ""))"
  } run: { context in
    try await context.objects.setFaults(nil, of: context.fields.text("service", or: ""), try context.app)
    return [:]
  }
}
