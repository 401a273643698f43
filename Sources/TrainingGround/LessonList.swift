package import TimeFormat
import Training
package import Views

extension TrainingRecord {
  /// The lessons with where the trainee stands: what `periplus learn` prints. ``listing`` is the summary of those that are done.
  package static func list(_ records: [TrainingRecord], now: Timestamp) -> Report {
    Report("Lessons", [.table(standing.reportTable(records, ListingContext(now: now)))])
  }

  private static let standing = Listing<TrainingRecord>(
    "lessons",
    [
      Column(report: "lesson") { record, _ in record.lesson.id },
      Column(report: "number", isNumber: true) { record, _ in "\(record.lesson.number)" },
      Column(report: "state") { record, _ in record.standing },
      Column(report: "takes") { record, _ in "\(record.lesson.minutes) min" },
      Column(report: "review") { record, context in
        record.state.reviewDue.map { $0 <= context.now ? "due" : day($0) } ?? ""
      },
      Column(report: "title") { record, _ in record.lesson.title },
    ])

  private var standing: String {
    switch state.phase {
    case .notStarted: state.finishedAt.isEmpty ? "not started" : "done"
    case .running: "step \(state.step + 1) of \(state.stepCount)"
    case .done: "done"
    }
  }
}
