package import StrictYAML
import TimeFormat

/// One lesson, as its author wrote it.
package struct Lesson: Sendable, Hashable {
  package var id: String
  package var number: Int
  package var title: String
  package var facility: String
  package var concepts: [String]
  package var prerequisites: [String]
  package var minutes: Int
  package var seed: Int
  /// Names and texts with `{run}`, filled when the lesson starts.
  package var variables: [(name: String, text: String)]
  /// What the trainee reads first, e.g. a customer's ticket.
  package var story: String
  package var setup: [ActionUse]
  package var reset: [ActionUse]
  package var steps: [LessonStep]
  package var debrief: String
  /// A question to think about at each review.
  package var review: [String]

  package static func == (one: Lesson, other: Lesson) -> Bool { one.id == other.id && one.steps == other.steps }
  package func hash(into hasher: inout Hasher) { hasher.combine(id) }

  /// The values at the start of a run.
  package func variables(run: String) -> Variables {
    var all = Variables(["run": run, "seed": "\(seed)"])
    for (name, text) in variables { all.values[name] = all.fill(text) }
    return all
  }
}

package struct LessonStep: Sendable, Hashable {
  package var id: String
  package var task: String
  /// The questions that are answered with `:answer NAME VALUE`.
  package var asks: [String]
  /// What the trainee may have the lesson do: `:do`.
  package var offers: [ActionUse]
  package var verify: [CheckUse]
  package var within: Duration
  /// Three, from a nudge to nearly all.
  package var hints: [String]
  package var wrongPaths: [WrongPath]
  package var solve: [ActionUse]
}

package struct WrongPath: Sendable, Hashable {
  /// How the author check goes astray.
  package var actions: [ActionUse]
  /// How it comes back.
  package var undo: [ActionUse]
  /// Checks that pass when a trainee went this way.
  package var when: [CheckUse]
  package var say: String
}
