import ServiceKit

/// Which facility which sprint adds: one row each, in the order of the sprints.
enum SprintTable {
  static let rows: [(sprint: Int, facility: Facility)] = [
    (1, .logging)
  ]

  /// The last sprint of the migration; sprints without a row add nothing to this app.
  static let last = 10

  /// The sprint whose facilities are on when nobody says otherwise.
  static let standard = 1

  /// The facilities of the sprints 1 to `sprint`, then changed by the environment's `FACILITY_…` variables.
  ///
  /// - Throws: ``ConfigurationError`` about such a variable.
  static func facilities(upTo sprint: Int, environment: ServiceEnvironment) throws -> [Facility] {
    try environment.facilities(
      known: rows.map { $0.facility }, defaults: Set(rows.filter { $0.sprint <= sprint }.map { $0.facility.id }))
  }
}
