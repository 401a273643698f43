import StrictYAML
import TimeFormat

/// From evidence to results as they count at a moment: newest run, staleness, waivers, and since when a check passes.
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

  /// The results of a check on those of these clusters on which the plan has it run.
  func cells(of check: PlannedCheck, on clusters: [String]) -> [CheckCell] {
    clusters.filter { check.clusters.isEmpty || check.clusters.contains($0) }.flatMap { cells(of: check, on: $0) }
  }

  /// The results of a check for a gate of this cluster. Where the plan does not have it run there, nothing is known: a conjunction never
  /// shrinks by what was left out.
  func cells(of check: PlannedCheck, forGateOf cluster: String) -> [CheckCell] {
    guard !check.clusters.isEmpty, !check.clusters.contains(cluster) else { return cells(of: check, on: cluster) }
    var cell = CheckCell(check: check.id, subject: cluster, cluster: cluster, outcome: .unknown, isLeftOut: true)
    applyWaiver(to: &cell)
    return [cell]
  }

  /// One run stamps all its evidence with one time: what the newest run does not mention any more, e.g. a deleted Deployment, no longer
  /// counts.
  private func cells(of check: PlannedCheck, on cluster: String) -> [CheckCell] {
    let all = evidence[Key(check: check.id, cluster: cluster)] ?? []
    // A time ahead of this clock says that one of two clocks is wrong; what it proves is not known.
    let run = all.last?.at
    let newest = all.filter { $0.at == run }
    guard !newest.isEmpty else {
      var cell = CheckCell(check: check.id, subject: cluster, cluster: cluster, outcome: .unknown)
      applyWaiver(to: &cell)
      return [cell]
    }
    let since = passingSince(check, all)
    let cells = newest.sorted { $0.subject < $1.subject }.map { item in
      var cell = CheckCell(check: check.id, subject: item.subject, cluster: cluster, outcome: item.outcome, evidence: item)
      cell.due = item.at + check.timeToLive
      if item.at > now + .seconds(60) {
        cell.outcome = .unknown
      } else if item.outcome != .notApplicable, item.outcome != .waived, now - item.at > check.timeToLive {
        cell.outcome = .stale
      }
      if cell.outcome == .pass { cell.passingSince = since }
      applyWaiver(to: &cell)
      return cell
    }
    return check.scope == .cluster ? [folded(cells, on: cluster)].compactMap { $0 } : cells
  }

  private func waiver(of check: String, on subject: String) -> Waiver? {
    plan.waivers.first { $0.check == check && ($0.subject == nil || $0.subject == subject) && now < $0.expires.end }
  }

  private func applyWaiver(to cell: inout CheckCell) {
    guard cell.outcome != .notApplicable, let waiver = waiver(of: cell.check, on: cell.subject) else { return }
    cell.outcome = .waived
    cell.waiver = waiver
    cell.passingSince = [:]
  }

  /// The worst result as that of the whole cluster; of passes that with the lowest grade.
  private func folded(_ cells: [CheckCell], on cluster: String) -> CheckCell? {
    let counting = cells.filter { $0.outcome != .waived && $0.outcome != .notApplicable }
    let candidates = counting.isEmpty ? cells : counting
    guard
      var worst = candidates.max(by: {
        ($0.outcome.badness, $1.evidence?.grade ?? .declared) < ($1.outcome.badness, $0.evidence?.grade ?? .declared)
      })
    else { return nil }
    if counting.count > 1 {
      let passing = counting.count { $0.outcome == .pass }
      let subject = worst.outcome == .pass ? "" : "\(worst.subject): "
      let observed = worst.evidence?.observed ?? ""
      worst.evidence?.observed = "\(passing) of \(counting.count) pass; \(subject)\(observed)"
    }
    worst.subject = cluster
    applyWaiver(to: &worst)
    return worst
  }

  /// Since when every run of the check has passed at a grade or a better one, backwards from the newest: nothing failed or was unknown, and
  /// no two runs were further apart than a result lives. What is waived or not applicable counts in neither side. A workload that came
  /// later and passes does not begin the soak anew; one that failed and was deleted did.
  private func passingSince(_ check: PlannedCheck, _ all: [Evidence]) -> [Evidence.Grade: Timestamp] {
    var since: [Evidence.Grade: Timestamp] = [:]
    var grades = Evidence.Grade.allCases
    var later: Timestamp?
    var end = all.endIndex
    while end > all.startIndex {
      let at = all[end - 1].at
      let start = all[..<end].lastIndex { $0.at != at }.map { $0 + 1 } ?? all.startIndex
      let counting = all[start..<end].filter {
        $0.outcome != .notApplicable && $0.outcome != .waived && waiver(of: check.id, on: $0.subject) == nil
      }
      end = start
      guard let lowest = counting.map(\.grade).min() else { continue }
      guard counting.allSatisfy({ $0.outcome == .pass }), later.map({ $0 - at <= check.timeToLive }) ?? true else { break }
      grades.removeAll { $0 > lowest }
      for grade in grades { since[grade] = at }
      later = at
    }
    return since
  }
}
