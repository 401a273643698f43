package import Kubernetes
package import TimeFormat

package struct Pod: Sendable, Hashable {
  package var namespace: String
  package var name: String
  package var uid: String
  package var node: String
  /// Pending, Running, Succeeded, Failed, Unknown.
  package var phase: String
  /// `status.reason`, e.g. Evicted.
  package var reason: String
  package var message: String
  package var ip: String
  package var created: Timestamp?
  package var started: Timestamp?
  package var deletionTimestamp: Timestamp?
  package var deletionGraceSeconds: Int?
  package var labels: [String: String]
  /// The controlling owner, e.g. a ReplicaSet; `nil` for a bare pod.
  package var controller: ObjectReference?
  package var conditions: [Condition]
  package var containers: [Container]
  package var initContainers: [Container]
  package var priority: Int
  /// `Always`, `OnFailure`, `Never`.
  package var restartPolicy = "Always"
  /// `spec.overhead`: what its runtime class takes.
  package var overhead = ResourceAmounts.zero
  /// `spec.resources.requests` of the pod itself; `nil` when not set.
  package var requestMilliCPU: Int64?
  package var requestMemory: Int64?
  /// Who wrote the condition `DisruptionTarget`, as `managedFields` tells; empty where it does not.
  package var disruptedBy = ""
  /// When the API server stored this version, as `managedFields` tells, whole seconds; only of what a watch told. A kubelet that has much to do
  /// writes seconds after it saw something.
  package var stored: Timestamp?

  package init(
    namespace: String, name: String, uid: String, node: String = "", phase: String = "Pending", reason: String = "", message: String = "",
    ip: String = "", created: Timestamp? = nil, started: Timestamp? = nil, deletionTimestamp: Timestamp? = nil,
    deletionGraceSeconds: Int? = nil, labels: [String: String] = [:], controller: ObjectReference? = nil, conditions: [Condition] = [],
    containers: [Container] = [], initContainers: [Container] = [], priority: Int = 0
  ) {
    self.namespace = namespace
    self.name = name
    self.uid = uid
    self.node = node
    self.phase = phase
    self.reason = reason
    self.message = message
    self.ip = ip
    self.created = created
    self.started = started
    self.deletionTimestamp = deletionTimestamp
    self.deletionGraceSeconds = deletionGraceSeconds
    self.labels = labels
    self.controller = controller
    self.conditions = conditions
    self.containers = containers
    self.initContainers = initContainers
    self.priority = priority
  }

  package var isReady: Bool { conditions.isTrue("Ready") }
  /// Since when it is ready; `nil` while it is not.
  package var readySince: Timestamp? { isReady ? conditions["Ready"]?.lastTransition : nil }
  package var isTerminating: Bool { deletionTimestamp != nil }
  package var restarts: Int { containers.reduce(0) { $0 + $1.restartCount } }
  package var reference: ObjectReference { ObjectReference(type: .pods, namespace: namespace, name: name, uid: uid) }
}
