package import ClusterModel
package import TimeFormat

/// How a pod that served a request ended, or the container in it that wrote its records.
///
/// Times are the API's, which has whole seconds; the ledger holds the moment in which its watch told it within that second. So an end is
/// known to the second, and is never told earlier than it came.
package struct PodEnding: Sendable, Hashable {
  /// The end as a moment of the pod, with the ledger's words for it where the ledger has an entry.
  package var event: PodLifecycleEvent
  /// The ledger's entry: cause, successor, evidence. `nil` while there is none.
  package var entry: Reschedule?
  /// The moments of the pod that tell of the same end.
  var told: [PodLifecycleEvent]

  init(_ event: PodLifecycleEvent) { (self.event, told) = (event, [event]) }

  /// - Parameter events: moments of the same pod that may tell of the same end.
  init(_ entry: Reschedule, of pod: Reschedule.PodReference, among events: [PodLifecycleEvent]) {
    let isRestart = entry.change == .restarted
    self.entry = entry
    told = events.filter { event in
      isRestart == (event.kind == "containerEnded") && PodEnding.isSameSecond(event.at, entry.at)
        || !isRestart && entry.cause.isOfProcess && event.kind == "containerEnded" && PodEnding.isSameSecond(event.at, entry.at)
    }
    event = PodLifecycleEvent(
      kind: told.first?.kind ?? (isRestart || entry.cause.isOfProcess ? "containerEnded" : "terminating"), at: entry.at,
      cluster: entry.cluster, namespace: entry.namespace, pod: pod.name, podUID: pod.uid, node: pod.node, detail: entry.endWords)
  }

  private static func isSameSecond(_ one: Timestamp, _ other: Timestamp) -> Bool {
    (one > other ? one - other : other - one) < .seconds(1)
  }

  /// `hm2kn`; the whole name where the tail is only a number, as a StatefulSet's pods have it.
  private var shortName: String {
    let tail = LogFields.shortPod(event.pod)
    return tail.allSatisfy(\.isNumber) ? event.pod : tail
  }

  /// `hm2kn deleted 19:21:03, 7 s later`.
  /// - Parameter end: the last record of the pod, from which the time is counted.
  func text(after end: Timestamp, face: TimeDisplay) -> String {
    let moment = event.at - end < .seconds(43_200) ? face.time(event.at) : face.full(event.at)
    return "\(shortName) \(event.detail) \(moment), \(delay(after: end)) later"
  }

  /// `7 s`; what lies within a second is not told closer, because the API does not.
  package func delay(after end: Timestamp) -> String { event.at - end < .seconds(1) ? "under 1 s" : (event.at - end).brief }

  /// `replaced by x2x9k on node-1`; `nil` while there is none.
  package var successor: String? {
    guard let new = entry?.new else { return nil }
    let name = new.name == event.pod ? "a pod of the same name" : LogFields.shortPod(new.name)
    return "replaced by \(name)" + (new.node.isEmpty ? "" : " on \(new.node)")
  }
}

/// The ends of pods, to be asked which of them are those of a pod that served a request.
struct PodEndings {
  let lifecycle: [PodLifecycleEvent]
  let reschedules: [Reschedule]

  /// All ends of the pod, and of the containers that served, in time order. What is called alike is not the same: pods are told apart by
  /// cluster and UID. Where a side does not know the UID, as in logs that were only read from files, cluster, namespace and name decide.
  func of(_ lane: RequestView.Lane) -> [PodEnding] {
    let events = lifecycle.filter { event in
      event.isEnding && lane.isOf(event)
        && lane.concerns(event.endedContainer)
    }
    var endings: [PodEnding] = []
    var told: Set<PodLifecycleEvent> = []
    for entry in reschedules {
      guard let old = entry.old, lane.isOld(of: entry), entry.change != .restarted || lane.concerns(entry.container) else { continue }
      let ending = PodEnding(entry, of: old, among: events)
      told.formUnion(ending.told)
      endings.append(ending)
    }
    endings += events.filter { !told.contains($0) }.map(PodEnding.init)
    return endings.sorted { $0.event.at < $1.event.at }
  }
}

extension RequestView.Lane {
  private func isOf(cluster: String, namespace: String, pod: String, uid: String) -> Bool {
    guard self.cluster == cluster else { return false }
    return podUID.isEmpty || uid.isEmpty ? self.namespace == namespace && self.pod == pod : podUID == uid
  }

  fileprivate func isOf(_ event: PodLifecycleEvent) -> Bool {
    isOf(cluster: event.cluster, namespace: event.namespace, pod: event.pod, uid: event.podUID)
  }

  /// Whether its pod is the one that an entry says ended.
  func isOld(of entry: Reschedule) -> Bool {
    entry.old.map { isOf(cluster: entry.cluster, namespace: entry.namespace, pod: $0.name, uid: $0.uid) } ?? false
  }

  /// Whether the end of a container is one of those that served; `nil` is the pod's own.
  fileprivate func concerns(_ container: String?) -> Bool {
    container.map { containers.isEmpty || containers.contains($0) } ?? true
  }
}

extension PodLifecycleEvent {
  /// The container that ended, as the ledger names it: `container api exited 1`.
  fileprivate var endedContainer: String? {
    guard kind == "containerEnded", detail.hasPrefix("container ") else { return nil }
    return detail.dropFirst("container ".count).split(separator: " ").first.map(String.init)
  }
}

extension Reschedule.Cause {
  /// The process ended by itself or was killed, and was not asked to go with its pod.
  fileprivate var isOfProcess: Bool {
    switch self {
    case .oomKilled, .probe, .crash, .completed: true
    case .rollout, .scale, .deleted, .drain, .eviction, .preemption, .nodeLost, .unknown: false
    }
  }
}

extension Reschedule {
  /// How the old pod, or its container, ended: `deleted`, `OOM killed (137), restarted`.
  fileprivate var endWords: String {
    let code = exitCode.map { " (\($0))" } ?? ""
    let words =
      switch cause {
      case .rollout: "replaced by a rollout"
      case .scale: "scaled down"
      case .deleted: "deleted"
      case .drain: "drained"
      case .eviction: "evicted"
      case .preemption: "preempted"
      case .nodeLost: "lost with its node"
      case .oomKilled: "OOM killed\(code)"
      case .probe: "failed its probe"
      case .crash: exitCode.map { "exited \($0)" } ?? "crashed"
      case .completed: change == .restarted ? exitCode.map { "exited \($0)" } ?? "exited" : "completed"
      case .unknown: change == .restarted ? "" : "ended"
      }
    guard change == .restarted else { return words }
    return words.isEmpty ? "restarted" : "\(words), restarted"
  }
}
