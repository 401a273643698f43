import Application
package import Checks
package import StrictYAML

/// One action of lessons, demos and drills: what a file may say of it, and what it does. Typed, never shell. To add one: a file with its
/// definition, and a line in ``ActionLibrary``.
package struct ActionDefinition: Sendable {
  /// Its key in a list of actions: `deletePod`.
  package var id: String
  /// What it does, in a few words.
  package var meaning: String
  package var parameters: RecordSchema
  /// What a learner does and the ground does not: allowed in `solve` and in wrong paths only.
  package var isLearners: Bool
  /// The names for `${name}` that it sets, by its parameters.
  package var sets: @Sendable (Fields) -> [String]
  /// In words, for transcripts and errors; the parameters are filled.
  package var describe: @Sendable (Fields) -> String
  /// Does it, returns when it took effect, and says what is to be remembered.
  ///
  /// - Throws: ``ActionError`` with one sentence.
  package var run: @Sendable (ActionContext) async throws -> [String: String]

  package init(
    id: String, meaning: String, parameters: [SchemaField], isLearners: Bool = false,
    sets: @escaping @Sendable (Fields) -> [String] = { _ in [] }, describe: @escaping @Sendable (Fields) -> String,
    run: @escaping @Sendable (ActionContext) async throws -> [String: String]
  ) {
    self.id = id
    self.meaning = meaning
    self.parameters = RecordSchema("the parameters of \(id)", parameters)
    self.isLearners = isLearners
    self.sets = sets
    self.describe = describe
    self.run = run
  }
}

/// What an action works with.
package struct ActionContext: Sendable {
  package var ground: any GroundPort
  package var checks: CheckContext
  /// The action's parameters, filled and held to its table.
  package var fields: Fields

  package init(ground: any GroundPort, checks: CheckContext, fields: Fields) {
    self.ground = ground
    self.checks = checks
    self.fields = fields
  }

  var app: AppProfile {
    get throws {
      guard let app = checks.app else {
        throw ActionError("no app profile was found; put app.yaml beside the program, or name it with --app FILE")
      }
      return app
    }
  }

  var objects: GroundObjects {
    get throws { GroundObjects(port: ground, namespace: try app.namespace, now: checks.now, pause: checks.pause) }
  }
}

/// Why an action was not done, or a lesson cannot go on.
package struct ActionError: Error, Hashable, CustomStringConvertible {
  package enum Kind: Sendable, Hashable {
    /// Something is wrong with the ground or the machine.
    case environment
    /// What was asked does not fit, and nothing is wrong with the ground.
    case usage
    /// What was asked for is not there, or cannot be used.
    case notFound
  }

  package var sentence: String
  package var kind: Kind
  package var description: String { sentence }

  package init(_ sentence: String, kind: Kind = .environment) {
    self.sentence = sentence
    self.kind = kind
  }
}
