import Kubernetes
import TimeFormat

/// What the ledger keeps of a workload: how its desired count moved, and whether it still exists.
struct WorkloadFact: Sendable, Hashable {
  struct Step: Sendable, Hashable {
    /// When it happened, as far as it is known.
    var when: Interval
    var from: Int
    var to: Int
    /// `when` is the server's own stamp, whole seconds, and not the time of receipt.
    var isStamped = false
    /// ReplicaSet of a Deployment: what the Deployment wanted in all before and with the step; `nil` where it is not known.
    var owner: Owner?

    struct Owner: Sendable, Hashable {
      var from: Int
      var to: Int
    }

    /// Whether a ReplicaSet's step belongs to a rollout: its Deployment wanted as many pods as before.
    var isRollout: Bool? { owner.map { to < from ? $0.to >= $0.from : $0.to <= $0.from } }
  }

  struct FormerRevision: Sendable, Hashable {
    var until: Timestamp
    var revision: String
  }

  /// Which pods the controller of a StatefulSet or DaemonSet replaces.
  struct Plan: Sendable, Hashable {
    var updateRevision = ""
    var updateStrategy = ""
    var partition = 0
    var templateGeneration = 0
  }

  struct FormerPlan: Sendable, Hashable {
    var until: Timestamp
    var plan: Plan
  }

  var reference: ObjectReference
  var controller: ObjectReference?
  var created: Timestamp?
  var desired: Int
  /// What the owning Deployment wanted in all at the last step.
  var ownersDesired: Int?
  /// The latest stamp of the server on it.
  var stamp: Timestamp?
  var specStamp = RenewedStamp()
  var templateStamp = RenewedStamp()
  var latestStamp = RenewedStamp()
  var revision: String
  /// What it was before, with the time until which it was; oldest first.
  var formerRevisions: [FormerRevision] = []
  var plan = Plan()
  /// What was planned before, with the time until which it was; oldest first.
  var formerPlans: [FormerPlan] = []
  var generation = 0
  /// Since when the controller has to act on a spec that it has not observed yet.
  var unobservedSince: Timestamp?
  var ordinalStart = 0
  /// Job: it has ended, and so whether it gave up.
  var isFinished = false
  var hasFailed = false
  /// Job: how often a failed pod is tried again.
  var backoffLimit = 6
  var deletionRequested: Timestamp?
  var gone: Interval?
  var lastSeen: Timestamp
  /// Oldest first; the first step of a workload that was seen to appear is its birth.
  var steps: [Step] = []

  init(_ workload: Workload, at: Timestamp, inList: Bool = false) {
    reference = workload.reference
    if inList {
      specStamp = RenewedStamp(inList: workload.specStamp)
      templateStamp = RenewedStamp(inList: workload.templateStamp)
      latestStamp = RenewedStamp(inList: workload.stamp)
    }
    desired = workload.desired
    revision = workload.revision
    plan = Self.plan(of: workload)
    generation = workload.generation
    lastSeen = at
    update(workload, at: at, notBefore: at)
  }

  init(reference: ObjectReference, desired: Int, revision: String, lastSeen: Timestamp) {
    self.reference = reference
    self.desired = desired
    self.revision = revision
    self.lastSeen = lastSeen
  }

  mutating func update(_ workload: Workload, at: Timestamp, notBefore: Timestamp) {
    controller = workload.controller
    created = workload.created
    // A change of the spec, or of the annotations that its controller sets with it, has the server's stamp.
    let changed = specStamp.take(workload.specStamp, received: at)
    // A watch tells of each write: one whose spec has no stamp was written when its latest stamp is, if that is new.
    let latest = latestStamp.take(workload.stamp, received: at)
    let written = changed ?? (notBefore >= at ? latest : nil)
    let moment = written.map { Moment.exact(api: $0, received: at) } ?? at
    if workload.revision != revision {
      formerRevisions.append(FormerRevision(until: changed ?? at, revision: revision))
      if formerRevisions.count > 32 { formerRevisions.removeFirst() }
      revision = workload.revision
    }
    updatePlan(workload, changed: templateStamp.take(workload.templateStamp, received: at) ?? at)
    ordinalStart = workload.ordinalStart
    deletionRequested = deletionRequested ?? workload.deletionTimestamp
    hasFailed = workload.conditions.isTrue("Failed")
    isFinished = hasFailed || workload.conditions.isTrue("Complete")
    backoffLimit = workload.backoffLimit
    if workload.desired != desired {
      var from = min(notBefore, at)
      if let written, notBefore >= at || written < from { from = written }
      step(to: workload.desired, Interval(from: min(from, moment), to: moment), isStamped: written != nil && notBefore >= at)
      if let before = ownersDesired, let after = workload.ownersDesired { steps[steps.count - 1].owner = .init(from: before, to: after) }
    }
    ownersDesired = workload.ownersDesired
    stamp = [stamp, workload.stamp].compactMap { $0 }.max()
    gone = nil
    lastSeen = at
  }

  private static func plan(of workload: Workload) -> Plan {
    Plan(
      updateRevision: workload.updateRevision, updateStrategy: workload.updateStrategy, partition: workload.partition,
      templateGeneration: workload.templateGeneration)
  }

  /// The controller of a StatefulSet names the new revision some time after the template was changed, and may have deleted a pod by
  /// then: the plan holds from the change on.
  private mutating func updatePlan(_ workload: Workload, changed: Timestamp) {
    if workload.generation != generation {
      generation = workload.generation
      unobservedSince = unobservedSince ?? changed
    }
    let next = Self.plan(of: workload)
    if next != plan {
      let since = next.updateRevision == plan.updateRevision ? changed : unobservedSince ?? changed
      formerPlans.append(FormerPlan(until: max(since, formerPlans.last?.until ?? since), plan: plan))
      if formerPlans.count > 32 { formerPlans.removeFirst() }
      plan = next
    }
    if workload.observedGeneration >= generation { unobservedSince = nil }
  }

  /// What was planned at a moment.
  func plan(at moment: Timestamp) -> Plan { formerPlans.first { $0.until > moment }?.plan ?? plan }

  mutating func step(to count: Int, _ when: Interval, isStamped: Bool = false) {
    steps.append(Step(when: when, from: desired, to: count, isStamped: isStamped))
    // A rollout of some hundred pods, one at a time.
    if steps.count > 512 { steps.removeFirst() }
    desired = count
  }

  /// The revision at a moment; of one that was not there yet, the first.
  func revision(at moment: Timestamp) -> String {
    if let created, created - .seconds(1) > moment { return "" }
    return formerRevisions.first { $0.until > moment }?.revision ?? revision
  }

  /// The lowest desired count for which the controller may have acted at a moment. Two stamps of the server are compared as they are; a
  /// time of receipt may be late by as much as one watch runs behind another.
  func lowestDesired(at moment: Timestamp) -> Int {
    let place = steps.firstIndex { $0.when.to > moment } ?? steps.endIndex
    let before = place < steps.endIndex ? steps[place].from : desired
    return steps[place...].prefix { $0.when.from <= ($0.isStamped ? moment : moment + .seconds(2)) }.reduce(before) { min($0, $1.to) }
  }
}

extension Workload {
  /// When the template, or else the spec, was changed, as the server stamped it.
  fileprivate var templateStamp: Timestamp? { templateChanges.compactMap(\.at).max() ?? specStamp }
}

struct NodeFact: Sendable, Hashable {
  var name: String
  var notReady: [OpenInterval] = []
  var gone: Timestamp?
  /// Taints with the effect NoExecute that people put on, and not the node controller; those that were taken off, too.
  var manualTaints: [ManualTaint] = []
  /// When nothing could be scheduled on it, because it was cordoned or is emptied by an autoscaler.
  var cordoned: [OpenInterval] = []
  /// Whether the API marks evicted pods: the condition DisruptionTarget is on since 1.26 (KEP-3329).
  var marksEvictions = true
  var isReady = true
  var stamp = RenewedStamp()

  mutating func update(_ node: Node, at: Timestamp) {
    let at = stamp.take(node.stamp, received: at).map { Moment.exact(api: $0, received: at) } ?? at
    let condition = node.conditions.first { $0.type == "Ready" }
    let ready = condition?.status == "True"
    noteTaints(node.taints.filter { $0.effect == "NoExecute" && !$0.isOfKubernetes }.map(\.text), at: at)
    gone = nil
    marksEvictions = Self.isAtLeast(minor: 26, node.kubeletVersion)
    if node.isBeingEmptied != isCordoned {
      if node.isBeingEmptied {
        cordoned.append(OpenInterval(from: at, to: nil))
        if cordoned.count > 16 { cordoned.removeFirst() }
      } else if let last = cordoned.indices.last {
        cordoned[last].to = at
      }
    }
    guard ready != isReady else { return }
    isReady = ready
    let moment = Moment.exact(api: condition?.lastTransition, received: at)
    if ready {
      if let last = notReady.indices.last { notReady[last].to = moment }
    } else {
      notReady.append(OpenInterval(from: moment, to: nil))
      if notReady.count > 16 { notReady.removeFirst() }
    }
  }

  struct ManualTaint: Sendable, Hashable {
    /// `key=value:NoExecute`.
    var text: String
    var when: OpenInterval
  }

  private mutating func noteTaints(_ texts: [String], at: Timestamp) {
    for index in manualTaints.indices where manualTaints[index].when.to == nil && !texts.contains(manualTaints[index].text) {
      manualTaints[index].when.to = at
    }
    for text in texts where !manualTaints.contains(where: { $0.text == text && $0.when.to == nil }) {
      manualTaints.append(ManualTaint(text: text, when: OpenInterval(from: at, to: nil)))
      if manualTaints.count > 16 { manualTaints.removeFirst() }
    }
  }

  /// The taint by hand that was on it at a moment, or was put on shortly after it was received: one watch may be ahead of another.
  func manualTaint(at moment: Timestamp) -> String? {
    manualTaints.last { $0.when.from <= moment + .seconds(30) && ($0.when.to.map { $0 + .seconds(2) >= moment } ?? true) }?.text
  }

  private var isCordoned: Bool { cordoned.last.map { $0.to == nil } ?? false }

  /// Whether nothing could be scheduled on it at a moment; times of the API are whole seconds.
  func wasCordoned(at moment: Timestamp) -> Bool {
    cordoned.contains { $0.from - .seconds(1) <= moment && ($0.to.map { $0 + .seconds(1) >= moment } ?? true) }
  }

  /// `v1.25.9+k3s1` is not at least 26; a version that cannot be read is taken for a new one.
  private static func isAtLeast(minor least: Int, _ version: String) -> Bool {
    let parts = version.split(separator: ".", maxSplits: 2)
    guard parts.count > 1, parts[0] == "v1", let minor = Int(parts[1].prefix { $0.isNumber }) else { return true }
    return minor >= least
  }

  /// Whether the node was lost at a moment, give or take the slack.
  ///
  /// - Parameter seen: when the node told of the moment, if it did: what it told while it was ready ended by itself. The watch of pods may be
  ///   behind that of nodes.
  func wasLost(at moment: Timestamp, slack: Duration = .seconds(2), toldAt seen: Timestamp? = nil) -> Bool {
    if let gone, gone - slack <= moment { return true }
    return notReady.contains { lost in
      lost.from - slack <= moment && (lost.to.map { $0 + slack >= moment } ?? true)
        && (seen.map { lost.from + LedgerGroup.lag <= $0 } ?? true)
    }
  }
}

/// An event that says why a pod or container ended.
struct EventFact: Sendable, Hashable {
  var uid: String
  var reason: String
  var message: String
  var container: String
  /// The component that reported it.
  var source = ""
  var times: [Timestamp]

  /// Under what the events of a pod are kept.
  static func key(uid: String, namespace: String, name: String) -> String { uid.isEmpty ? "\(namespace)/\(name)" : uid }

  /// Whether it was seen within the interval; events carry whole seconds.
  func happened(from: Timestamp?, to: Timestamp) -> Bool {
    times.contains { time in (from.map { time >= $0 - .seconds(1) } ?? true) && time <= to + .seconds(1) }
  }

  /// The reasons worth keeping; readiness failures restart nothing.
  static func isTelling(_ event: ClusterEvent) -> Bool {
    switch event.reason {
    case "Killing", "Evicted", "Preempted", "Preempting", "TaintManagerEviction", "OOMKilling", "SuccessfulDelete", "NodeShutdown",
      "ExceededGracePeriod", "FailedPreStopHook", "DeletingNode":
      true
    case "Unhealthy": event.message.hasPrefix("Liveness") || event.message.hasPrefix("Startup")
    default: isOfEvictor(reason: event.reason, message: event.message, source: event.source)
    }
  }

  /// Whether a component that is no part of Kubernetes says that it evicted the pod, as deschedulers and autoscalers do.
  var isOfEvictor: Bool { Self.isOfEvictor(reason: reason, message: message, source: source) }

  private static let kubernetesOwn: Set = [
    "", "kubelet", "taint-eviction-controller", "taint-controller", "node-controller", "default-scheduler", "kube-scheduler",
  ]

  private static func isOfEvictor(reason: String, message: String, source: String) -> Bool {
    !kubernetesOwn.contains(source) && (reason + message).lowercased().contains("evict")
  }
}
