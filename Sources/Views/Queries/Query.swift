package import ClusterModel
package import JSONBytes
package import MigrationPlan
package import TelemetryModel
package import TimeFormat

/// A question to the stores and clusters, with all that it depends on: a page, the command of the same name and a demo's expectation ask
/// the same type, so that they have one limit and one meaning.
package protocol Query: Hashable, Sendable {
  associatedtype Answer: Sendable
  /// - Throws: an error whose description is one sentence; `CancellationError` when a newer question has taken its place.
  func run(_ sources: Sources) async throws -> Answer
}

/// What queries are answered from.
package struct Sources: Sendable {
  package var logs: any LogSource
  package var ledger: any RescheduleSource
  /// The clusters as they were at a moment; `nil` where no history is kept.
  package var past: (@Sendable (Timestamp) async -> [ClusterSnapshot]?)?
  /// The verdicts on a snapshot's workloads.
  package var verdicts: @Sendable (ClusterSnapshot, LedgerRecord, Timestamp) -> [HealthVerdict]
  /// An object as the API server of a cluster has it now; throws an error whose description is one sentence. `nil` where none can be asked.
  package var manifest: (@Sendable (_ cluster: String, ObjectReference) async throws -> JSONValue)?
  /// Where the program stood at a moment; throws an error whose description is one sentence. `nil` where there is no plan.
  package var pastVoyage: (@Sendable (Timestamp) async throws -> Voyage)?

  package init(
    logs: any LogSource, ledger: any RescheduleSource, past: (@Sendable (Timestamp) async -> [ClusterSnapshot]?)? = nil,
    verdicts: @escaping @Sendable (ClusterSnapshot, LedgerRecord, Timestamp) -> [HealthVerdict] = { _, _, _ in [] },
    manifest: (@Sendable (_ cluster: String, ObjectReference) async throws -> JSONValue)? = nil,
    pastVoyage: (@Sendable (Timestamp) async throws -> Voyage)? = nil
  ) {
    self.logs = logs
    self.ledger = ledger
    self.past = past
    self.verdicts = verdicts
    self.manifest = manifest
    self.pastVoyage = pastVoyage
  }
}

/// Any query as a value, for a runner that knows none of them.
package struct AnyQuery: Hashable, Sendable {
  private let base: any Query

  package init(_ query: some Query) { base = query }

  package func run(_ sources: Sources) async throws -> any Sendable { try await Self.run(base, sources) }

  private static func run<Q: Query>(_ query: Q, _ sources: Sources) async throws -> any Sendable { try await query.run(sources) }

  package static func == (one: AnyQuery, other: AnyQuery) -> Bool { AnyHashable(one.base) == AnyHashable(other.base) }
  package func hash(into hasher: inout Hasher) { hasher.combine(AnyHashable(base)) }
}

/// Why a query has no answer, in one sentence.
package struct QueryFailure: Error, Sendable, Hashable, CustomStringConvertible {
  package var sentence: String
  package var description: String { sentence }

  package init(_ sentence: String) { self.sentence = sentence }
}
