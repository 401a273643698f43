package import JSONBytes

/// A field selector: equality on fields that the resource names as selectable.
package struct FieldSelector: Sendable, Hashable {
  struct Term: Sendable, Hashable {
    var path: [String]
    var value: String
    var equal: Bool
    /// What a missing field equals.
    var absent = ""
  }

  var terms: [Term]

  package static let everything = FieldSelector(terms: [])

  init(terms: [Term]) { self.terms = terms }

  /// Only objects whose field equals the value, for callers in the same process.
  package init(_ path: String, equals value: String) {
    terms = [Term(path: path.split(separator: ".").map(String.init), value: value, equal: true)]
  }

  /// `metadata.name=web,status.phase!=Running`.
  package init(parsing text: String, for resource: Resource) throws(APIError) {
    let selectable = SelectableField.common + resource.definition.selectableFields
    terms = []
    for part in text.split(separator: ",") {
      let equal: Bool
      let pieces: [Substring]
      if let range = part.firstRange(of: "!=") {
        equal = false
        pieces = [part[..<range.lowerBound], part[range.upperBound...]]
      } else if let range = part.firstRange(of: "==") ?? part.firstRange(of: "=") {
        equal = true
        pieces = [part[..<range.lowerBound], part[range.upperBound...]]
      } else {
        throw .badRequest("invalid selector: '\(text)'; can't understand '\(part)'")
      }
      let field = String(pieces[0])
      guard let known = selectable.first(where: { $0.name == field }) else {
        throw .badRequest(
          "Unable to find \"\(resource.apiVersion), Resource=\(resource.plural)\" that match label selector \"\", field selector \"\(text)\": field label not supported: \(field)"
        )
      }
      terms.append(Term(path: known.path, value: String(pieces[1]), equal: equal, absent: known.absent))
    }
  }

  package func holds(_ object: JSONValue) -> Bool {
    terms.allSatisfy { term in
      let found: String =
        switch object.at(term.path) {
        case .string(let text)?: text
        case .bool(let flag)?: flag ? "true" : "false"
        case .int(let number)?: String(number)
        default: term.absent
        }
      return (found == term.value) == term.equal
    }
  }
}
