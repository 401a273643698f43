import Kubernetes
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
  /// Of what starts runs by the clock, those that are still there, oldest first.
  package var runs: [Workload]
  /// Of the workload, or the one bare pod; without those that have ended well.
  package let pods: [Pod]
  /// Those of the pods that are meant to run: not on their way out, not ended.
  let running: [Pod]
  package var node: Node?
  /// Warnings about the pods, oldest first.
  package var events: [ClusterEvent]
  /// The ledger's entries about the subject in the last 24 hours.
  package var reschedules: [Reschedule]
  /// The restarts among all that the ledger knows, oldest first.
  var restarts: [Reschedule] = []
  /// The ledger's shortages of the subject, oldest first.
  var shortages: [Shortage] = []
  /// Whether the subject can have any: a Job has none.
  var isMeasured = false

  package init(
    now: Timestamp, workload: Workload? = nil, runs: [Workload] = [], pods: [Pod] = [], node: Node? = nil, events: [ClusterEvent] = [],
    reschedules: [Reschedule] = []
  ) {
    self.now = now
    self.workload = workload
    self.runs = runs
    self.pods = pods
    let isAll = pods.allSatisfy(HealthFacts.isMeantToRun)
    running = isAll ? pods : pods.filter(HealthFacts.isMeantToRun)
    self.node = node
    self.events = events
    self.reschedules = reschedules
  }

  package var desired: Int { workload?.desired ?? 1 }

  private static func isMeantToRun(_ pod: Pod) -> Bool { !pod.isTerminating && pod.phase != "Failed" && pod.phase != "Succeeded" }

  /// Containers that wait for a reason.
  ///
  /// - Parameter inInit: among the init containers; native sidecars go on beside the pod's own containers, and are looked at with them.
  func waiting(_ reasons: Set<String>, inInit: Bool = false) -> (pod: Pod, container: Container, reason: String, message: String)? {
    for place in running.indices {
      // Looked at in place: most containers run, and a copy of a pod costs more than the look.
      let found =
        inInit
        ? HealthFacts.waiting(running[place].initContainers, reasons)
        : HealthFacts.waiting(running[place].containers, reasons)
          ?? HealthFacts.waiting(running[place].initContainers, reasons, sidecars: true)
      if let found { return (running[place], found.container, found.reason, found.message) }
    }
    return nil
  }

  private static func waiting(
    _ containers: [Container], _ reasons: Set<String>, sidecars: Bool? = nil
  ) -> (container: Container, reason: String, message: String)? {
    for container in containers where sidecars.map({ container.isSidecar == $0 }) ?? true {
      if case .waiting(let reason, let message) = container.state, reasons.contains(reason) { return (container, reason, message) }
    }
    return nil
  }

  /// The first restart of those that follow one another within a time, up to now: the fault has not ended since.
  func firstRestart(within pause: Duration, where counts: (Reschedule) -> Bool) -> Timestamp? {
    var since: Timestamp?
    for entry in restarts.reversed() where counts(entry) {
      guard (since ?? now) - entry.at <= pause else { break }
      since = entry.at
    }
    return since
  }

  func condition(_ type: String) -> Condition? { (workload?.conditions ?? node?.conditions ?? []).first { $0.type == type } }
}
