package import ClusterModel
package import TimeFormat

/// The reschedule ledger since a moment, or whole, with the gaps in which nobody watched.
package struct LedgerHistory: Query {
  package struct Answer: Sendable {
    package var reschedules: [Reschedule]
    package var gaps: [LedgerGap]
  }

  private let since: Timestamp?
  private let until: Timestamp?

  /// - Parameter until: what came later is not told; `nil`: all of it.
  package init(since: Timestamp?, until: Timestamp? = nil) { (self.since, self.until) = (since, until) }

  package func run(_ sources: Sources) async throws -> Answer {
    let all = try await sources.ledger.reschedules(since: since)
    let gaps = try await sources.ledger.gaps(since: since)
    guard let until else { return Answer(reschedules: all, gaps: gaps) }
    return Answer(reschedules: all.filter { $0.at <= until }, gaps: gaps.filter { $0.from <= until })
  }
}
