import Kubernetes
import TimeFormat

/// What the ledger keeps of how many pods of a workload were ready against how many it wants.
struct Availability: Sendable, Hashable {
  /// What was before is told for good.
  var settled: Timestamp
  /// Whether a pod of it has ever been ready, as far as what is settled goes.
  var hasBeenReady: Bool
  /// Oldest first: those that were settled within ``LedgerEngine/measured``, then what was told last of the time since.
  var shortages: [Shortage] = []

  init(settled: Timestamp, hasBeenReady: Bool) {
    self.settled = settled
    self.hasBeenReady = hasBeenReady
  }

  /// What goes on where the settled time ends.
  var going: Shortage? { shortages.last { $0.from < settled && ($0.to.map { $0 > settled } ?? true) } }
  /// From where on shortages are told anew.
  var start: Timestamp { going?.from ?? settled }
}

/// How many pods a workload wants, over time.
struct WantedCount: Sendable, Hashable {
  struct Step: Sendable, Hashable {
    var at: Timestamp
    var count: Int
  }

  /// Oldest first; before the first it wants none.
  var steps: [Step]

  /// Adds a count that holds from a moment on, which is not before those that are known.
  mutating func add(_ count: Int, at moment: Timestamp) {
    if let last = steps.last, last.at >= moment {
      steps[steps.count - 1].count = count
    } else {
      steps.append(Step(at: moment, count: count))
    }
  }
}

extension LedgerGroup {
  /// How many pods are wanted; `nil` where it cannot be told (its workload has not been seen yet) or makes no sense (a Job, pods of a node).
  var wanted: WantedCount? {
    if let workload { return workload.reference.workloadKind.runsToCompletion ? nil : wanted(by: workload) }
    guard let first = pods.first else { return nil }
    if first.controller == nil {
      guard first.restartPolicy == "Always", pods.count == 1 else { return nil }
      return WantedCount(steps: [.init(at: first.created, count: 1)] + (first.endedAt.map { [.init(at: $0, count: 0)] } ?? []))
    }
    return wantedByUnlisted
  }

  private func wanted(by workload: WorkloadFact) -> WantedCount {
    let first = workload.created ?? workload.steps.first?.when.to ?? Timestamp(nanoseconds: 0)
    var wanted = WantedCount(steps: [.init(at: first, count: workload.steps.first?.from ?? workload.desired)])
    for step in workload.steps { wanted.add(step.to, at: step.isStamped ? step.when.to : earliest(step, after: wanted.steps.last?.at)) }
    // What is asked to go wants nothing any more.
    if let end = [workload.gone?.from, workload.deletionRequested, namespaceEnd].compactMap({ $0 }).min() {
      wanted.steps.removeAll { $0.at >= end }
      wanted.add(0, at: end)
    }
    return wanted
  }

  /// A Deployment's new count can be received after what its controller did by it: its ReplicaSets carry the count, too.
  private func earliest(_ step: WorkloadFact.Step, after previous: Timestamp?) -> Timestamp {
    var at = step.when.to
    for set in replicaSets.values {
      for other in set.steps where other.owner?.to == step.to && other.owner?.from == step.from && other.when.to < at {
        if let previous, other.when.to <= previous { continue }
        at = other.when.to
      }
    }
    return at
  }

  /// Of what nobody lists, an operator's own kind, no count is known: it wants one pod at least, as long as it keeps any.
  private var wantedByUnlisted: WantedCount? {
    let owners = pods.compactMap { pod in pod.controller.map { replicaSets[$0.uid]?.controller ?? $0 } }
    guard owners.allSatisfy({ !$0.workloadKind.isWatched && !$0.workloadKind.runsToCompletion && $0.kind != "Node" }) else { return nil }
    guard let start = pods.map(\.created).min() else { return nil }
    let ends = pods.map(\.endedAt)
    let steps = [WantedCount.Step(at: start, count: 1)]
    guard !ends.contains(nil), let last = ends.compactMap({ $0 }).max() else { return WantedCount(steps: steps) }
    return WantedCount(steps: steps + [.init(at: last, count: 0)])
  }

  /// The workload's shortages since ``Availability/start``, oldest first, and when a pod of it was ready first.
  ///
  /// A time that nobody watched counts only where the pods of which is known that they were there, and whether they were ready, were as many
  /// as were wanted: then nobody else can have been ready. It is left out of the downtime else.
  func shortages(_ wanted: WantedCount, known: Availability, of uid: String) -> (shortages: [Shortage], firstReady: Timestamp?) {
    let edges = edges(wanted)
    var found: [Shortage] = []
    var firstReady: Timestamp?
    var level = Level()
    var at = edges.first?.at ?? now
    var name = ""
    var index = 0
    while index < edges.count {
      while index < edges.count, edges[index].at <= at {
        level.take(edges[index])
        index += 1
      }
      let next = index < edges.count ? edges[index].at : nil
      if level.ready > 0, firstReady == nil { firstReady = at }
      defer { at = next ?? at }
      guard next.map({ $0 > known.settled }) ?? true else { continue }
      guard let phase = level.phase(hasBeenReady: known.hasBeenReady || firstReady != nil) else { continue }
      if name.isEmpty { name = workload?.reference.display ?? pods.first.map(display) ?? "" }
      let piece = Shortage(
        cluster: cluster, namespace: workload?.reference.namespace ?? pods.first?.namespace ?? "", workload: name, workloadUID: uid,
        phase: phase, from: max(at, known.settled), to: next, ready: level.ready, desired: level.wanted)
      if let last = found.indices.last, found[last].to == piece.from, found[last].isLike(piece) {
        found[last].to = piece.to
      } else if found.isEmpty, let going = known.going, piece.from == known.settled, going.isLike(piece) {
        found.append(piece)
        found[0].from = going.from
      } else {
        if found.isEmpty, let going = known.going {
          var ended = going
          ended.to = known.settled
          found.append(ended)
        }
        found.append(piece)
      }
    }
    if found.isEmpty, var going = known.going {
      going.to = known.settled
      found = [going]
    }
    return (Self.joined(found), firstReady)
  }

  /// Leaves out times that nobody watched but where no pod was ready before and after.
  private static func joined(_ pieces: [Shortage]) -> [Shortage] {
    pieces.indices.compactMap { index in
      guard pieces[index].phase == .unwatched else { return pieces[index] }
      let before = index > 0 ? pieces[index - 1] : nil
      let after = index + 1 < pieces.count ? pieces[index + 1] : nil
      let isBetween =
        before?.to == pieces[index].from && before?.isDowntime == true && after?.from == pieces[index].to && after?.isDowntime == true
      return isBetween ? pieces[index] : nil
    }
  }

  private struct Edge {
    var at: Timestamp
    var ready = 0
    var existing = 0
    var blind = 0
    var wanted: Int?
  }

  private struct Level {
    var ready = 0
    var existing = 0
    var blind = 0
    var wanted = 0

    mutating func take(_ edge: Edge) {
      ready += edge.ready
      existing += edge.existing
      blind += edge.blind
      wanted = edge.wanted ?? wanted
    }

    /// `nil`: there are as many as wanted, as far as can be known.
    func phase(hasBeenReady: Bool) -> Shortage.Phase? {
      guard wanted > 0, ready < wanted else { return nil }
      if blind > 0, existing < wanted { return ready == 0 ? .unwatched : nil }
      return hasBeenReady ? .running : .starting
    }
  }

  private func edges(_ wanted: WantedCount) -> [Edge] {
    var edges = wanted.steps.map { Edge(at: $0.at, wanted: $0.count) }
    for pod in pods {
      for interval in pod.servingIntervals {
        edges.append(Edge(at: interval.from, ready: 1))
        if let to = interval.to { edges.append(Edge(at: to, ready: -1)) }
      }
      guard !blind.isEmpty else { continue }
      // Of one that vanished it is not known how long it was there.
      let end = pod.vanishedAfter ?? pod.endedAt
      let known = max(pod.created, pod.readinessSince ?? pod.created)
      if let end, end <= known { continue }
      edges.append(Edge(at: known, existing: 1))
      if let end { edges.append(Edge(at: end, existing: -1)) }
    }
    for interval in blind {
      edges.append(Edge(at: interval.from, blind: 1))
      edges.append(Edge(at: interval.to, blind: -1))
    }
    edges.sort { $0.at < $1.at }
    return edges
  }
}

extension Shortage {
  fileprivate func isLike(_ other: Shortage) -> Bool {
    phase == other.phase && ready == other.ready && desired == other.desired && workload == other.workload
  }
}
