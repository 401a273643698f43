import ArgumentParser
import StrictYAML

/// What the lints of lessons and of demos share.
struct LintOptions: ParsableArguments {
  @Flag(help: "One JSON object a finding.") var json = false
  @Argument(help: "The files; without any, all that come with the program.") var files: [String] = []

  /// - Throws: a finding when a file has an error.
  func run(
    _ shipped: (TrainingShelf) -> [String], findings: (_ text: String, _ file: String) -> [YAMLDiagnostic]
  ) throws {
    let shelf = try TrainingShelf.open()
    let files = files.isEmpty ? shipped(shelf) : files
    let diagnostics = try files.flatMap { findings(try shelf.text($0), $0) }
    try DiagnosticsReport(diagnostics: diagnostics, files: files.count).print(json: json)
  }
}
