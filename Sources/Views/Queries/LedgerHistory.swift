package import ClusterModel
package import TimeFormat

/// The reschedule ledger since a moment, or whole, with the gaps in which nobody watched.
package struct LedgerHistory: Query {
  package struct Answer: Sendable {
    package var reschedules: [Reschedule]
    package var gaps: [LedgerGap]
  }

  private let since: Timestamp?

  package init(since: Timestamp?) { self.since = since }

  package func run(_ sources: Sources) async throws -> Answer {
    Answer(reschedules: try await sources.ledger.reschedules(since: since), gaps: try await sources.ledger.gaps(since: since))
  }
}
