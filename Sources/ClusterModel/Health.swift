package import Kubernetes
package import TimeFormat

/// The verdict on a workload or node, with the reasons that explain it.
package struct HealthVerdict: Sendable, Hashable {
  /// Worst first when sorted descending. Unknown (grey) means no data, and is never green.
  package enum Status: Int, Sendable, Hashable, Comparable, CaseIterable {
    case green = 0
    case unknown = 1
    case amber = 2
    case red = 3

    package static func < (one: Status, other: Status) -> Bool { one.rawValue < other.rawValue }
  }

  package struct Reason: Sendable, Hashable {
    /// The rule's name, e.g. `oom-killed`.
    package var rule: String
    package var status: Status
    /// In words: `OOM killed 7 times in 1 h, limit 64 Mi`.
    package var sentence: String
    package var since: Timestamp?

    package init(rule: String, status: Status, sentence: String, since: Timestamp? = nil) {
      self.rule = rule
      self.status = status
      self.sentence = sentence
      self.since = since
    }
  }

  package var subject: ObjectReference
  package var cluster: String
  package var status: Status
  /// Worst first.
  package var reasons: [Reason]
  /// Since when the status holds, as far as it is known.
  package var since: Timestamp?
  /// What changed last before it, in words: `image 1.4.2→1.4.3 02:58 jenkins`.
  package var lastChange: String?
  package var ready: Int
  package var desired: Int
  /// Since when the workload has had no ready pod, as the ledger tells it; `nil` while it has one or nobody watched.
  package var downSince: Timestamp?
  /// Seconds without a ready pod in the last 24 hours.
  package var downtimeSeconds: Double?
  /// Replica-seconds below the desired count in the last 24 hours.
  package var capacityGapSeconds: Double?

  package init(
    subject: ObjectReference, cluster: String, status: Status, reasons: [Reason] = [], since: Timestamp? = nil, lastChange: String? = nil,
    ready: Int = 0, desired: Int = 0
  ) {
    self.subject = subject
    self.cluster = cluster
    self.status = status
    self.reasons = reasons
    self.since = since
    self.lastChange = lastChange
    self.ready = ready
    self.desired = desired
  }

  /// The subject, named among all clusters.
  package var id: ObjectID { subject.id(in: cluster) }
}
