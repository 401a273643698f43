package import MigrationPlan
package import TimeFormat

/// Where the program stood at a moment: by the plan of today and the evidence of then.
package struct PastVoyage: Query {
  package let moment: Timestamp

  package init(at moment: Timestamp) { self.moment = moment }

  /// - Returns: `nil` where there is no plan.
  package func run(_ sources: Sources) async throws -> Voyage? { try await sources.pastVoyage?(moment) }
}
