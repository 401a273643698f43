import Kubernetes
import TimeFormat

/// What the ledger keeps of a pod, from its first sight until its entries are settled.
struct PodFact: Sendable, Hashable {
  struct Run: Sendable, Hashable {
    var container: String
    /// The restart count while the run lasted.
    var count: Int
    var end: Container.Termination?
    var seen: Timestamp
    /// Of an init container that runs beside the others (KEP-753).
    var isSidecar = false
  }

  struct ContainerFact: Sendable, Hashable {
    var count: Int
    var image: String
    /// The end of the current run, where it was seen before the restart.
    var lastEnd: Container.Termination?
    var lastEndSeen: Timestamp?
    var startedRun: Int?
    var endedRun: Int?
  }

  struct Disruption: Sendable, Hashable {
    var reason: String
    var message: String
    var at: Timestamp
    /// Who wrote the condition, as far as `managedFields` tells.
    var manager = ""
  }

  struct FrozenCause: Sendable, Hashable {
    var cause: Reschedule.Cause
    var confidence: Double
    var evidence: [String]
    var isCleanUp: Bool
  }

  var uid: String
  var namespace: String
  var name: String
  var node = ""
  var controller: ObjectReference?
  /// `pod-template-hash` or `controller-revision-hash`.
  var hash = ""
  var templateGeneration = 0
  var completionIndex = ""
  var restartPolicy = "Always"
  var created: Timestamp
  /// Was there before the ledger began to watch.
  var isBaseline: Bool
  /// Of one that was: since when its readiness is known. The API keeps the last change of it only; before that it may have been ready or not.
  var readinessSince: Timestamp?
  /// Its place among the first sights of pods, and of its end among the ends: one watch tells in the server's order.
  var order = 0
  var endOrder = 0
  /// First seen, or first seen to end, in a list, which has no order.
  var cameInList = false
  var endedInList = false
  /// Had already ended when the ledger began: its story is not ours to tell.
  var isSilent = false
  var readyIntervals: [OpenInterval] = []
  var containers: [String: ContainerFact] = [:]
  var runs: [Run] = []
  var disruption: Disruption?
  var statusReason = ""
  var statusMessage = ""
  var phase = ""
  var deletionRequested: Timestamp?
  var terminalAt: Timestamp?
  var goneAt: Timestamp?
  /// It was absent from a list: nobody saw it go.
  var vanishedAfter: Timestamp?
  var exit: Run?
  /// Lifecycle events already told.
  var told: Set<String> = []
  /// Decided, and not to be thought over again.
  var frozen: FrozenCause?
  var successor: String?
  var predecessor: String?
  var hasNoSuccessor = false
  /// Whether it was added by a scaling, or not, is final.
  var isOldAddition = false

  var endedAt: Timestamp? { [deletionRequested, terminalAt, goneAt].compactMap { $0 }.min() }
  var everReady: Bool { !readyIntervals.isEmpty }
  var isReadyNow: Bool { readyIntervals.last.map { $0.to == nil } ?? false }
  var reference: Reschedule.PodReference { .init(name: name, uid: uid, node: node) }

  /// When it served: ready and not asked to go.
  var servingIntervals: [OpenInterval] {
    let end = endedAt
    return readyIntervals.compactMap { interval in
      let to = [interval.to, end].compactMap { $0 }.min()
      if let to, to <= interval.from { return nil }
      return OpenInterval(from: interval.from, to: to)
    }
  }

  init(_ pod: Pod, at: Timestamp, isBaseline: Bool) {
    uid = pod.uid
    namespace = pod.namespace
    name = pod.name
    created = Moment.exact(api: pod.created, received: at)
    self.isBaseline = isBaseline
    if isBaseline { readinessSince = pod.conditions.first { $0.type == "Ready" }?.lastTransition ?? at }
  }

  init(uid: String, namespace: String, name: String, created: Timestamp, isBaseline: Bool) {
    self.uid = uid
    self.namespace = namespace
    self.name = name
    self.created = created
    self.isBaseline = isBaseline
  }

  /// Takes in a newer state of the pod; tells the lifecycle events that follow from it.
  ///
  /// - Parameter unseenSince: nobody watched the pod since then.
  mutating func update(_ pod: Pod, at: Timestamp, cluster: String, unseenSince: Timestamp? = nil) -> [PodLifecycleEvent] {
    var story = Story(cluster: cluster)
    node = pod.node.isEmpty ? node : pod.node
    controller = pod.controller ?? controller
    hash = pod.labels["pod-template-hash"] ?? pod.labels["controller-revision-hash"] ?? hash
    templateGeneration = pod.labels["pod-template-generation"].flatMap { Int($0) } ?? templateGeneration
    completionIndex = pod.labels["batch.kubernetes.io/job-completion-index"] ?? completionIndex
    restartPolicy = pod.restartPolicy
    phase = pod.phase
    if !pod.reason.isEmpty {
      statusReason = pod.reason
      statusMessage = pod.message
    }
    tell(&story, "created", created, "created")
    if !node.isEmpty {
      let condition = pod.conditions.first { $0.type == "PodScheduled" && $0.status == "True" }
      tell(&story, "scheduled", Moment.exact(api: condition?.lastTransition, received: at), "scheduled on \(node)")
    }
    if let target = pod.conditions.first(where: { $0.type == "DisruptionTarget" && $0.status == "True" }) {
      if disruption?.reason != target.reason {
        disruption = Disruption(
          reason: target.reason, message: target.message, at: Moment.exact(api: target.lastTransition, received: at),
          manager: pod.disruptedBy)
      }
    } else if deletionRequested == nil, terminalAt == nil {
      disruption = nil  // withdrawn: the eviction did not come to pass
    }
    if let deletion = pod.deletionTimestamp, deletionRequested == nil {
      // deletionTimestamp lies the grace period ahead of the request (API conventions, "Graceful deletion").
      deletionRequested = Moment.exact(api: deletion - .seconds(pod.deletionGraceSeconds ?? 0), received: at)
      tell(&story, "terminating", deletionRequested ?? at, "Terminating, grace period \(pod.deletionGraceSeconds ?? 0) s")
    }
    for container in pod.containers { update(container, at: at, &story) }
    for container in pod.initContainers { update(container, isInit: true, at: at, &story) }
    updateReadiness(pod, at: at, unseenSince, &story)
    if pod.phase == "Failed" || pod.phase == "Succeeded", terminalAt == nil {
      let finished = pod.containers.compactMap { container -> Timestamp? in
        if case .terminated(let end) = container.state { end.finished } else { nil }
      }.max()
      let ready = pod.conditions.first { $0.type == "Ready" }?.lastTransition
      let ended = Moment.exact(api: finished ?? ready, received: at)
      // A container that waited for its restart had ended long before its pod.
      terminalAt = max(ended, deletionRequested ?? ended)
    }
    return story.events
  }

  /// The lifecycle events of one update.
  private struct Story {
    var cluster: String
    var events: [PodLifecycleEvent] = []
  }

  private mutating func tell(_ story: inout Story, _ kind: String, _ moment: Timestamp, _ detail: String, once key: String? = nil) {
    guard told.insert(key ?? kind).inserted else { return }
    story.events.append(
      PodLifecycleEvent(
        kind: kind, at: moment, cluster: story.cluster, namespace: namespace, pod: name, podUID: uid, node: node, detail: detail))
  }

  private mutating func updateReadiness(_ pod: Pod, at: Timestamp, _ unseenSince: Timestamp?, _ story: inout Story) {
    let condition = pod.conditions.first { $0.type == "Ready" }
    let isReady = condition?.status == "True"
    if isReady, isReadyNow, let again = condition?.lastTransition, let last = readyIntervals.indices.last,
      again > readyIntervals[last].from + .seconds(1)
    {
      // It was not ready for a while that nobody watched: since its container ended, as far as is known.
      let ended = pod.containers.compactMap { $0.lastTermination?.finished }.filter { $0 <= again && $0 >= readyIntervals[last].from }.max()
      readyIntervals[last].to = ended ?? again
      beginReadiness(at: again)
      tell(&story, "ready", again, "ready", once: "ready@\(again.nanoseconds)")
      return
    }
    if !isReady, !isReadyNow, let unseenSince, let ended = condition?.lastTransition, ended > unseenSince {
      // It was ready for a while that nobody watched: since its container started, at most.
      let started = pod.containers.compactMap { $0.lastTermination?.started }.filter { $0 < ended }.max()
      let from = max(started ?? unseenSince, unseenSince, created)
      // Of one that never ran before, it is the transition with which it began.
      if from < ended, started != nil || !readyIntervals.isEmpty { readyIntervals.append(OpenInterval(from: from, to: ended)) }
    }
    guard isReady != isReadyNow else { return }
    let moment = transition(of: pod, condition, isReady, at)
    if isReady {
      beginReadiness(at: max(moment, readyIntervals.last?.to ?? moment))
      tell(&story, "ready", moment, "ready", once: "ready@\(moment.nanoseconds)")
    } else if let last = readyIntervals.indices.last {
      readyIntervals[last].to = max(moment, readyIntervals[last].from)
      tell(
        &story, "notReady", moment, condition.map { $0.reason.isEmpty ? "not ready" : "not ready: \($0.reason)" } ?? "not ready",
        once: "notReady@\(moment.nanoseconds)")
    }
  }

  /// When readiness changed. A kubelet that comes back writes again what it last knew, with a transition from before the one that the node
  /// controller made: then only the receipt says when. Of a first list the receipt says nothing.
  ///
  /// Nobody was sent to the pod before the server knew that it is ready, however early its kubelet did.
  private func transition(of pod: Pod, _ condition: Condition?, _ isReady: Bool, _ at: Timestamp) -> Timestamp {
    guard isReady, let api = condition?.lastTransition else { return Moment.exact(api: condition?.lastTransition, received: at) }
    if let ended = readyIntervals.last?.to, api + .seconds(1) <= ended { return at }
    if isBaseline, readyIntervals.isEmpty { return min(api, at) }
    return Moment.exact(api: max(api, pod.stored ?? api), received: at)
  }

  private mutating func beginReadiness(at moment: Timestamp) {
    readyIntervals.append(OpenInterval(from: moment, to: nil))
    // Older ones are forgotten once what follows from them is final; the first says when it took its place.
    if readyIntervals.count > 512 { readyIntervals.remove(at: 1) }
  }

  mutating func endReadiness(at moment: Timestamp) {
    if let last = readyIntervals.indices.last, readyIntervals[last].to == nil { readyIntervals[last].to = moment }
  }

  /// Forgets what was before a moment, but not when it was ready first.
  mutating func forgetReadiness(before moment: Timestamp) {
    guard readyIntervals.count > 2 else { return }
    let first = readyIntervals[0]
    readyIntervals = [first] + readyIntervals.dropFirst().filter { $0.to.map { $0 >= moment } ?? true }
  }

  /// A list did not have it, and it is there all the same.
  mutating func isBack() {
    if let last = readyIntervals.indices.last, readyIntervals[last].to == goneAt { readyIntervals[last].to = nil }
    (goneAt, vanishedAfter, frozen, successor) = (nil, nil, nil, nil)
    (hasNoSuccessor, endedInList, endOrder) = (false, false, 0)
    told.remove("gone")
  }

  private mutating func update(_ container: Container, isInit: Bool = false, at: Timestamp, _ story: inout Story) {
    var fact = containers[container.name] ?? ContainerFact(count: isBaseline ? container.restartCount : 0, image: container.image)
    // A run that started after the pod was asked to go, or of which nothing is left but "unknown", is the end of the pod and no restart.
    let startedAnew: Timestamp? =
      switch container.state {
      case .running(let since): since
      case .terminated(let end): end.started
      case .waiting: nil
      }
    let isEnding =
      isTerminal || (deletionRequested.map { ended in startedAnew.map { $0 > ended } ?? true } ?? false)
    if container.restartCount > fact.count {
      if !isEnding {
        // While it waits to be started again, the count is still that of the run that ended last (the kubelet's container status).
        let isWaiting = if case .waiting = container.state { true } else { false }
        let before = isWaiting ? nil : container.lastTermination
        let lowest = max(fact.count, container.restartCount - 20)
        for count in lowest..<container.restartCount {
          let isLast = count == container.restartCount - 1
          let end = isLast ? before ?? fact.lastEnd : (count == fact.count ? fact.lastEnd : nil)
          let seen = count == fact.count ? fact.lastEndSeen ?? at : at
          runs.append(Run(container: container.name, count: count, end: end, seen: seen, isSidecar: container.isSidecar))
          tellEnd(container.name, count, end, at, &story)
        }
      }
      // It runs again: how it ended before says nothing of the pod's end.
      if exit?.container == container.name { exit = nil }
      fact.count = container.restartCount
      fact.lastEnd = nil
      fact.lastEndSeen = nil
      fact.startedRun = nil
    }
    switch container.state {
    case .running(let since):
      if fact.startedRun != fact.count {
        fact.startedRun = fact.count
        let moment = Moment.exact(api: since, received: at)
        tell(
          &story, "started", moment, "container \(container.name) started\(fact.count > 0 ? ", restart \(fact.count)" : "")",
          once: "started/\(container.name)/\(fact.count)")
      }
    case .terminated(let end):
      fact.lastEnd = end
      fact.lastEndSeen = fact.lastEndSeen ?? at
      noteExit(
        Run(container: container.name, count: fact.count, end: end, seen: at, isSidecar: container.isSidecar), of: end, isInit: isInit)
      tellEnd(container.name, fact.count, end, at, &story)
    case .waiting:
      if fact.lastEnd == nil { fact.lastEnd = container.lastTermination }
    }
    containers[container.name] = fact
  }

  /// The exit that tells of the pod's end: the first that failed; an init container's only where it failed, a sidecar's only where there
  /// is no other: the kubelet stops it after the pod's own containers.
  private mutating func noteExit(_ run: Run, of end: Container.Termination, isInit: Bool) {
    if isInit, end.exitCode == 0 { return }
    if run.isSidecar, let exit, !exit.isSidecar { return }
    if exit?.isSidecar == true, !run.isSidecar { exit = nil }
    let heldCode = exit?.end?.exitCode ?? 0
    if exit == nil || exit?.container == run.container || heldCode == 0 { exit = run }
  }

  private var isTerminal: Bool { phase == "Failed" || phase == "Succeeded" }

  private mutating func tellEnd(
    _ container: String, _ count: Int, _ end: Container.Termination?, _ at: Timestamp, _ story: inout Story
  ) {
    guard let end else { return }
    tell(
      &story, "containerEnded", Moment.exact(api: end.finished, received: at), Self.words(container, end),
      once: "ended/\(container)/\(count)")
  }

  static func words(_ container: String, _ end: Container.Termination) -> String {
    switch end.reason {
    case "OOMKilled": "container \(container) OOM killed (\(end.exitCode))"
    case "Completed": "container \(container) completed (0)"
    case CauseInference.nodeShutdown: "container \(container) ended with its node (\(end.exitCode))"
    default: "container \(container) exited \(end.exitCode)"
    }
  }
}
