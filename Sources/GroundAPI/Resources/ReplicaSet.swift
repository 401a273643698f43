import JSONBytes
import Kubernetes

extension Resource {
  package static let replicaSets = Resource(.replicaSets, categories: ["all"], subresources: [.scale, .status], generation: true)
}

extension ResourceDefinition {
  static let replicaSets = ResourceDefinition(.replicaSets) {
    $0.defaults = { set in
      set.fill(["spec", "replicas"], 1)
      PodTemplate.fill(&set)
      set.fill(["status"], ["replicas": 0])
    }
    $0.validate = { PodTemplate.causes($0, old: $1) }
    $0.columns = [
      .name,
      .number("Desired", "Replicas is the number of desired replicas.", at: "spec", "replicas"),
      .number("Current", "Replicas is the most recently observed number of replicas.", at: "status", "replicas"),
      .number("Ready", "The number of pods targeted by this ReplicaSet with a Ready Condition.", at: "status", "readyReplicas"),
      .age, .containers, .images, .selector,
    ]
    $0.selectableFields = [SelectableField("status.replicas")]
    $0.mergeKeys = PodTemplate.mergeKeys
  }
}
