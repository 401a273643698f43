import Kubernetes
package import TimeFormat

/// Infers the reschedule ledger of one cluster from the deltas of its watches.
///
/// A pure state machine: time comes with the deltas. Kinds may come in any order against each other; an entry is told again under its
/// key when more became known. A list after a lost connection is compared with what is known; what nobody can know is a declared gap.
package struct LedgerEngine: Sendable {
  package let cluster: String
  /// By the server's clock, as all times here.
  var now: Timestamp
  var clock = ServerClock()
  /// How far the watch of each kind has come, by the kind's name.
  var progress: [String: WatchProgress] = [:]
  var pods = TrackedFacts<PodFact>()
  var workloads = TrackedFacts<WorkloadFact>()
  var nodes = TrackedFacts<NodeFact>()
  var namespaceEnds: [String: Timestamp] = [:]
  var events = TrackedFacts<[EventFact]>()
  var controllerDeletes = TrackedFacts<[Timestamp]>()
  /// Kinds of which the first list has been seen.
  var listed: Set<ClusterResource> = []
  /// When the last delta of a kind came.
  var heard: [ClusterResource: Timestamp] = [:]
  /// Restored from a saved state: the first list shows what happened meanwhile.
  var resumed: Set<ClusterResource> = []

  /// Counts sights of pods.
  var sights = 0

  var podsByController: [String: Set<String>] = [:]
  var setsByOwner: [String: Set<String>] = [:]
  /// The entries that were told of what is still in memory, by key; of pods' ends and additions, the keys by the pod's UID.
  var emitted = TrackedFacts<Reschedule>()
  var told: [String: Set<String>] = [:]
  var open: Set<String> = []
  private var lastPrune = Timestamp(nanoseconds: 0)

  /// By the UID of the workload on top.
  var availability = TrackedFacts<Availability>()
  /// Times in which nobody watched the pods and something changed, which are not final yet; and what is.
  var blind: [Interval] = []
  var settledUntil = Timestamp(nanoseconds: 0)
  /// When the pods were listed first.
  var began = Timestamp(nanoseconds: 0)

  /// Facts of a pod that has gone are kept this long, for evidence that comes late.
  static let retention = Duration.seconds(900)
  /// Changes of a count are kept this long: what they explain has gone, and is settled, long before.
  static let stepRetention = Duration.seconds(3600)
  static let away = "the recorder was not running"

  package init(cluster: String) {
    self.cluster = cluster
    now = Timestamp(nanoseconds: 0)
  }

  /// Takes in a delta; answers what is new.
  package mutating func apply(_ delta: ClusterDelta) -> LedgerOutput {
    var output = LedgerOutput()
    let offset = clock.offset
    note(delta)
    if clock.offset < offset {
      // Times of receipt that were told by a clock that is ahead.
      now = now + (clock.offset - offset)
      lastPrune = min(lastPrune, now)
      heard = heard.mapValues { $0 + (clock.offset - offset) }
      began = began + (clock.offset - offset)
      blind = blind.map { Interval(from: $0.from, to: $0.to + (clock.offset - offset)) }
    }
    var delta = delta
    delta.at = clock.time(delta.at)
    now = max(now, delta.at)
    var dirty: Set<String> = []
    switch delta.change {
    case .added(let object), .modified(let object): put(object, delta, &dirty, &output)
    case .deleted(let object): remove(object, at: delta.at, seenAfter: nil, &dirty, &output)
    case .relist(let objects): relist(delta.resource, objects, at: delta.at, &dirty, &output)
    }
    heard[delta.resource] = delta.at
    evaluate(dirty, &output)
    if now - lastPrune > .seconds(5) { settle(&output) }
    return output
  }

  /// Lets time pass where no delta comes, so that what waits is settled.
  /// - Parameter watched: until when the watch of a kind is known to have been live: its silence says that nothing happened.
  package mutating func tick(_ moment: Timestamp, watched: [ClusterResource: Timestamp] = [:]) -> LedgerOutput {
    var output = LedgerOutput()
    now = max(now, clock.time(moment))
    for (resource, until) in watched { heard[resource] = heard[resource].map { max($0, clock.time(until)) } }
    settle(&output)
    return output
  }

  /// Measures the server's clock before times are told by it.
  private mutating func note(_ delta: ClusterDelta) {
    switch delta.change {
    case .added(let object), .modified(let object), .deleted(let object):
      if let stamp = object.stamp {
        clock.note(stamp, received: delta.at, isList: false)
        advance(delta.resource, to: stamp, lateness: clock.time(delta.at) - stamp)
      }
    case .relist(let objects):
      if let stamp = objects.lazy.compactMap(\.stamp).max() {
        clock.note(stamp, received: delta.at, isList: true)
        advance(delta.resource, to: stamp, lateness: nil)
      }
    }
  }

  private mutating func advance(_ resource: ClusterResource, to stamp: Timestamp, lateness: Duration?) {
    let known = progress[resource.kind] ?? WatchProgress(stamp: stamp - .seconds(1), lateness: .zero)
    guard stamp > known.stamp else { return }
    progress[resource.kind] = WatchProgress(stamp: stamp, lateness: lateness.map { max($0, .zero) } ?? known.lateness)
  }

  private mutating func settle(_ output: inout LedgerOutput) {
    lastPrune = now
    evaluate(open, &output)
    prune(&output)
  }

  // MARK: Objects

  private mutating func put(_ object: ClusterObject, _ delta: ClusterDelta, _ dirty: inout Set<String>, _ output: inout LedgerOutput) {
    switch object {
    case .pod(let pod): put(pod, at: delta.at, isBaseline: false, &dirty, &output)
    case .workload(let workload): put(workload, at: delta.at, notBefore: delta.at, &dirty)
    case .node(let node): put(node, at: delta.at, &dirty)
    case .event(let event): put(event, &dirty)
    case .namespace(let namespace): put(namespace, &dirty)
    case .service, .endpointSlice, .controllerRevision: break
    }
  }

  /// - Parameter unseenSince: the pod is of a list; nobody watched it since then.
  mutating func put(
    _ pod: Pod, at: Timestamp, isBaseline: Bool, inList: Bool = false, unseenSince: Timestamp? = nil, _ dirty: inout Set<String>,
    _ output: inout LedgerOutput
  ) {
    let isNew = pods[pod.uid] == nil
    var fact = pods[pod.uid] ?? PodFact(pod, at: at, isBaseline: isBaseline)
    // It was absent from a list that was not whole.
    if fact.vanishedAfter != nil { fact.isBack() }
    output.lifecycle += fact.update(pod, at: at, cluster: cluster, unseenSince: unseenSince)
    sights += 1
    if isNew {
      fact.order = sights
      fact.cameInList = inList
      fact.isSilent = isBaseline && fact.endedAt != nil
    }
    if fact.endedAt != nil, fact.endOrder == 0 {
      fact.endOrder = sights
      fact.endedInList = inList
    }
    pods[pod.uid] = fact
    if let controller = fact.controller { podsByController[controller.uid, default: []].insert(pod.uid) }
    dirty.insert(top(of: fact))
  }

  mutating func put(_ workload: Workload, at: Timestamp, notBefore: Timestamp, inList: Bool = false, _ dirty: inout Set<String>) {
    let uid = workload.reference.uid
    if workloads[uid] != nil {
      workloads[uid]?.update(workload, at: at, notBefore: notBefore)
    } else {
      workloads[uid] = WorkloadFact(workload, at: at, inList: inList)
    }
    let owner = Self.owner(of: workloads[uid])
    if let owner { setsByOwner[owner, default: []].insert(uid) }
    dirty.insert(owner ?? uid)
    dirty.insert(uid)
  }

  mutating func put(_ node: Node, at: Timestamp, _ dirty: inout Set<String>) {
    let before = nodes[node.name]
    nodes[node.name, default: NodeFact(name: node.name)].update(node, at: at)
    if nodes[node.name] != before { dirty.formUnion(open) }
  }

  mutating func put(_ namespace: Namespace, _ dirty: inout Set<String>) {
    if let end = namespace.deletionTimestamp {
      if namespaceEnds[namespace.name] == nil { dirty.formUnion(open) }
      namespaceEnds[namespace.name] = end
    } else {
      namespaceEnds[namespace.name] = nil
    }
  }

  mutating func put(_ event: ClusterEvent, _ dirty: inout Set<String>) {
    guard EventFact.isTelling(event), let time = event.last else { return }
    if event.reason == "SuccessfulDelete" {
      guard let name = Self.deletedPod(event.message) else { return }
      let key = "\(event.object.namespace)/\(name)"
      if controllerDeletes[key, default: []].contains(time) { return }
      controllerDeletes[key, default: []].append(time)
      dirty.formUnion(open)
      return
    }
    guard event.object.isOf(.pods) else { return }
    let key = EventFact.key(uid: event.object.uid, namespace: event.object.namespace, name: event.object.name)
    var list = events[key] ?? []
    if let index = list.firstIndex(where: { $0.uid == event.uid }) {
      if list[index].times.contains(time) { return }
      list[index].times.append(time)
      if list[index].times.count > 32 { list[index].times.removeFirst() }
    } else {
      list.append(
        EventFact(
          uid: event.uid, reason: event.reason, message: event.message, container: event.container, source: event.source, times: [time]))
      if list.count > 24 { list.removeFirst() }
    }
    events[key] = list
    if let pod = pods[key] { dirty.insert(top(of: pod)) } else { dirty.formUnion(open) }
  }

  /// `Deleted pod: api-1` (ReplicaSet, DaemonSet, Job); `delete Pod web-0 in StatefulSet web successful`.
  private static func deletedPod(_ message: String) -> String? {
    if message.hasPrefix("Deleted pod: ") { return String(message.dropFirst("Deleted pod: ".count)) }
    guard message.hasPrefix("delete Pod ") else { return nil }
    return message.dropFirst("delete Pod ".count).split(separator: " ").first.map(String.init)
  }

  private mutating func remove(
    _ object: ClusterObject, at: Timestamp, seenAfter: Timestamp?, _ dirty: inout Set<String>, _ output: inout LedgerOutput
  ) {
    switch object {
    case .pod(let pod):
      guard pods[pod.uid] != nil || seenAfter == nil else { return }
      put(pod, at: at, isBaseline: false, &dirty, &output)
      podGone(pod.uid, at: at, after: nil, &dirty, &output)
    case .workload(let workload):
      put(workload, at: at, notBefore: at, &dirty)
      workloadGone(workload.reference.uid, Interval(from: at, to: at), &dirty)
    case .node(let node):
      nodes[node.name]?.gone = at
      dirty.formUnion(open)
    case .namespace(let namespace):
      namespaceEnds[namespace.name] = namespaceEnds[namespace.name] ?? namespace.deletionTimestamp ?? at
      dirty.formUnion(open)
    case .event, .service, .endpointSlice, .controllerRevision: break
    }
  }

  mutating func podGone(
    _ uid: String, at: Timestamp, after: Timestamp?, _ dirty: inout Set<String>, _ output: inout LedgerOutput
  ) {
    guard var fact = pods[uid], fact.goneAt == nil else { return }
    fact.goneAt = at
    if fact.endOrder == 0 {
      sights += 1
      fact.endOrder = sights
      fact.endedInList = after != nil
    }
    if after != nil, fact.deletionRequested == nil, fact.terminalAt == nil { fact.vanishedAfter = after }
    fact.endReadiness(at: at)
    pods[uid] = fact
    output.lifecycle.append(
      PodLifecycleEvent(
        kind: "gone", at: at, cluster: cluster, namespace: fact.namespace, pod: fact.name, podUID: uid, node: fact.node,
        detail: after == nil ? "removed" : "no longer there"))
    dirty.insert(top(of: fact))
  }

  mutating func workloadGone(_ uid: String, _ when: Interval, _ dirty: inout Set<String>) {
    guard var fact = workloads[uid], fact.gone == nil else { return }
    // A ReplicaSet that is cleaned up while its Deployment lives has gone down to nothing.
    if fact.controller != nil, fact.desired > 0 { fact.step(to: 0, when) }
    fact.gone = when
    workloads[uid] = fact
    dirty.insert(Self.owner(of: fact) ?? uid)
    dirty.insert(uid)
  }

  // MARK: Groups

  func top(of pod: PodFact) -> String {
    guard let controller = pod.controller else { return pod.uid }
    return Self.owner(of: workloads[controller.uid]) ?? controller.uid
  }

  /// Who stands above a workload: ReplicaSets belong together under their Deployment, or whatever rolls them out. What a CronJob or an
  /// operator owns stands for itself: they are not listed.
  static func owner(of fact: WorkloadFact?) -> String? {
    fact?.reference.workloadKind.isRevision == true ? fact?.controller?.uid : nil
  }

  private mutating func evaluate(_ dirty: Set<String>, _ output: inout LedgerOutput) {
    // A ReplicaSet is a top only until its Deployment is known.
    let tops = Set(dirty.map { Self.owner(of: workloads[$0]) ?? $0 })
    open.subtract(dirty.subtracting(tops))
    for top in tops.sorted() {
      var group = group(top)
      measure(&group, top, &output)
      guard !group.pods.isEmpty else {
        open.remove(top)
        continue
      }
      let entries = group.evaluate()
      for pod in group.pods { pods[pod.uid] = pod }
      output.gaps += group.gaps
      tell(entries, of: group, &output)
      let isOpen =
        group.pods.contains { ($0.endedAt != nil && !$0.isSilent) || !$0.runs.isEmpty }
        || group.workload?.steps.contains { now - $0.when.to < .seconds(120) } == true
      if isOpen { open.insert(top) } else { open.remove(top) }
    }
  }

  /// What bears on the pods of a workload.
  func group(_ top: String) -> LedgerGroup {
    var group = LedgerGroup(cluster: cluster, now: now)
    group.workload = workloads[top]
    var uids = podsByController[top] ?? []
    if pods[top] != nil, pods[top]?.controller == nil { uids.insert(top) }
    for set in setsByOwner[top] ?? [] {
      group.replicaSets[set] = workloads[set]
      uids.formUnion(podsByController[set] ?? [])
    }
    group.pods = uids.compactMap { pods[$0] }
    group.blind = blind
    group.namespaceEnd = (group.workload?.reference.namespace ?? group.pods.first?.namespace).flatMap { namespaceEnds[$0] }
    group.progress = progress
    for pod in group.pods {
      let known = (events[pod.uid] ?? []) + namedEvents(of: pod)
      if !known.isEmpty { group.events[pod.uid] = known }
      if let node = nodes[pod.node] { group.nodes[pod.node] = node }
      let key = "\(pod.namespace)/\(pod.name)"
      if let times = controllerDeletes[key] { group.controllerDeletes[key] = times }
    }
    return group
  }

  /// Events that name the pod without its UID, as the taint manager wrote them before it became a controller of its own (1.29). Names of
  /// StatefulSet pods come again, so their times must fit.
  private func namedEvents(of pod: PodFact) -> [EventFact] {
    (events[EventFact.key(uid: "", namespace: pod.namespace, name: pod.name)] ?? []).filter {
      $0.happened(from: pod.created, to: pod.goneAt ?? now)
    }
  }

  /// Rebuilds what follows from the facts, after they were read back.
  mutating func index() {
    for (uid, fact) in pods {
      if let controller = fact.controller { podsByController[controller.uid, default: []].insert(uid) }
    }
    for (uid, fact) in workloads {
      if let owner = Self.owner(of: fact) { setsByOwner[owner, default: []].insert(uid) }
    }
    for fact in pods.values where (fact.endedAt != nil && !fact.isSilent) || !fact.runs.isEmpty { open.insert(top(of: fact)) }
    for entry in emitted.values { note(entry) }
  }
}
