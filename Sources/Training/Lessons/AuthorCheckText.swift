package import JSONBytes

/// What an author check found, for people and for scripts.
package struct AuthorCheckText {
  private let lesson: String
  private let finding: AuthorCheck.Finding

  package init(_ finding: AuthorCheck.Finding, of lesson: Lesson) {
    self.lesson = lesson.id
    self.finding = finding
  }

  /// `FAIL follow-an-id/name-the-failing-service: fails solved: …`.
  package var line: String {
    let place = finding.place == lesson ? lesson : "\(lesson)/\(finding.place)"
    return "\(finding.isProven ? "ok  " : "FAIL") \(place): \(finding.sentence)"
  }

  package var json: String { Self.shape.line(self) }

  package static let shape = JSONShape<AuthorCheckText>([
    JSONField("lesson", .string) { $0.lesson },
    JSONField("step", .string, "absent for what concerns the whole lesson") { $0.finding.place == $0.lesson ? nil : $0.finding.place },
    JSONField("proven", .boolean) { $0.finding.isProven },
    JSONField("finding", .string, "in words") { $0.finding.sentence },
  ])
}
