import Checks
package import StrictYAML

/// An action as a file names it, with its parameters.
package struct ActionUse: Sendable, Hashable {
  package var action: String
  package var parameters: YAMLNode

  /// Reads an entry that was held to ``ActionLibrary/schema``; `nil` for one that was reported.
  init?(_ node: YAMLNode) {
    guard let entry = node.entries?.first, let action = entry.key.text, ActionLibrary.definition(action) != nil else { return nil }
    self.action = action
    parameters = entry.value
  }

  /// The names for `${name}` that it sets.
  var sets: [String] { ActionLibrary.definition(action)?.sets(Fields(parameters)) ?? [] }

  /// In words, with its variables filled.
  package func described(_ variables: Variables) -> String {
    ActionLibrary.definition(action)?.describe(Fields(variables.fill(parameters))) ?? action
  }

  /// Fills the parameters, holds them to the action's table, and does it.
  ///
  /// - Throws: ``ActionError`` with one sentence.
  func run(_ ground: any GroundPort, _ checks: CheckContext, _ variables: inout Variables) async throws {
    guard let definition = ActionLibrary.definition(action) else {
      throw ActionError("there is no action '\(action)'; there are \(ActionLibrary.all.map(\.id).joined(separator: ", "))")
    }
    let filled = variables.fill(parameters)
    var check = SchemaCheck(file: action)
    check.check(filled, .record(definition.parameters), at: action)
    // What a variable became is known only now.
    if let first = check.diagnostics.first { throw ActionError(first.message) }
    let remembered = try await definition.run(ActionContext(ground: ground, checks: checks, fields: Fields(filled)))
    variables.values.merge(remembered) { _, new in new }
  }
}
