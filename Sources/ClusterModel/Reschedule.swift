package import Kubernetes
package import TimeFormat

/// One entry of the reschedule ledger: a pod that was replaced, restarted, added, removed or failed, and why.
package struct Reschedule: Sendable, Hashable {
  /// What happened. Only `replaced` and `restarted` count as reschedules; `added` and `removed` are scaling and clean-up.
  package enum Change: String, Sendable, Hashable, CaseIterable { case replaced, restarted, added, removed, failed }

  package enum Cause: String, Sendable, Hashable, CaseIterable {
    case rollout, scale, deleted, drain, eviction, preemption, nodeLost, oomKilled, probe, crash, completed, unknown

    /// Whether the workload was asked for it by its own specification, a new template, another count, or by the end of its work
    /// or of its whole node. Everything else is unplanned, also what a person does to single pods: a pod deleted by hand or drained
    /// goes although its workload wants it, and who did it a hundred times a day is to be seen.
    package var isPlanned: Bool { self == .rollout || self == .scale || self == .completed }
  }

  /// What the ledger says of a container that ended because its whole node was shut down on purpose.
  package static let nodeShutdown = "the node was shut down on purpose"

  /// What the ledger says of a pod that somebody evicted through the API, on a node that was not being emptied: the cause is `eviction`, but
  /// not the kubelet's own.
  package static let evictedByAPI = "evicted (API)"
  /// How evidence begins that speaks against the cause that is told.
  package static let doubt = "in doubt: "
  /// The evidence that speaks against the cause; `nil` where nothing does.
  var doubt: String? { evidence.first { $0.hasPrefix(Self.doubt) } }

  package struct PodReference: Sendable, Hashable {
    package var name: String
    package var uid: String
    package var node: String

    package init(name: String, uid: String, node: String) {
      self.name = name
      self.uid = uid
      self.node = node
    }
  }

  /// Unique and stable: (cluster, old UID, container, restartCount), so that a replay changes nothing.
  package var key: String
  package var at: Timestamp
  package var cluster: String
  package var namespace: String
  /// `Deployment/api`; `Pod/name` for a bare pod.
  package var workload: String
  package var change: Change
  package var cause: Cause
  package var old: PodReference?
  package var new: PodReference?
  package var container: String?
  package var exitCode: Int?
  /// Seconds of the workload's downtime that it was part of, from the first without a ready pod to the first with one, until
  /// ``downtimeCountedTo``. `nil` while not known; a Job has none.
  package var downtimeSeconds: Double?
  /// The first moment of that downtime.
  package var downtimeSince: Timestamp?
  /// The downtime goes on: from here on it still counts.
  package var downtimeCountedTo: Timestamp?
  /// Replica-seconds below the desired count while its pod was missing, of one replica at most, until ``capacityGapCountedTo``.
  package var capacityGapSeconds: Double?
  /// The gap goes on: from here on it still counts.
  package var capacityGapCountedTo: Timestamp?
  /// 0 to 1.
  package var confidence: Double
  /// The fields and events that say so, in words.
  package var evidence: [String]
  /// Waiting for the successor to be ready.
  package var isPending: Bool
  /// When it was told otherwise than before, because more became known.
  package var revisedAt: Timestamp?
  /// What it was told as before: `removed, scale`.
  package var formerly: String?
  /// When it turned out not to have happened. It is kept, and counts nowhere.
  package var retractedAt: Timestamp?

  package init(
    key: String, at: Timestamp, cluster: String, namespace: String, workload: String, change: Change, cause: Cause,
    old: PodReference? = nil, new: PodReference? = nil, container: String? = nil, exitCode: Int? = nil, downtimeSeconds: Double? = nil,
    capacityGapSeconds: Double? = nil, confidence: Double = 1, evidence: [String] = [], isPending: Bool = false
  ) {
    self.key = key
    self.at = at
    self.cluster = cluster
    self.namespace = namespace
    self.workload = workload
    self.change = change
    self.cause = cause
    self.old = old
    self.new = new
    self.container = container
    self.exitCode = exitCode
    self.downtimeSeconds = downtimeSeconds
    self.capacityGapSeconds = capacityGapSeconds
    self.confidence = confidence
    self.evidence = evidence
    self.isPending = isPending
  }
}

extension Reschedule {
  /// The workload, named among all clusters; `nil` where ``workload`` is not kind and name.
  package var workloadID: ObjectID? {
    let parts = workload.split(separator: "/", maxSplits: 1).map(String.init)
    guard parts.count == 2 else { return nil }
    return ObjectReference(kind: parts[0], namespace: namespace, name: parts[1]).id(in: cluster)
  }
}

/// A time in which the ledger could not see a cluster.
package struct LedgerGap: Sendable, Hashable {
  package var cluster: String
  package var from: Timestamp
  package var to: Timestamp
  package var reason: String

  package init(cluster: String, from: Timestamp, to: Timestamp, reason: String) {
    self.cluster = cluster
    self.from = from
    self.to = to
    self.reason = reason
  }
}

/// A moment in a pod's life that the Request page puts on its time axis.
package struct PodLifecycleEvent: Sendable, Hashable {
  /// `created`, `scheduled`, `started`, `ready`, `notReady`, `terminating`, `containerEnded`, `gone`.
  package var kind: String
  package var at: Timestamp
  package var cluster: String
  package var namespace: String
  package var pod: String
  package var podUID: String
  package var node: String
  /// In words: `OOM killed (137)`, `deleted`, `container api exited 1`.
  package var detail: String

  package init(kind: String, at: Timestamp, cluster: String, namespace: String, pod: String, podUID: String, node: String, detail: String) {
    self.kind = kind
    self.at = at
    self.cluster = cluster
    self.namespace = namespace
    self.pod = pod
    self.podUID = podUID
    self.node = node
    self.detail = detail
  }
}

/// A port: the durable ledger and pod history.
package protocol RescheduleSource: Sendable {
  /// Entries since a moment, oldest first.
  func reschedules(since: Timestamp?) async throws -> [Reschedule]
  func gaps(since: Timestamp?) async throws -> [LedgerGap]
  /// Shortages that went on after a moment, or still do.
  func shortages(since: Timestamp?) async throws -> [Shortage]
  /// Lifecycle events of pods, by UID, oldest first.
  func lifecycle(ofPods uids: [String]) async throws -> [PodLifecycleEvent]
  /// An element after the ledger changed; several changes may share one. Ends when nobody reads it any more.
  func ledgerChanges() -> AsyncStream<Void>
}
