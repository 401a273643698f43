/// One finding in a file that a person wrote: where it is, what was expected, what came, what to do.
package struct YAMLDiagnostic: Error, Sendable, Hashable, CustomStringConvertible {
  package enum Severity: String, Sendable, Hashable { case error, warning }

  package var severity: Severity
  package var file: String
  /// From 1, as editors count; 0 when the finding concerns the whole file.
  package var line: Int
  /// In Unicode scalars, from 1.
  package var column: Int
  package var message: String
  /// What was probably meant; `nil` when nothing is near enough.
  package var suggestion: String?

  package init(_ severity: Severity, file: String, line: Int, column: Int, _ message: String, suggestion: String? = nil) {
    self.severity = severity
    self.file = file
    self.line = line
    self.column = column
    self.message = message
    self.suggestion = suggestion
  }

  package var description: String { text }

  /// `plan.yaml:12:5: error: unknown key 'nmae' in a facility; did you mean 'name'?`
  package var text: String {
    let place = line > 0 ? "\(file):\(line):\(column)" : file
    let hint = suggestion.map { "; did you mean '\($0)'?" } ?? ""
    return "\(place): \(severity.rawValue): \(message)\(hint)"
  }
}

extension [YAMLDiagnostic] {
  package var hasErrors: Bool { contains { $0.severity == .error } }

  /// In the order of the file; errors before warnings of the same place.
  package func inFileOrder() -> [YAMLDiagnostic] {
    sorted {
      ($0.line, $0.column, $0.severity == .error ? 0 : 1, $0.message) < ($1.line, $1.column, $1.severity == .error ? 0 : 1, $1.message)
    }
  }
}
