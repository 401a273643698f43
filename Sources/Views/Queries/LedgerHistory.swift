package import ClusterModel
package import TimeFormat

/// The reschedule ledger since a moment, or whole, with the gaps in which nobody watched, and workloads' downtime.
package struct LedgerHistory: Query {
  private let since: Timestamp?
  private let until: Timestamp?

  /// - Parameter until: what came later is not told; `nil`: all of it.
  package init(since: Timestamp?, until: Timestamp? = nil) { (self.since, self.until) = (since, until) }

  package func run(_ sources: Sources) async throws -> LedgerRecord {
    let shortages = try await sources.ledger.shortages(since: since)
    let record = LedgerRecord(
      reschedules: try await sources.ledger.reschedules(since: since).closed(by: shortages),
      gaps: try await sources.ledger.gaps(since: since), shortages: shortages)
    return until.map(record.asOf) ?? record
  }
}
