package import Kubernetes
package import TimeFormat

/// An object of a ``WorkloadKind``.
package struct Workload: Sendable, Hashable {
  package var reference: ObjectReference
  /// The controlling owner: a ReplicaSet's Deployment; `nil` at the top.
  package var controller: ObjectReference?
  package var labels: [String: String]
  package var selector: [String: String]
  package var image: String
  /// The first container's image of the template, and every container's.
  package var images: [String]
  package var desired: Int
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
  /// Who changed the pod template, and when: what `managedFields` shows, and what it showed while the cluster was watched.
  package var templateChanges: [Change] = []
  /// Tells one pod template from another while the process runs; 0: not known.
  package var templateDigest = 0
  /// Who owns `spec.replicas`.
  package var scaled: ReplicasOwner?
  /// Changes of the desired count that were seen, oldest first.
  package var scalings: [Scaling] = []
  /// ReplicaSet: the pod template, and the numbers of the revisions that it was before a rollback.
  package var template = PodTemplate()
  package var earlierRevisions: [Int] = []
  /// The latest time that `managedFields` shows, of the status too: what it tells is no older.
  package var stamp: Timestamp?
  /// When the spec was changed last by the server's clock; `nil` where a change has no time (the subresource `scale` has none).
  package var specStamp: Timestamp?
  /// ReplicaSet of a Deployment: how many replicas the Deployment wanted in all when its controller last set this one's count
  /// (`deployment.kubernetes.io/desired-replicas`).
  package var ownersDesired: Int?
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
  /// Job: how often a failed pod is tried again.
  package var backoffLimit = 6
  /// Deployment paused, Job or CronJob suspended.
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

  /// The manager that wrote `spec.replicas` last.
  package struct ReplicasOwner: Sendable, Hashable {
    package var manager: String
    /// When; `nil` unless it owns nothing else, and on servers that give the subresource no time.
    package var at: Timestamp?
    /// Whether it came through the subresource `scale`.
    package var isSubresource: Bool

    package init(manager: String, at: Timestamp? = nil, isSubresource: Bool = true) {
      self.manager = manager
      self.at = at
      self.isSubresource = isSubresource
    }
  }

  package init(
    reference: ObjectReference, controller: ObjectReference? = nil, labels: [String: String] = [:], selector: [String: String] = [:],
    image: String = "", images: [String] = [], desired: Int = 0, current: Int = 0, ready: Int = 0, updated: Int = 0, available: Int = 0,
    revision: String = "", generation: Int = 0, observedGeneration: Int = 0, created: Timestamp? = nil,
    deletionTimestamp: Timestamp? = nil, conditions: [Condition] = [], lastChange: Change? = nil
  ) {
    self.reference = reference
    self.controller = controller
    self.labels = labels
    self.selector = selector
    self.image = image
    self.images = images
    self.desired = desired
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
