package import StrictYAML
package import TimeFormat

/// Reads a plan: strict, and with every finding at once.
package enum PlanParser {
  /// - Parameters:
  ///   - file: the name under which findings are reported.
  ///   - checks: those that exist; `nil` leaves their names and parameters unexamined.
  ///   - now: for warnings about what is past; `nil` leaves them out.
  /// - Returns: the plan, `nil` when there is any error; errors and warnings in the order of the file.
  package static func parse(
    _ text: String, file: String, checks: ParameterTables? = nil, now: Timestamp? = nil
  ) -> (plan: Plan?, diagnostics: [YAMLDiagnostic]) {
    let (root, syntax) = YAMLReader.read(text, file: file)
    guard let root else { return (nil, syntax.inFileOrder()) }
    var check = SchemaCheck(file: file, named: checks)
    check.check(root, .record(PlanSchema.plan), at: "")
    check.resolveReferences()
    var lint = PlanLint(file: file, root: root)
    lint.examine(now: now)
    let diagnostics = (syntax + check.diagnostics + lint.diagnostics).inFileOrder()
    return (diagnostics.hasErrors ? nil : PlanDecoding.plan(root), diagnostics)
  }
}
