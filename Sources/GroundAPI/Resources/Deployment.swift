import JSONBytes
import Kubernetes

extension Resource {
  package static let deployments = Resource(.deployments, categories: ["all"], subresources: [.scale, .status], generation: true)
}

extension ResourceDefinition {
  static let deployments = ResourceDefinition(.deployments) {
    $0.defaults = { deployment in
      deployment.fill(["spec", "replicas"], 1)
      deployment.fill(["spec", "strategy", "type"], "RollingUpdate")
      if deployment.at("spec", "strategy", "type") == "RollingUpdate" {
        deployment.fill(["spec", "strategy", "rollingUpdate", "maxUnavailable"], "25%")
        deployment.fill(["spec", "strategy", "rollingUpdate", "maxSurge"], "25%")
      }
      deployment.fill(["spec", "revisionHistoryLimit"], 10)
      deployment.fill(["spec", "progressDeadlineSeconds"], 600)
      PodTemplate.fill(&deployment)
      deployment.fill(["status"], [:])
    }
    $0.validate = { PodTemplate.causes($0, old: $1) + strategyCauses($0.at("spec", "strategy")) }
    $0.columns = [
      .name,
      TableColumn("Ready", "Number of the pod with ready state") { deployment, _ in
        .string("\(deployment.at("status", "readyReplicas")?.intValue ?? 0)/\(deployment.at("spec", "replicas")?.intValue ?? 0)")
      },
      TableColumn("Up-to-date", "Total number of non-terminated pods targeted by this deployment that have the desired template spec.") {
        deployment, _ in Cell.number(deployment.at("status", "updatedReplicas"))
      },
      TableColumn("Available", "Total number of available pods targeted by this deployment.") { deployment, _ in
        Cell.number(deployment.at("status", "availableReplicas"))
      },
      .age, .containers, .images, .selector,
    ]
    $0.mergeKeys = PodTemplate.mergeKeys
  }

  private static func strategyCauses(_ strategy: JSONValue?) -> Causes {
    var causes: Causes = []
    switch strategy?["type"]?.stringValue {
    case "Recreate":
      if let update = strategy?["rollingUpdate"], !update.isNull {
        causes.append(
          Validation.forbidden("spec.strategy.rollingUpdate", "may not be specified when strategy `type` is 'Recreate'"))
      }
    case "RollingUpdate":
      for field in ["maxSurge", "maxUnavailable"] {
        let value = strategy?.at("rollingUpdate", field) ?? .null
        let isPercent = value.stringValue.map { $0.hasSuffix("%") && Int16($0.dropLast()) != nil } ?? false
        if !isPercent, (value.intValue ?? -1) < 0 {
          causes.append(
            Validation.invalid(
              "spec.strategy.rollingUpdate.\(field)", value.jsonString, "must be a non-negative integer or a percentage (e.g '5%')"))
        }
      }
      let none: Set<JSONValue> = [0, "0%"]
      if none.contains(strategy?.at("rollingUpdate", "maxSurge") ?? .null),
        none.contains(strategy?.at("rollingUpdate", "maxUnavailable") ?? .null)
      {
        causes.append(Validation.invalid("spec.strategy.rollingUpdate.maxUnavailable", "0", "may not be 0 when `maxSurge` is 0"))
      }
    default:
      causes.append(
        Validation.unsupported("spec.strategy.type", strategy?["type"]?.jsonString ?? "\"\"", ["Recreate", "RollingUpdate"]))
    }
    return causes
  }
}
