package import JSONBytes
import TimeFormat

/// A rehearsal for files and scripts.
package struct RehearsalText {
  private let rehearsal: Rehearsal

  package init(_ rehearsal: Rehearsal) { self.rehearsal = rehearsal }

  package var withScreens: String {
    var text = rehearsal.transcript
    for step in rehearsal.steps { text += "\n--- \(step.id)\n" + step.screen.map { $0 + "\n" }.joined() }
    return text
  }

  package var jsonLines: [String] {
    rehearsal.steps.map { Self.stepShape.line(Step(demo: rehearsal.demo, step: $0)) } + [Self.shape.line(rehearsal)]
  }

  package struct Step {
    var demo: Int
    var step: Rehearsal.Step
  }

  package static let stepShape = JSONShape<Step>(
    type: "step",
    [
      JSONField("demo", .number) { $0.demo }, JSONField("step", .string, "its id") { $0.step.id },
      JSONField("passed", .boolean) { $0.step.isPassed }, JSONField("tookMillis", .millis) { $0.step.took.nanoseconds / 1_000_000 },
      JSONField("why", .string, "where it did not pass") { $0.step.isPassed ? nil : $0.step.sentence },
    ])

  package static let shape = JSONShape<Rehearsal>(
    type: "rehearsal",
    [
      JSONField("demo", .number) { $0.demo }, JSONField("title", .string) { $0.title }, JSONField("passed", .boolean) { $0.isPassed },
      JSONField("why", .string, "where the ground could not be prepared") { $0.groundError },
    ])
}
