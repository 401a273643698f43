package import StrictYAML

/// Every check there is: for the scorecard, the gates, the lessons and the demos. To add one: a file with its definition, and its name here.
package enum CheckLibrary {
  package static let all: [CheckDefinition] = [
    .recordsValid, .idEchoed, .idAtEveryHop, .oneCompletion,
    .answerIs, .answerNamesServices, .answerNamesFailingService, .requestFollowed, .podReplaced, .idStillFound, .workloadScaled,
    .statefulSetOrdered,
  ]

  package static func definition(_ id: String) -> CheckDefinition? { all.first { $0.id == id } }

  /// For ``PlanParser`` and the parsers of lessons and demos.
  package static var parameterTables: ParameterTables {
    ParameterTables(of: "check", namedBy: ["id", "check"], Dictionary(uniqueKeysWithValues: all.map { ($0.id, $0.parameters) }))
  }
}
