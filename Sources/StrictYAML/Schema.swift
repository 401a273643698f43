/// What a file may say, as a table: from it come the errors, the suggestions and the reference in the documents.
package indirect enum SchemaType: Sendable, Hashable {
  case text
  /// Names an entity of this kind; unique among its kind.
  case identifier(String)
  /// Refers to an entity of one of these kinds.
  case reference([String])
  case integer(ClosedRange<Int>)
  case number(ClosedRange<Double>)
  case flag
  /// `2018-01-22`.
  case date
  /// `30s`, `5m`, `2h`, `1d`.
  case duration
  case choice([String])
  case list(SchemaType)
  case record(RecordSchema)
  /// Keys of the writer's own choice, e.g. the headers of a request.
  case mapping(SchemaType)
  /// A scalar of any kind.
  case scalar
  /// Anything at all, e.g. the body of a request.
  case any
  /// Whatever the table of the named thing says; known only when its name is.
  case parameters

  package static func reference(_ kind: String) -> SchemaType { .reference([kind]) }

  var isScalar: Bool {
    switch self {
    case .list, .record, .mapping, .parameters, .any: false
    default: true
    }
  }

  /// What is expected, for an error's sentence.
  package var expected: String {
    switch self {
    case .text: "text"
    case .identifier: "a name of a-z, 0-9, '-' and '.'"
    case .reference(let kinds): "the id of a \(kinds.joined(separator: " or "))"
    case .integer(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
    case .number(let range): "a number from \(range.lowerBound) to \(range.upperBound)"
    case .flag: "true or false"
    case .date: "a date like 2018-01-22"
    case .duration: "a duration like 30s, 5m, 2h or 1d"
    case .choice(let words): "one of \(words.joined(separator: ", "))"
    case .list(let element): "a list, each entry \(element.expected)"
    case .record(let schema): "a mapping with the keys of \(schema.name)"
    case .mapping: "a mapping"
    case .scalar: "text, a number or a flag"
    case .any: "any value"
    case .parameters: "a mapping of parameters"
    }
  }
}

package struct SchemaField: Sendable, Hashable {
  package var name: String
  package var type: SchemaType
  package var isRequired: Bool
  /// For the reference in the documents.
  package var meaning: String

  package init(_ name: String, _ type: SchemaType, required: Bool = false, _ meaning: String) {
    self.name = name
    self.type = type
    isRequired = required
    self.meaning = meaning
  }
}

package struct RecordSchema: Sendable, Hashable {
  /// With its article: `a facility`.
  package var name: String
  package var fields: [SchemaField]

  package init(_ name: String, _ fields: [SchemaField]) {
    self.name = name
    self.fields = fields
  }

  package func field(_ name: String) -> SchemaField? { fields.first { $0.name == name } }
}
