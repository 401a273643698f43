import JSONBytes
package import ClusterModel
import Kubernetes
package import KubernetesClient
import TimeFormat

/// What a person can do to a cluster from the console.
package struct ClusterChanges: Sendable {
  private let api: KubernetesAPI
  private let now: @Sendable () -> Timestamp

  package init(api: KubernetesAPI) {
    self.api = api
    now = KubernetesAPI.wallClock
  }

  /// Deletes a pod with its own grace, or with the one given (0: at once).
  package func deletePod(_ name: String, in namespace: String, graceSeconds: Int? = nil) async throws {
    try await api.delete(ResourceType.pods.path(namespace: namespace, name: name), graceSeconds: graceSeconds)
  }

  /// Asks a pod to go through the eviction API, which honours disruption budgets.
  package func evictPod(_ name: String, in namespace: String) async throws { try await api.evict(namespace: namespace, pod: name) }

  /// Sets the desired count of a workload whose kind can be scaled.
  package func scale(_ workload: ObjectReference, to replicas: Int) async throws {
    let kind = workload.workloadKind
    guard kind.isScalable else {
      throw KubernetesError(.badRequest, "\(workload.display) cannot be scaled: only \(WorkloadKinds.words(where: \.isScalable)) can")
    }
    try await api.scale(kind.type, namespace: workload.namespace, name: workload.name, replicas: replicas)
  }

  /// Replaces all pods of a workload in its usual rolling way, as `kubectl rollout restart` does.
  package func restart(_ workload: ObjectReference) async throws {
    let kind = workload.workloadKind
    guard kind.isRestartable else {
      throw KubernetesError(
        .badRequest, "\(workload.display) cannot be restarted: only \(WorkloadKinds.words(where: \.isRestartable)) can")
    }
    let annotations: JSONValue = ["kubectl.kubernetes.io/restartedAt": .string(now().rfc3339(.seconds))]
    let patch: JSONValue = ["spec": ["template": ["metadata": ["annotations": annotations]]]]
    _ = try await api.patch(kind.type.path(namespace: workload.namespace, name: workload.name), patch, type: .strategic)
  }

  /// Keeps new pods from a node, or lets them on it again.
  package func cordon(_ node: String, _ isCordoned: Bool = true) async throws {
    _ = try await api.patch(
      ResourceType.nodes.path(namespace: nil, name: node), ["spec": ["unschedulable": .bool(isCordoned)]], type: .strategic)
  }
}
