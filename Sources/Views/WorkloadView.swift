package import ClusterModel
package import Screen
package import TimeFormat

/// A workload drilled into: why it has its color, what changed, its pods.
package struct WorkloadView: Sendable {
  package let reference: ObjectReference
  package let cluster: String
  package let workload: Workload?
  package let verdict: HealthVerdict?
  /// Newest first; what has no time comes last.
  package let changes: [WorkloadChange]
  package let pods: [Pod]
  /// Its reschedules, newest first.
  package let reschedules: [Reschedule]
  /// The same, runs of equal ones folded.
  package let rescheduleRows: [RescheduleRow]

  package init(reference: ObjectReference, health: ClusterHealth, reschedules: [Reschedule], now: Timestamp? = nil) {
    self.reference = reference
    let snapshot = health.snapshot
    cluster = snapshot.cluster
    func isSame(_ one: ObjectReference, _ other: ObjectReference) -> Bool {
      one.kind == other.kind && one.namespace == other.namespace && one.name == other.name
    }
    let workload = snapshot.workload(reference)
    self.workload = workload
    verdict = health.verdicts.first { isSame($0.subject, reference) }
    // Controllers own what is of their own namespace alone.
    let children = snapshot.workloads[namespace: reference.namespace].filter { $0.controller.map { isSame($0, reference) } ?? false }
    let owners = [reference] + children.map(\.reference)
    let found: [Pod] =
      switch reference.kind {
      case "Node": snapshot.pods.filter { $0.node == reference.name }
      case "Pod": snapshot.pod(reference.name, in: reference.namespace).map { [$0] } ?? []
      default:
        snapshot.pods(in: reference.namespace).filter { $0.controller.map { owner in owners.contains { isSame($0, owner) } } ?? false }
      }
    pods = found.sorted { one, other in
      if one.isReady != other.isReady { return !one.isReady }
      if one.restarts != other.restarts { return one.restarts > other.restarts }
      return one.name < other.name
    }
    changes = workload.map { WorkloadHistory.changes(of: $0, revisions: snapshot.revisions(of: $0)).reversed() } ?? []
    let key = reference.display
    self.reschedules = reschedules.filter {
      $0.cluster == snapshot.cluster && $0.namespace == reference.namespace && $0.workload == key
    }.map { entry in now.map(entry.grown) ?? entry }.sorted { $0.at > $1.at }
    rescheduleRows = RescheduleRow.rows(self.reschedules)
  }

  /// `api:1.4.3` of `registry/x/api:1.4.3`.
  package static func shortImage(_ image: String) -> String {
    image.split(separator: "/").last.map(String.init) ?? image
  }

  /// `64 Mi`.
  package static func memory(_ bytes: Int64) -> String {
    switch bytes {
    case (1 << 30)...: "\(bytes >> 30).\((bytes >> 20) % 1024 * 10 / 1024) Gi"
    case (1 << 20)...: "\(bytes >> 20) Mi"
    case (1 << 10)...: "\(bytes >> 10) Ki"
    default: "\(bytes)"
    }
  }

  package func report(face: TimeDisplay, now: Timestamp) -> Report {
    var report = Report("\(cluster) › \(reference.namespace) › \(reference.display)")
    guard workload != nil || !pods.isEmpty else {
      report.add(.text("\(reference.display) is no longer in the cluster."))
      return report
    }
    report.add(.heading("Why"))
    if let verdict {
      report.add(
        .text("\(verdict.status.glyph) \(verdict.status.word)" + (verdict.since.map { " since \(face.short($0, now: now))" } ?? "")))
      if let words = verdict.downtimeWords(now: now) { report.add(.text(words)) }
      if !verdict.reasons.isEmpty { report.add(.list(verdict.reasons.map { "\($0.sentence) (rule \($0.rule))" })) }
    }
    report.add(.heading("What changed"))
    report.add(.list(changes.map { $0.sentence(face: face, now: now) }))
    report.add(.heading("Pods"))
    report.add(.table(PodListings.pods.reportTable(pods, ListingContext(face: face, now: now))))
    return report
  }
}

extension HealthVerdict {
  /// `24 h: no ready endpoints 41 min, ongoing, 24 min; below desired 2 h`; `nil` where it was never short of pods, or nobody knows.
  package func downtimeWords(now: Timestamp) -> String? {
    guard let gap = capacityGapSeconds, let down = downtimeSeconds, gap > 0 || downSince != nil else { return nil }
    let ongoing = downSince.map { ", " + Reschedule.ongoing(since: $0, now: now) } ?? ""
    return "24 h: no ready endpoints \(ReschedulesView.duration(down))\(ongoing); below desired \(ReschedulesView.duration(gap))"
  }
}

extension Pod {
  package var lastEnd: Container.Termination? {
    var latest: Container.Termination?
    for container in containers {
      var ends = [container.lastTermination].compactMap { $0 }
      if case .terminated(let now) = container.state { ends.append(now) }
      for end in ends where latest == nil || (end.finished ?? Timestamp(nanoseconds: 0)) > (latest?.finished ?? Timestamp(nanoseconds: 0)) {
        latest = end
      }
    }
    return latest
  }

  /// Ready, or the word that says why it is not.
  package var readyMark: StyledLine {
    if isTerminating { return StyledLine("◌ Terminating", .grey) }
    if isReady { return StyledLine("✔", .green) }
    if phase == "Succeeded" { return StyledLine("· Completed", .dim) }
    for container in containers {
      if case .waiting(let reason, _) = container.state, !reason.isEmpty, reason != "ContainerCreating" {
        return StyledLine("✖ \(reason)", .red)
      }
    }
    return phase == "Pending" ? StyledLine("▲ Pending", .amber) : StyledLine("✖", .red)
  }
}

extension Container {
  /// State in words, with its role.
  package func stateLine(now: Timestamp) -> StyledLine {
    switch state {
    case .waiting(let reason, let message):
      return StyledLine("waiting: \(reason)\(message.isEmpty ? "" : ", \(message)")", .amber)
    case .running(let since):
      return StyledLine("running" + (since.map { " for \((now - $0).brief)" } ?? ""), isReady ? .text : .amber)
    case .terminated(let end):
      return StyledLine("ended: \(end.reason) \(end.exitCode)", end.exitCode == 0 ? .dim : .red)
    }
  }
}
