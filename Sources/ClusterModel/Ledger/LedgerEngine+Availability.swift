import Kubernetes
import TimeFormat

/// Downtime and capacity gap of workloads, whatever the entries say.
extension LedgerEngine {
  /// Settled shortages are kept this long, for entries that were part of them.
  static let measured = Duration.seconds(21_600)

  /// Tells a workload's shortages as they are known now, and gives them to the group for its entries.
  mutating func measure(_ group: inout LedgerGroup, _ top: String, _ output: inout LedgerOutput) {
    guard let wanted = group.wanted, isListed(group) else { return }
    var known = availability[top] ?? beginning(group)
    let start = known.start
    let pieces = group.shortages(wanted, known: known, of: top).shortages
    let place = known.shortages.firstIndex { $0.from >= start } ?? known.shortages.count
    let same = zip(known.shortages[place...], pieces).prefix { $0 == $1 }.count
    let (old, new) = (known.shortages[(place + same)...], pieces[same...])
    if let since = [old.first?.from, new.first?.from].compactMap({ $0 }).min() {
      known.shortages.replaceSubrange((place + same)..., with: new)
      output.shortages.append(ShortageUpdate(cluster: cluster, workloadUID: top, since: since, shortages: Array(new)))
    }
    availability[top] = known
    group.isMeasured = true
    group.shortages = known.shortages
    group.outages = known.shortages.outages
  }

  /// Whether the lists that say which pods a workload has were seen: until then nobody knows how many are ready.
  private func isListed(_ group: LedgerGroup) -> Bool {
    guard heard[.pods] != nil else { return false }
    guard let kind = group.workload?.reference.workloadKind else { return true }
    return WorkloadKinds.all.allSatisfy { $0.revisionOf != kind.type || heard[ClusterResource($0)] != nil }
  }

  /// What was there when the ledger began is taken to have been ready once.
  private func beginning(_ group: LedgerGroup) -> Availability {
    let created = group.workload?.created ?? group.pods.map(\.created).min()
    return Availability(settled: settledUntil, hasBeenReady: created.map { $0 + .seconds(1) < began } ?? true)
  }

  /// Makes what was told of a workload before a moment final, so that what it stands on can be forgotten.
  mutating func settleShortages(_ top: String, at moment: Timestamp, _ output: inout LedgerOutput) {
    guard let settled = availability[top]?.settled, settled < moment else { return }
    var group = group(top)
    measure(&group, top, &output)
    guard let wanted = group.wanted, var known = availability[top] else { return }
    let firstReady = group.shortages(wanted, known: known, of: top).firstReady
    if let firstReady, firstReady < moment { known.hasBeenReady = true }
    known.settled = moment
    known.shortages.removeAll { piece in piece.to.map { now - $0 > Self.measured } ?? false }
    availability[top] = known
  }

  /// Nobody watched between two moments.
  mutating func noteBlind(from: Timestamp, to: Timestamp) {
    guard from < to else { return }
    blind.append(Interval(from: from, to: to))
  }

  /// Forgets times that nobody watched once what was told of them is final.
  mutating func pruneBlind(_ output: inout LedgerOutput) {
    guard let end = blind.filter({ now - $0.to > Self.retention }).map(\.to).max() else { return }
    for top in availability.map(\.key).sorted() { settleShortages(top, at: end, &output) }
    settledUntil = max(settledUntil, end)
    blind.removeAll { $0.to <= end }
  }
}
