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

  package var isReady: Bool { conditions.contains { $0.type == "Ready" && $0.status == "True" } }
  package var isTerminating: Bool { deletionTimestamp != nil }
  package var restarts: Int { containers.reduce(0) { $0 + $1.restartCount } }
}

package struct Container: Sendable, Hashable {
  package enum State: Sendable, Hashable {
    case waiting(reason: String, message: String)
    case running(since: Timestamp?)
    case terminated(Termination)
  }

  package struct Termination: Sendable, Hashable {
    package var reason: String
    package var exitCode: Int
    package var started: Timestamp?
    package var finished: Timestamp?
    package var message: String

    package init(reason: String, exitCode: Int, started: Timestamp? = nil, finished: Timestamp? = nil, message: String = "") {
      self.reason = reason
      self.exitCode = exitCode
      self.started = started
      self.finished = finished
      self.message = message
    }
  }

  package var name: String
  package var image: String
  package var isReady: Bool
  package var restartCount: Int
  package var state: State
  package var lastTermination: Termination?
  /// Requests and limits: CPU in millicores, memory in bytes; `nil` when not set.
  package var requestMilliCPU: Int64?
  package var limitMilliCPU: Int64?
  package var requestMemory: Int64?
  package var limitMemory: Int64?

  package init(
    name: String, image: String = "", isReady: Bool = false, restartCount: Int = 0, state: State = .waiting(reason: "", message: ""),
    lastTermination: Termination? = nil, requestMilliCPU: Int64? = nil, limitMilliCPU: Int64? = nil, requestMemory: Int64? = nil,
    limitMemory: Int64? = nil
  ) {
    self.name = name
    self.image = image
    self.isReady = isReady
    self.restartCount = restartCount
    self.state = state
    self.lastTermination = lastTermination
    self.requestMilliCPU = requestMilliCPU
    self.limitMilliCPU = limitMilliCPU
    self.requestMemory = requestMemory
    self.limitMemory = limitMemory
  }
}

/// A Deployment, ReplicaSet, StatefulSet, DaemonSet or Job.
package struct Workload: Sendable, Hashable {
  package var reference: ObjectReference
  /// The controlling owner: a ReplicaSet's Deployment; `nil` at the top.
  package var controller: ObjectReference?
  package var labels: [String: String]
  package var selector: [String: String]
  package var image: String
  /// The first container's image of the template, and every container's.
  package var images: [String]
  package var wanted: Int
  package var current: Int
  package var ready: Int
  package var updated: Int
  package var available: Int
  package var revision: String
  package var generation: Int
  package var observedGeneration: Int
  package var created: Timestamp?
  package var deletionTimestamp: Timestamp?
  package var conditions: [Condition]
  /// The last change that `managedFields` shows outside `status`: who, and when.
  package var lastChange: Change?
  /// StatefulSet: the revision that pods are brought to (`status.updateRevision`).
  package var updateRevision = ""
  /// `RollingUpdate`, `OnDelete`, `Recreate`; empty when the kind has none.
  package var updateStrategy = ""
  /// StatefulSet: ordinals below it keep their revision.
  package var partition = 0
  /// StatefulSet: the first ordinal.
  package var ordinalStart = 0
  /// Job: pods that ended well, and that failed.
  package var succeeded = 0
  package var failed = 0
  /// Deployment paused, Job suspended.
  package var isPaused = false
  /// DaemonSet: the generation of the pod template.
  package var templateGeneration = 0

  package struct Change: Sendable, Hashable {
    package var manager: String
    package var at: Timestamp?
    package var operation: String

    package init(manager: String, at: Timestamp?, operation: String) {
      self.manager = manager
      self.at = at
      self.operation = operation
    }
  }

  package init(
    reference: ObjectReference, controller: ObjectReference? = nil, labels: [String: String] = [:], selector: [String: String] = [:],
    image: String = "", images: [String] = [], wanted: Int = 0, current: Int = 0, ready: Int = 0, updated: Int = 0, available: Int = 0,
    revision: String = "", generation: Int = 0, observedGeneration: Int = 0, created: Timestamp? = nil,
    deletionTimestamp: Timestamp? = nil, conditions: [Condition] = [], lastChange: Change? = nil
  ) {
    self.reference = reference
    self.controller = controller
    self.labels = labels
    self.selector = selector
    self.image = image
    self.images = images
    self.wanted = wanted
    self.current = current
    self.ready = ready
    self.updated = updated
    self.available = available
    self.revision = revision
    self.generation = generation
    self.observedGeneration = observedGeneration
    self.created = created
    self.deletionTimestamp = deletionTimestamp
    self.conditions = conditions
    self.lastChange = lastChange
  }
}
