package import StrictYAML

/// Every action there is, for lessons, demos and drills.
package enum ActionLibrary {
  package static let all: [ActionDefinition] = [
    .sendTraffic, .sendRequest, .deletePod, .scale, .setFaults, .clearFaults, .waitReady, .answer, .waitForRecords, .rememberPod,
    .deleteOrdinal,
  ]

  package static func definition(_ id: String) -> ActionDefinition? { all.first { $0.id == id } }

  /// An entry of a list of actions: exactly one of these keys.
  package static let schema = RecordSchema("an action", all.map(field))

  /// What the ground does, without what only a learner does.
  package static let groundFields = all.filter { !$0.isLearners }.map(field)

  private static func field(_ action: ActionDefinition) -> SchemaField {
    SchemaField(action.id, .record(action.parameters), action.meaning)
  }
}
