package import StrictYAML

/// Where a presenter stands: what the Demo pane and the presenter's terminal show. Pure.
package struct DemoState: Sendable, Hashable {
  package let demo: Demo
  package private(set) var step = 0
  /// The last result of each step that was played, by its id; empty text is a pass.
  package private(set) var results: [String: String] = [:]
  package var variables: Variables

  package init(_ demo: Demo, run: String) {
    self.demo = demo
    variables = demo.variables(run: run)
  }

  package var isDone: Bool { step >= demo.steps.count }
  package var current: DemoStep? { demo.steps.indices.contains(step) ? demo.steps[step] : nil }
  package var next: DemoStep? { demo.steps.indices.contains(step + 1) ? demo.steps[step + 1] : nil }
  package var say: String { current.map { variables.fill($0.say) } ?? "" }
  package var note: String { current.map { variables.fill($0.note) } ?? "" }
  package var fallback: String { current.map { variables.fill($0.fallback) } ?? "" }

  /// A step was played: goes on when it passed, stays when it did not.
  package mutating func played(_ result: Rehearsal.Step) {
    results[result.id] = result.sentence
    if result.isPassed, current?.id == result.id { step += 1 }
  }

  package mutating func skip() { step = min(step + 1, demo.steps.count) }

  /// To the nearest checkpoint at or before the step; to the start when there is none.
  package mutating func backToCheckpoint() {
    let place = demo.steps.prefix(step + 1).lastIndex { $0.isCheckpoint } ?? 0
    for played in demo.steps[place...] { results[played.id] = nil }
    step = place
  }
}
