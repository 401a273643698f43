import JSONBytes
package import MigrationPlan
package import StrictYAML

/// One check of the library.
package struct CheckDefinition: Sendable {
  package var id: String
  /// What it asserts, in one sentence.
  package var assertion: String
  /// What a failure means for people.
  package var onFailure: String
  package var howToFix: String
  package var parameters: RecordSchema
  /// Returns what it found. Throws when it could not run: the result is then unknown, never failed.
  package var run: @Sendable (CheckContext) async throws -> [CheckFinding]

  package init(
    id: String, assertion: String, onFailure: String, howToFix: String, parameters: [SchemaField],
    run: @escaping @Sendable (CheckContext) async throws -> [CheckFinding]
  ) {
    self.id = id
    self.assertion = assertion
    self.onFailure = onFailure
    self.howToFix = howToFix
    self.parameters = RecordSchema("the parameters of \(id)", parameters)
    self.run = run
  }
}

extension CheckDefinition {
  /// As one JSON object: `check`, `assertion`, and its `parameters` with `name`, `is`, `needed`, `meaning`.
  package var listJSON: String {
    var json = JSONWriter()
    json.object { json in
      json.member("check", id)
      json.member("assertion", assertion)
      json.key("parameters")
      json.array { json in
        for field in parameters.fields {
          json.object { json in
            json.member("name", field.name)
            json.member("is", field.type.expected)
            json.member("needed", field.isRequired)
            json.member("meaning", field.meaning)
          }
        }
      }
    }
    return json.string
  }
}

/// What a check found on one subject.
package struct CheckFinding: Sendable, Hashable {
  package var subject: String
  package var outcome: Evidence.Outcome
  package var grade: Evidence.Grade
  /// In one sentence with figures.
  package var observed: String
  /// Every offender by itself, e.g. each invalid record with its violation.
  package var details: [String]
  /// How to repeat it by hand.
  package var query: String
  /// The data that was looked at; its digest goes into the evidence.
  package var data: [UInt8]

  package init(
    subject: String, outcome: Evidence.Outcome, grade: Evidence.Grade, observed: String, details: [String] = [], query: String,
    data: [UInt8] = []
  ) {
    self.subject = subject
    self.outcome = outcome
    self.grade = grade
    self.observed = observed
    self.details = details
    self.query = query
    self.data = data
  }
}

/// The environment kept a check from running: the result is unknown, never a failure of what is checked.
package struct CheckObstacle: Error, Hashable, CustomStringConvertible {
  package var sentence: String
  package var description: String { sentence }

  package init(_ sentence: String) { self.sentence = sentence }
}
