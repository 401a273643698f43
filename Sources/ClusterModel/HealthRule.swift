package import TimeFormat

/// A rule of health, as data: what it is called, how bad it is, what it means, and its test.
package struct HealthRule: Sendable {
  package enum Subject: Sendable, Hashable { case workload, pod, node }

  package struct Finding: Sendable, Hashable {
    package var sentence: String
    package var since: Timestamp?
    /// When this case is worse or milder than the rule's own severity.
    package var status: HealthVerdict.Status?

    package init(_ sentence: String, since: Timestamp? = nil, status: HealthVerdict.Status? = nil) {
      self.sentence = sentence
      self.since = since
      self.status = status
    }
  }

  /// E.g. `oom-killed`.
  package var name: String
  package var status: HealthVerdict.Status
  package var subjects: Set<Subject>
  /// What the rule means, for help and docs.
  package var meaning: String
  package var test: @Sendable (HealthFacts) -> Finding?

  package init(
    _ name: String, _ status: HealthVerdict.Status, _ subjects: Set<Subject>, _ meaning: String,
    test: @escaping @Sendable (HealthFacts) -> Finding?
  ) {
    self.name = name
    self.status = status
    self.subjects = subjects
    self.meaning = meaning
    self.test = test
  }

  /// A rule on workloads and bare pods alike.
  package init(
    _ name: String, _ status: HealthVerdict.Status, _ meaning: String, test: @escaping @Sendable (HealthFacts) -> Finding?
  ) {
    self.init(name, status, [.workload, .pod], meaning, test: test)
  }
}

/// What the rules look at: one workload with its pods, or one pod, or one node.
package struct HealthFacts: Sendable {
  package var now: Timestamp
  package var workload: Workload?
  /// Of the workload, or the one bare pod; without those that have ended well.
  package var pods: [Pod]
  package var node: Node?
  /// Warnings about the pods, oldest first.
  package var events: [ClusterEvent]
  /// The ledger's entries about the subject in the last 24 hours.
  package var reschedules: [Reschedule]

  package init(
    now: Timestamp, workload: Workload? = nil, pods: [Pod] = [], node: Node? = nil, events: [ClusterEvent] = [],
    reschedules: [Reschedule] = []
  ) {
    self.now = now
    self.workload = workload
    self.pods = pods
    self.node = node
    self.events = events
    self.reschedules = reschedules
  }

  package var wanted: Int { workload?.wanted ?? 1 }
  var running: [Pod] { pods.filter { !$0.isTerminating && $0.phase != "Failed" && $0.phase != "Succeeded" } }

  /// Containers that wait for a reason.
  func waiting(_ reasons: Set<String>, inInit: Bool = false) -> (pod: Pod, container: Container, reason: String, message: String)? {
    for pod in running {
      for container in inInit ? pod.initContainers : pod.containers {
        if case .waiting(let reason, let message) = container.state, reasons.contains(reason) { return (pod, container, reason, message) }
      }
    }
    return nil
  }

  func condition(_ type: String) -> Condition? { (workload?.conditions ?? node?.conditions ?? []).first { $0.type == type } }
}
