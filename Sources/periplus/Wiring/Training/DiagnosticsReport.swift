import JSONBytes
import Screen
import StrictYAML

/// What a lint found, printed: each finding with its place, then the count.
struct DiagnosticsReport {
  let diagnostics: [YAMLDiagnostic]
  let files: Int

  /// - Throws: a finding when there is an error; warnings do not fail.
  func print(json: Bool) throws {
    for diagnostic in diagnostics {
      if json { Output.json(Self.shape.line(diagnostic)) } else { Output.line(Visible.text(diagnostic.text)) }
    }
    let errors = diagnostics.count { $0.severity == .error }
    let warnings = diagnostics.count - errors
    if !json {
      let what = files == 1 ? "1 file" : "\(files) files"
      Output.line("\(what): \(errors) error\(errors == 1 ? "" : "s"), \(warnings) warning\(warnings == 1 ? "" : "s")")
    }
    if errors > 0 { throw Problem.finding() }
  }

  static let shape = JSONShape<YAMLDiagnostic>([
    JSONField("file", .string) { $0.file },
    JSONField("line", .number, "from 1; 0 for what concerns the whole file") { $0.line },
    JSONField("column", .number, "from 1") { $0.column },
    JSONField("severity", .string, "`error`, `warning`") { $0.severity.rawValue },
    JSONField("message", .string) { $0.message },
    JSONField("suggestion", .string, "what was probably meant") { $0.suggestion },
  ])
}
