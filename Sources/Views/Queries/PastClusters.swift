import ClusterModel
package import TimeFormat

/// The clusters as they were at a moment, with the verdicts of then.
package struct PastClusters: Query {
  /// Verdicts look back so far into the ledger.
  private static let memory = Duration.seconds(7 * 86_400)

  package let moment: Timestamp

  package init(at moment: Timestamp) { self.moment = moment }

  /// - Returns: `nil` where no history is kept of that moment.
  package func run(_ sources: Sources) async throws -> [ClusterHealth]? {
    guard let snapshots = await sources.past?(moment) else { return nil }
    let known = ((try? await LedgerHistory(since: moment - Self.memory).run(sources)) ?? LedgerRecord()).asOf(moment)
    return snapshots.map { ClusterHealth(snapshot: $0, verdicts: sources.verdicts($0, known, moment)) }
  }
}
