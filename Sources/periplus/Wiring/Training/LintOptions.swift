import ArgumentParser
import TrainingGround

/// What the lints of lessons and of demos share.
struct LintOptions: ParsableArguments {
  @Flag(help: "One JSON object a finding.") var json = false
  @Argument(help: "The files; without any, all that come with the program.") var files: [String] = []

  /// - Throws: a finding when a file has an error.
  func run(_ lint: TrainingLint) throws {
    let found = try lint.run(files, on: .open())
    try DiagnosticsReport(diagnostics: found.diagnostics, files: found.files).print(json: json)
  }
}

extension TrainingShelf {
  /// The lessons and demos that come with the program.
  static func open() throws -> TrainingShelf {
    let share = try Share.locate()
    return TrainingShelf(lessons: share.lessons, demos: share.demos)
  }
}
