import Kubernetes
package import TimeFormat

/// Applies the rules to a snapshot.
package enum HealthAssessment {
  /// Verdicts on top-level workloads, on nodes, and on bare pods that are at fault; worst first.
  ///
  /// - Parameters:
  ///   - reschedules: the ledger's entries. Those of the last 24 hours count; older ones only say since when a fault lasts.
  ///   - shortages: the ledger's, which say how long a workload is without ready pods.
  package static func verdicts(
    on snapshot: ClusterSnapshot, reschedules: [Reschedule], shortages: [Shortage] = [], now: Timestamp,
    rules: [HealthRule] = HealthRules.all
  ) -> [HealthVerdict] {
    let index = Index(snapshot, reschedules, shortages, now)
    var verdicts: [HealthVerdict] = []
    for workload in snapshot.workloads where index.isTop(workload) {
      let pods = (index.pods[workload.reference.uid] ?? []).map { snapshot.pods[$0] }
      let facts = index.facts(of: workload.reference, workload, pods, runs: index.runs[workload.reference.uid] ?? [], now)
      var verdict = judge(workload.reference, .workload, facts, snapshot, rules)
      // Of what starts runs by the clock, those of the last one.
      let counted = facts.runs.last ?? workload
      verdict.desired = counted.desired
      verdict.ready = workload.kind.runsToCompletion ? counted.succeeded : pods.count { $0.isReady && !$0.isTerminating }
      verdict.lastChange = index.lastChange(of: workload)
      verdicts.append(verdict)
    }
    for pod in index.bare.lazy.map({ snapshot.pods[$0] }) {
      let reference = pod.reference
      let facts = index.facts(of: reference, nil, [pod], now)
      var verdict = judge(reference, .pod, facts, snapshot, rules)
      guard !verdict.reasons.isEmpty, verdict.status != .green, facts.pods.first?.phase != "Succeeded" else { continue }
      verdict.desired = 1
      verdict.ready = pod.isReady ? 1 : 0
      verdicts.append(verdict)
    }
    verdicts += snapshot.nodes.map { self.verdict(on: $0, in: snapshot, now: now, rules: rules) }
    return verdicts.sorted { one, other in
      if one.status != other.status { return one.status > other.status }
      return (one.subject.namespace, one.subject.kind, one.subject.name) < (other.subject.namespace, other.subject.kind, other.subject.name)
    }
  }

  /// The same by what the ledger says.
  package static func verdicts(on snapshot: ClusterSnapshot, ledger: LedgerRecord, now: Timestamp) -> [HealthVerdict] {
    verdicts(on: snapshot, reschedules: ledger.reschedules, shortages: ledger.shortages, now: now)
  }

  package static func verdict(
    on node: Node, in snapshot: ClusterSnapshot, now: Timestamp, rules: [HealthRule] = HealthRules.all
  ) -> HealthVerdict {
    var verdict = judge(node.reference, .node, HealthFacts(now: now, node: node), snapshot, rules)
    verdict.desired = 1
    verdict.ready = node.isReady ? 1 : 0
    if node.isUnschedulable { verdict.lastChange = "cordoned" }
    return verdict
  }

  private static func judge(
    _ subject: ObjectReference, _ kind: HealthRule.Subject, _ facts: HealthFacts, _ snapshot: ClusterSnapshot, _ rules: [HealthRule]
  ) -> HealthVerdict {
    var reasons: [HealthVerdict.Reason] = []
    for rule in rules where rule.subjects.contains(kind) {
      guard let finding = rule.test(facts) else { continue }
      reasons.append(.init(rule: rule.name, status: finding.status ?? rule.status, sentence: finding.sentence, since: finding.since))
    }
    // What was wrong may be right by now, and what was right wrong: without news nothing is green, and nothing is sure.
    switch snapshot.connection {
    case .live: break
    case .connecting: reasons.insert(.init(rule: "silent", status: .unknown, sentence: "no data yet: connecting"), at: 0)
    case .stale(let since, let reason, _):
      reasons.insert(.init(rule: "silent", status: .unknown, sentence: "no data: \(reason)", since: since), at: 0)
    }
    var isLive = false
    if case .live = snapshot.connection { isLive = true }
    if isLive { reasons.sort { $0.status > $1.status } }
    let status = isLive ? reasons.map(\.status).max() ?? .green : .unknown
    var verdict = HealthVerdict(
      subject: subject, cluster: snapshot.cluster, status: status, reasons: reasons,
      since: reasons.filter { $0.status == status }.compactMap(\.since).min())
    let day = facts.now - .seconds(86_400)
    if facts.isMeasured {
      verdict.downSince = facts.shortages.outages.last { $0.isOngoing }?.from
      verdict.downtimeSeconds = facts.shortages.downtimeSeconds(from: day, to: facts.now)
      verdict.capacityGapSeconds = facts.shortages.capacityGapSeconds(from: day, to: facts.now)
    }
    return verdict
  }

  /// What is looked up for each subject, made once for a snapshot.
  private struct Index {
    /// Places in the snapshot's pods, by the UID of the workload on top: copying pods costs more than judging them.
    var pods: [String: [ChunkedTable<Pod>.Index]] = [:]
    /// Pods that nothing that is listed owns; a static pod is owned by its node.
    var bare: [ChunkedTable<Pod>.Index] = []
    private var reschedules: [String: [Reschedule]] = [:]
    private var restarts: [String: [Reschedule]] = [:]
    private var shortages: [String: [Shortage]] = [:]
    private let listed: Set<String>
    /// The runs of what starts them by the clock, oldest first, by its UID.
    var runs: [String: [Workload]] = [:]
    private var owners: [String: String] = [:]
    private var warnings: [String: [ClusterEvent]] = [:]
    private var replicaSets: [String: [Workload]] = [:]
    private let now: Timestamp

    init(_ snapshot: ClusterSnapshot, _ entries: [Reschedule], _ shortages: [Shortage], _ now: Timestamp) {
      self.now = now
      listed = Set(snapshot.workloads.lazy.map(\.reference.uid))
      for workload in snapshot.workloads {
        owners[workload.reference.uid] =
          workload.controller.map { listed.contains($0.uid) } == true ? workload.controller?.uid : workload.reference.uid
        guard let owner = workload.controller else { continue }
        if workload.kind.isRevision { replicaSets[owner.uid, default: []].append(workload) }
        if let type = workload.kind.runOf, owner.isOf(type) { runs[owner.uid, default: []].append(workload) }
      }
      for (owner, jobs) in runs {
        runs[owner] = jobs.sorted {
          ($0.created ?? Timestamp(nanoseconds: 0), $0.reference.name) < ($1.created ?? Timestamp(nanoseconds: 0), $1.reference.name)
        }
      }
      for place in snapshot.pods.indices {
        guard let controller = snapshot.pods[place].controller, let owner = owners[controller.uid] else {
          bare.append(place)
          continue
        }
        if snapshot.pods[place].phase != "Succeeded" { pods[owner, default: []].append(place) }
      }
      for event in snapshot.events where event.type == "Warning" && event.object.isOf(.pods) {
        warnings[event.object.uid, default: []].append(event)
      }
      let day = now - .seconds(86_400)
      for entry in entries where entry.cluster == snapshot.cluster && entry.retractedAt == nil {
        let key = "\(entry.namespace)/\(entry.workload)"
        if entry.at >= day { reschedules[key, default: []].append(entry) }
        if entry.change == .restarted { restarts[key, default: []].append(entry) }
      }
      for piece in shortages where piece.cluster == snapshot.cluster {
        self.shortages["\(piece.namespace)/\(piece.workload)", default: []].append(piece)
      }
    }

    func facts(
      of subject: ObjectReference, _ workload: Workload?, _ pods: [Pod], runs: [Workload] = [], _ now: Timestamp
    ) -> HealthFacts {
      let key = "\(subject.namespace)/\(subject.display)"
      var facts = HealthFacts(
        now: now, workload: workload, runs: runs, pods: pods, events: events(of: pods), reschedules: reschedules[key] ?? [])
      facts.restarts = (restarts[key] ?? []).sorted { $0.at < $1.at }
      facts.shortages = (shortages[key] ?? []).sorted { $0.from < $1.from }
      facts.isMeasured = workload.map { !$0.kind.runsToCompletion } ?? (pods.first?.restartPolicy == "Always")
      return facts
    }

    /// Whether nothing that is listed owns it: what an operator made stands for itself.
    func isTop(_ workload: Workload) -> Bool {
      guard let owner = workload.controller else { return true }
      // Of what rolls out ReplicaSets and is not listed, the sets that are done with are no news.
      return !listed.contains(owner.uid) && (!workload.kind.isRevision || workload.desired > 0)
    }

    func events(of pods: [Pod]) -> [ClusterEvent] { warnings.isEmpty ? [] : pods.flatMap { warnings[$0.uid] ?? [] } }

    /// `image 1.4.2→1.4.3 02:58 jenkins`: of all that is known to have changed the last, with its own time and who it was.
    func lastChange(of workload: Workload) -> String? {
      var changes = [revisionChange(of: workload), scaling(of: workload)].compactMap { $0 }
      if let change = workload.lastChange {
        // Another template, and another count, are told by what they are.
        let isTold = changes.contains { known in
          guard let at = known.at, let moment = change.at else { return change.at == nil }
          return moment >= at - WorkloadHistory.reaction && moment <= at + WorkloadHistory.second
        }
        if !isTold {
          let isNew = change.at == nil || change.at == workload.created
          changes.append(Known(words: isNew ? "created" : "changed", at: change.at, manager: change.manager))
        }
      }
      if changes.isEmpty, let created = workload.created { changes = [Known(words: "created", at: created)] }
      guard let last = changes.max(by: { ($0.at?.nanoseconds ?? .min) < ($1.at?.nanoseconds ?? .min) }) else { return nil }
      var parts = [last.words]
      if let at = last.at {
        let time = CivilTime(at)
        parts.append((now - at < .seconds(20 * 3600) ? "" : time.date.dropFirst(5) + " ") + time.clock.prefix(5))
      }
      if !last.manager.isEmpty { parts.append(last.manager) }
      return parts.joined(separator: " ")
    }

    private struct Known {
      var words: String
      var at: Timestamp?
      var manager = ""
    }

    /// The last step from one pod template to another.
    private func revisionChange(of workload: Workload) -> Known? {
      let sets = (replicaSets[workload.reference.uid] ?? []).sorted {
        (Int($0.revision) ?? 0, $0.created ?? Timestamp(nanoseconds: 0)) < (Int($1.revision) ?? 0, $1.created ?? Timestamp(nanoseconds: 0))
      }
      guard let newest = sets.last, let before = sets.dropLast().last else { return nil }
      let words =
        before.image == newest.image
        ? "revision \(before.revision)→\(newest.revision)"
        : "image \(Self.tag(before.image, unlike: newest.image))→\(Self.tag(newest.image, unlike: before.image))"
      let changes = workload.templateChanges.filter { $0.at != nil }
      // A set that came back is older than the step: when that was, only who made it says.
      let start = sets.dropLast().compactMap(\.created).max()
      let cameBack = newest.created.map { created in start.map { created < $0 } ?? false } ?? true
      if cameBack {
        let last = changes.last { change in start.map { start in change.at.map { $0 > start } ?? false } ?? true }
        return Known(words: words, at: last?.at, manager: last?.manager ?? "")
      }
      guard let at = newest.created else { return nil }
      let author = changes.last { $0.at.map { $0 >= at - WorkloadHistory.reaction && $0 <= at + WorkloadHistory.second } ?? false }
      return Known(words: words, at: author?.at ?? at, manager: author?.manager ?? "")
    }

    private func scaling(of workload: Workload) -> Known? {
      if let seen = workload.scalings.last, seen.at != nil {
        return Known(words: "scaled \(seen.from)→\(seen.to)", at: seen.at, manager: seen.manager)
      }
      guard let scaled = workload.scaled, scaled.isSubresource, scaled.at != nil else { return nil }
      return Known(words: "scaled to \(workload.desired)", at: scaled.at, manager: scaled.manager)
    }

    /// The tag alone where the name before it is the same, else the name without its registry.
    private static func tag(_ image: String, unlike other: String) -> String {
      guard let colon = image.lastIndex(of: ":"), let otherColon = other.lastIndex(of: ":"), image[..<colon] == other[..<otherColon]
      else { return image.split(separator: "/").last.map(String.init) ?? image }
      return String(image[image.index(after: colon)...])
    }
  }
}
