import JSONBytes
import Kubernetes

extension Resource {
  package static let podDisruptionBudgets = Resource(.podDisruptionBudgets, subresources: [.status], generation: true)
}

extension ResourceDefinition {
  static let podDisruptionBudgets = ResourceDefinition(.podDisruptionBudgets) {
    $0.defaults = { budget in
      budget.fill(["status"], ["disruptionsAllowed": 0, "currentHealthy": 0, "desiredHealthy": 0, "expectedPods": 0])
    }
    $0.validate = { budget, _ in
      guard budget.at("spec", "minAvailable") != nil, budget.at("spec", "maxUnavailable") != nil else { return [] }
      return [Validation.invalid("spec", "{}", "minAvailable and maxUnavailable cannot be both set")]
    }
    $0.columns = [
      .name,
      amount("Min Available", "The minimum number of pods that must be available.", "minAvailable"),
      amount("Max Unavailable", "The maximum number of pods that may be unavailable.", "maxUnavailable"),
      .number(
        "Allowed Disruptions", "Calculated number of pods that may be disrupted at this time.", at: "status", "disruptionsAllowed"),
      .age,
    ]
  }

  /// A number or a percentage; `N/A` where it is not given.
  private static func amount(_ name: String, _ description: String, _ field: String) -> TableColumn {
    TableColumn(name, description) { budget, _ in
      guard let value = budget.at("spec", field), !value.isNull else { return "N/A" }
      return .string(value.stringValue ?? value.jsonString)
    }
  }
}
