import StrictYAML
import TimeFormat

/// From evidence to results as they count at a moment: newest run, staleness, waivers, and since when a result passes.
struct CellState {
  let plan: Plan
  let now: Timestamp
  /// Oldest first, per check and cluster.
  private let evidence: [Key: [Evidence]]

  private struct Key: Hashable {
    var check: String
    var cluster: String
  }

  init(plan: Plan, evidence: [Evidence], now: Timestamp) {
    self.plan = plan
    self.now = now
    var byKey: [Key: [Evidence]] = [:]
    for item in Set(evidence) { byKey[Key(check: item.check, cluster: item.cluster), default: []].append(item) }
    for key in byKey.keys { byKey[key]?.sort { $0.at < $1.at } }
    self.evidence = byKey
  }

  /// The results of a check on these clusters. One run stamps all its evidence with one time: what the newest run does not
  /// mention any more, e.g. a deleted Deployment, no longer counts.
  func cells(of check: PlannedCheck, on clusters: [String]) -> [CheckCell] {
    clusters.filter { check.clusters.isEmpty || check.clusters.contains($0) }.flatMap { cluster -> [CheckCell] in
      let all = evidence[Key(check: check.id, cluster: cluster)] ?? []
      // A time ahead of this clock says that one of two clocks is wrong; what it proves is not known.
      let run = all.last?.at
      let newest = all.filter { $0.at == run }
      guard !newest.isEmpty else {
        var cell = CheckCell(check: check.id, subject: cluster, cluster: cluster, outcome: .unknown)
        applyWaiver(to: &cell)
        return [cell]
      }
      return newest.sorted { $0.subject < $1.subject }.map { item in
        var cell = CheckCell(check: check.id, subject: item.subject, cluster: cluster, outcome: item.outcome, evidence: item)
        cell.due = item.at + check.timeToLive
        if item.at > now + .seconds(60) {
          cell.outcome = .unknown
        } else if item.outcome != .notApplicable, item.outcome != .waived, now - item.at > check.timeToLive {
          cell.outcome = .stale
        }
        if cell.outcome == .pass {
          cell.passingSince = passingSince(all.filter { $0.subject == item.subject }, timeToLive: check.timeToLive)
        }
        applyWaiver(to: &cell)
        return cell
      }
    }
  }

  private func applyWaiver(to cell: inout CheckCell) {
    let waiver = plan.waivers.first {
      $0.check == cell.check && ($0.subject == nil || $0.subject == cell.subject) && now < $0.expires.end
    }
    guard let waiver, cell.outcome != .notApplicable else { return }
    cell.outcome = .waived
    cell.waiver = waiver
    cell.passingSince = nil
  }

  /// Backwards from the newest while it passed and no gap was longer than a result lives.
  private func passingSince(_ history: [Evidence], timeToLive: Duration) -> Timestamp? {
    var since: Timestamp?
    for item in history.reversed() {
      guard item.outcome == .pass else { break }
      if let later = since, later - item.at > timeToLive { break }
      since = item.at
    }
    return since
  }
}
