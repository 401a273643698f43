package import ClusterModel
package import MigrationPlan
package import TimeFormat

/// What changed since a moment: for the one who takes over.
package struct SinceView: Sendable {
  package struct Item: Sendable, Hashable {
    package var at: Timestamp
    package var sentence: String
    package var status: HealthVerdict.Status
  }

  /// Newest first.
  package let items: [Item]
  package let since: Timestamp

  package init(since: Timestamp, clusters: [ClusterHealth], reschedules: [Reschedule], voyage: Voyage?) {
    self.since = since
    var items: [Item] = []
    for health in clusters {
      for verdict in health.verdicts {
        guard let at = verdict.since, at >= since else { continue }
        let why = verdict.reasons.first.map { ": \($0.sentence)" } ?? ""
        items.append(
          Item(at: at, sentence: "\(verdict.cluster) \(verdict.subject.display) is \(verdict.status.word)\(why)", status: verdict.status))
      }
      for workload in health.snapshot.workloads where workload.controller == nil {
        guard let change = workload.lastChange, let at = change.at, at >= since else { continue }
        items.append(Item(at: at, sentence: "\(workload.reference.display): spec changed by \(change.manager)", status: .green))
      }
    }
    var grouped: [String: (count: Int, last: Reschedule)] = [:]
    for entry in reschedules where entry.at >= since && entry.counts {
      let key = "\(entry.cluster)/\(entry.namespace)/\(entry.workload)/\(entry.cause.rawValue)"
      let known = grouped[key]
      grouped[key] = ((known?.count ?? 0) + 1, known.map { $0.last.at > entry.at ? $0.last : entry } ?? entry)
    }
    for (count, last) in grouped.values {
      items.append(
        Item(
          at: last.at, sentence: "\(last.shortWorkload) \(last.change.rawValue) \(counted(count, "time")), cause \(last.cause.rawValue)",
          status: last.cause.isPlanned ? .green : .amber))
    }
    for facility in voyage?.facilities ?? [] {
      for cell in facility.checks.flatMap(\.cells) {
        guard cell.outcome == .fail, let evidence = cell.evidence, evidence.at >= since else { continue }
        items.append(Item(at: evidence.at, sentence: "check \(cell.check) fails on \(cell.subject): \(evidence.observed)", status: .red))
      }
    }
    self.items = items.sorted { ($1.at, $0.sentence) < ($0.at, $1.sentence) }
  }
}
