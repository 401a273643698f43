package import StrictYAML

/// Every check there is, by id: for the scorecard, the gates, the lessons and the demos.
package enum CheckLibrary {
  /// The reference app's namespace, unless a plan says otherwise.
  package static let namespace = "shop"

  package static let all: [CheckDefinition] = [
    LoggingChecks.recordsValid, LoggingChecks.idEchoed, LoggingChecks.idAtEveryHop, LoggingChecks.oneCompletion,
    TrainingChecks.answerIs, TrainingChecks.answerNamesServices, TrainingChecks.answerNamesFailingService,
    TrainingChecks.requestFollowed, TrainingChecks.podReplaced, TrainingChecks.idStillFound, TrainingChecks.workloadScaled,
  ]

  package static func definition(_ id: String) -> CheckDefinition? { all.first { $0.id == id } }

  /// For ``PlanParser`` and the parsers of lessons and demos.
  package static var parameterTables: ParameterTables {
    ParameterTables(of: "check", namedBy: ["id", "check"], Dictionary(uniqueKeysWithValues: all.map { ($0.id, $0.parameters) }))
  }
}
