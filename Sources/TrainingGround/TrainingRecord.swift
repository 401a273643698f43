import JSONBytes
package import StateDirectory
import TimeFormat
package import Training
package import Views

/// A lesson and where its trainee stands.
package struct TrainingRecord {
  package let lesson: Lesson
  package let state: LessonState

  package init(lesson: Lesson, state: LessonState) {
    self.lesson = lesson
    self.state = state
  }

  /// All lessons of the shelf, in the course's order.
  package static func all(_ home: Home, _ shelf: TrainingShelf) throws -> [TrainingRecord] {
    let events = try ProgressFile(home).events()
    return try shelf.lessons().map { TrainingRecord(lesson: $0, state: LessonState($0, events: events)) }
  }

  package var json: String { Self.listing.jsonLine(self) }

  package static let listing = Listing<TrainingRecord>(
    "lessons",
    keys: [
      "lesson", "number", "title", "facility", "concepts", "minutes", "phase", "step", "steps", "stepId", "task", "asks", "result", "text",
      "hints", "attempts", "finishedAt", "reviewDue",
    ],
    [
      Column(report: "lesson", json: [JSONField("title", .string) { $0.lesson.title }]) { record, _ in record.lesson.title },
      Column(report: "facility", json: [JSONField("facility", .string) { $0.lesson.facility }]) { record, _ in record.lesson.facility },
      Column(report: "concepts", json: [JSONField("concepts", .strings) { $0.lesson.concepts }]) { record, _ in
        record.lesson.concepts.joined(separator: ", ")
      },
      Column(report: "done", json: [JSONField("finishedAt", .times) { $0.state.finishedAt.map { $0.rfc3339() } }]) { record, _ in
        record.state.finishedAt.last.map(day) ?? ""
      },
      Column(report: "times", isNumber: true) { record, _ in "\(record.state.finishedAt.count)" },
      Column(report: "hints", isNumber: true, json: [JSONField("hints", .number) { $0.state.hintsUsed }]) { record, _ in
        "\(record.state.hintsUsed)"
      },
      Column(report: "next review", json: [JSONField("reviewDue", .time) { $0.state.reviewDue?.rfc3339() }]) { record, _ in
        record.state.reviewDue.map(day) ?? "none"
      },
      Column(
        json: JSONField("lesson", .string, "its id") { $0.lesson.id },
        JSONField("number", .number) { $0.lesson.number },
        JSONField("minutes", .number) { $0.lesson.minutes },
        JSONField("phase", .string, "`notStarted`, `running`, `done`") { $0.state.phase.rawValue },
        JSONField("step", .number, "from 0") { $0.state.step },
        JSONField("steps", .number) { $0.state.stepCount },
        JSONField("stepId", .string, whileRunning) { $0.isRunning ? $0.stepID : nil },
        JSONField("task", .string, whileRunning) { $0.isRunning ? $0.state.task : nil },
        JSONField("asks", .strings, whileRunning) { $0.isRunning ? $0.state.asks : nil },
        JSONField("result", .string, "`pass`, `fail`, `error`") { $0.state.lastResult },
        JSONField("text", .string, "what the check said") { $0.state.lastText },
        JSONField("attempts", .number) { $0.state.attempts }),
    ])

  private static let whileRunning = "while the lesson runs"

  private var isRunning: Bool { state.phase == .running }
  private var stepID: String { lesson.steps.indices.contains(state.step) ? lesson.steps[state.step].id : "" }

  static func day(_ moment: Timestamp) -> String { CivilTime(moment, offset: WallClock.localOffset(at: moment)).date }
}
