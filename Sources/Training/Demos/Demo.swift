package import StrictYAML
import TimeFormat

/// One demo: test, live show and recording in one file.
package struct Demo: Sendable, Hashable {
  package struct Reveal: Sendable, Hashable {
    package var concept: String
    package var weight: Int
  }

  package var number: Int
  package var title: String
  package var sprint: Int
  package var facility: String
  package var reveals: [Reveal]
  package var minutes: Int
  package var columns: Int
  package var rows: Int
  package var seed: Int
  package var variables: [Text]
  package var setup: [ActionUse]
  package var reset: [ActionUse]
  package var steps: [DemoStep]

  package struct Text: Sendable, Hashable {
    package var name: String
    package var text: String
  }

  package func variables(run: String) -> Variables {
    var all = Variables(["run": run, "seed": "\(seed)"])
    for pair in variables { all.values[pair.name] = all.fill(pair.text) }
    return all
  }
}

package struct DemoStep: Sendable, Hashable {
  package var id: String
  /// What the presenter says.
  package var say: String
  /// For the presenter's eyes only.
  package var note: String
  package var actions: [DemoAction]
  package var expectations: [Expectation]
  package var within: Duration
  /// A place to come back to.
  package var isCheckpoint: Bool
  /// What to say or show when it does not work.
  package var fallback: String
}

package enum DemoAction: Sendable, Hashable {
  /// Keys of the console, by the names that `docs/keys.md` lists; `type:TEXT` types text.
  case keys([String])
  /// A command of the palette.
  case command(String)
  case script(ActionUse)
}

/// What must be reached after a step's actions.
package enum Expectation: Sendable, Hashable {
  /// Stands on the screen.
  case text(String)
  /// A named value of the model.
  case model(name: String, comparison: Comparison, value: String)
  case check(CheckUse)

  package enum Comparison: String, Sendable, Hashable, CaseIterable {
    case equals = "is"
    case contains = "contains"
    case atLeast = "atLeast"
  }
}
