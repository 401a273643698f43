import JSONBytes
package import ClusterModel
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
    try await api.delete(KindPath.pods.path(namespace: namespace, name: name), graceSeconds: graceSeconds)
  }

  /// Asks a pod to go through the eviction API, which honours disruption budgets.
  package func evictPod(_ name: String, in namespace: String) async throws { try await api.evict(namespace: namespace, pod: name) }

  /// Sets the wanted count of a Deployment, ReplicaSet or StatefulSet.
  package func scale(_ workload: ObjectReference, to replicas: Int) async throws {
    guard ["Deployment", "ReplicaSet", "StatefulSet"].contains(workload.kind), let path = KindPath.workload(workload.kind) else {
      throw KubernetesError(.badRequest, "\(workload.display) cannot be scaled: only Deployments, ReplicaSets and StatefulSets can")
    }
    try await api.scale(path, namespace: workload.namespace, name: workload.name, replicas: replicas)
  }

  /// Replaces all pods of a workload in its usual rolling way, as `kubectl rollout restart` does.
  package func restart(_ workload: ObjectReference) async throws {
    guard ["Deployment", "StatefulSet", "DaemonSet"].contains(workload.kind), let path = KindPath.workload(workload.kind) else {
      throw KubernetesError(.badRequest, "\(workload.display) cannot be restarted: only Deployments, StatefulSets and DaemonSets can")
    }
    let annotations: JSONValue = ["kubectl.kubernetes.io/restartedAt": .string(now().rfc3339(.seconds))]
    let patch: JSONValue = ["spec": ["template": ["metadata": ["annotations": annotations]]]]
    _ = try await api.patch(path.path(namespace: workload.namespace, name: workload.name), patch, type: .strategic)
  }

  /// Keeps new pods from a node, or lets them on it again.
  package func cordon(_ node: String, _ isCordoned: Bool = true) async throws {
    _ = try await api.patch(
      KindPath.nodes.path(namespace: nil, name: node), ["spec": ["unschedulable": .bool(isCordoned)]], type: .strategic)
  }
}
