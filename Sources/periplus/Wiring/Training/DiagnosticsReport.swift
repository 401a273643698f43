import JSONBytes
import MigrationPlan

/// What a lint found, printed: each finding with its place, then the count.
struct DiagnosticsReport {
  let diagnostics: [PlanDiagnostic]
  let files: Int

  /// - Throws: a finding when there is an error; warnings do not fail.
  func print(json: Bool) throws {
    for diagnostic in diagnostics { Output.line(json ? self.json(diagnostic) : diagnostic.text) }
    let errors = diagnostics.count { $0.severity == .error }
    let warnings = diagnostics.count - errors
    if !json {
      let what = files == 1 ? "1 file" : "\(files) files"
      Output.line("\(what): \(errors) error\(errors == 1 ? "" : "s"), \(warnings) warning\(warnings == 1 ? "" : "s")")
    }
    if errors > 0 { throw Problem.finding() }
  }

  private func json(_ diagnostic: PlanDiagnostic) -> String {
    var json = JSONWriter()
    json.object { json in
      json.member("file", diagnostic.file)
      json.member("line", diagnostic.line)
      json.member("column", diagnostic.column)
      json.member("severity", diagnostic.severity.rawValue)
      json.member("message", diagnostic.message)
      json.member(ifPresent: diagnostic.suggestion, "suggestion")
    }
    return json.string
  }
}
