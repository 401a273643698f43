import TimeFormat

/// Which new pod took an old one's place, as its kind of workload says (``WorkloadKind/successor``): the same ordinal, the same node, else
/// the earliest new pod of the same controller that nobody has.
extension LedgerGroup {
  mutating func matchSuccessors() {
    var taken = Set(pods.compactMap { pod in pod.predecessor == nil ? nil : pod.uid })
    for pod in pods { if let successor = pod.successor { taken.insert(successor) } }
    let open = pods.indices.filter {
      pods[$0].endedAt != nil && !pods[$0].isSilent && pods[$0].successor == nil && !pods[$0].hasNoSuccessor
        && wantsSuccessor(pods[$0])
    }
    // Those that served come first: a pod of a rollout that never became ready took nobody's place, so nobody need take its own.
    let ordered = open.sorted { one, other in
      let first = rank(pods[one])
      let second = rank(pods[other])
      if first != second { return first < second }
      return (pods[one].endOrder, pods[one].uid) < (pods[other].endOrder, pods[other].uid)
    }
    provisional = [:]
    for index in ordered {
      guard let candidate = candidate(for: pods[index], taken: taken) else {
        if isSettledWithout(pods[index]) { pods[index].hasNoSuccessor = true }
        continue
      }
      taken.insert(pods[candidate].uid)
      provisional[pods[index].uid] = pods[candidate].uid
      if let ready = pods[candidate].readyIntervals.first?.from, now - max(ready, pods[index].endedAt ?? ready) > .seconds(10) {
        pods[index].successor = pods[candidate].uid
        pods[candidate].predecessor = pods[index].uid
      }
    }
  }

  private func rank(_ pod: PodFact) -> Int {
    if causes[pod.uid]?.cause != .rollout { return 0 }
    return pod.everReady ? 1 : 2
  }

  private func wantsSuccessor(_ pod: PodFact) -> Bool {
    guard let finding = causes[pod.uid], pod.controller != nil, !finding.isCleanUp, transients[pod.uid] == nil else { return false }
    return finding.cause != .scale && finding.cause != .completed
  }

  private func candidate(for old: PodFact, taken: Set<String>) -> Int? {
    let kind = old.controller?.workloadKind ?? .barePod
    return kind.successor(SuccessorSearch(group: self, old: old, taken: taken))
  }

  /// In a rollout the successor belongs to a ReplicaSet that was growing when the old pod went, so a surge pod may be older than the end
  /// of the pod it replaces, but not older than the change that made it.
  func isNewer(_ new: PodFact, _ old: PodFact) -> Bool {
    guard let end = old.endedAt, let set = replicaSets[new.controller?.uid ?? ""] else { return true }
    if new.created >= end - .seconds(1) { return true }
    let growth = set.steps.last { $0.to > $0.from && $0.when.from <= end + .seconds(1) }?.when.from ?? set.created
    guard let growth else { return true }
    let outset = set.steps.first { $0.when.from <= growth && $0.to > $0.from && growth - $0.when.from < .seconds(600) }?.when.from ?? growth
    return new.created + .seconds(1) >= min(outset, growth, set.created ?? growth)
  }

  /// Nobody will come: enough pods are alive already.
  private func isSettledWithout(_ pod: PodFact) -> Bool {
    guard let end = pod.endedAt, now - end > .seconds(10) else { return false }
    guard let workload else { return false }
    return workload.reference.workloadKind.isSettledWithout(self, workload, pod)
  }
}

/// A search for the pod that took an ended pod's place, among the pods of its group.
struct SuccessorSearch {
  let group: LedgerGroup
  let old: PodFact
  /// Pods that took another's place.
  let taken: Set<String>

  func first(where fits: (PodFact) -> Bool) -> Int? { group.pods.firstIndex(where: fits) }

  /// Whether a pod is new, lives longer than the old one, and took nobody's place.
  func isFree(_ pod: PodFact) -> Bool {
    pod.uid != old.uid && !pod.isBaseline && !taken.contains(pod.uid) && (pod.order > old.order || pod.cameInList)
      && (pod.endedAt == nil || pod.endedInList || old.endedInList || pod.endOrder > old.endOrder)
  }

  /// Whether a pod came after the old one's end: by their order in the watch, or, where one was seen in a list only, by their times.
  func came(_ new: PodFact) -> Bool {
    guard new.cameInList || old.endedInList else { return new.order > old.endOrder }
    guard let end = old.endedAt else { return false }
    return new.created + .seconds(1) >= (old.vanishedAfter ?? end)
  }

  /// The earliest free pod: in a rollout of another controller, else of the same one if there is one.
  func earliest() -> Int? {
    if group.causes[old.uid]?.cause == .rollout {
      return first { isFree($0) && $0.controller?.uid != old.controller?.uid && group.isNewer($0, old) }
    }
    return first { isFree($0) && came($0) && $0.controller?.uid == old.controller?.uid } ?? first { isFree($0) && came($0) }
  }
}
