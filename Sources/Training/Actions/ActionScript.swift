import Checks
import StrictYAML

/// Does a script's actions in order.
struct ActionScript: Sendable {
  let ground: any GroundPort
  let context: CheckContext

  /// - Throws: ``ActionError`` with one sentence.
  func run(_ actions: [ActionUse], _ variables: inout Variables) async throws {
    for action in actions { try await action.run(ground, context, &variables) }
  }
}
