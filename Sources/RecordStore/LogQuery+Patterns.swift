package import TelemetryModel

extension LogQuery {
  /// Reads the regular expressions of the query, as the store would, so that a wrong one is told before anything is looked for.
  package func checkPatterns() throws(StoreError) {
    for condition in conditions { try Self.check(condition) }
  }

  private static func check(_ condition: Condition) throws(StoreError) {
    switch condition {
    case .regex(let pattern): _ = try RegularExpression(pattern)
    case .not(let inner): try check(inner)
    case .any(let members): for member in members { try check(member) }
    case .requestID, .text, .field: break
    }
  }
}
