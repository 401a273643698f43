package import Kubernetes
package import TimeFormat

package struct Node: Sendable, Hashable {
  package var name: String
  package var uid: String
  package var isUnschedulable: Bool
  package var taints: [Taint]
  package var conditions: [Condition]
  package var created: Timestamp?
  package var kubeletVersion: String
  /// CPU in millicores, memory in bytes.
  package var allocatableMilliCPU: Int64
  package var allocatableMemory: Int64
  /// How many pods the kubelet takes; 0 when it does not say.
  package var allocatablePods = 0
  /// The latest time that `managedFields` shows: what it tells is no older.
  package var stamp: Timestamp?
  /// The last change of `spec.unschedulable` that `managedFields` shows.
  package var unschedulableChange: Workload.Change?

  package init(
    name: String, uid: String = "", isUnschedulable: Bool = false, taints: [Taint] = [], conditions: [Condition] = [],
    created: Timestamp? = nil, kubeletVersion: String = "", allocatableMilliCPU: Int64 = 0, allocatableMemory: Int64 = 0
  ) {
    self.name = name
    self.uid = uid
    self.isUnschedulable = isUnschedulable
    self.taints = taints
    self.conditions = conditions
    self.created = created
    self.kubeletVersion = kubeletVersion
    self.allocatableMilliCPU = allocatableMilliCPU
    self.allocatableMemory = allocatableMemory
  }

  package var isReady: Bool { conditions.isTrue("Ready") }

  /// Whether it is cordoned, or an autoscaler that does not cordon moves its pods away.
  var isBeingEmptied: Bool { isUnschedulable || taints.contains { $0.effect == "NoSchedule" && Self.emptying.contains($0.key) } }

  /// The taints of cluster-autoscaler and of karpenter, before and since its version 1.
  private static let emptying: Set = ["ToBeDeletedByClusterAutoscaler", "karpenter.sh/disruption", "karpenter.sh/disrupted"]

  package var reference: ObjectReference { ObjectReference(type: .nodes, name: name, uid: uid) }
}
