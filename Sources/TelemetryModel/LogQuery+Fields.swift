import Spelling

extension LogQuery {
  /// Fields of the query that are nearly called as one that every record has: `servce` is probably meant to be `service`. They are no error,
  /// because a record may have any field; who finds nothing wants to know.
  package var misspeltFields: [(written: String, known: String)] {
    let known = LogFieldReader.Known.allCases.map(\.rawValue)
    var found: [(written: String, known: String)] = []
    for name in conditions.flatMap(\.fieldNames)
    where LogFieldReader.Known(name: name) == nil && !found.contains(where: { $0.written == name }) {
      if let meant = EditDistance.nearest(to: name, among: known) { found.append((name, meant)) }
    }
    return found
  }

  /// The texts and regular expressions that records were asked to contain; what was negated is left out.
  package var soughtTexts: (texts: [String], patterns: [String]) {
    var texts: [String] = []
    var patterns: [String] = []
    func look(_ condition: Condition) {
      switch condition {
      case .text(let text): texts.append(text)
      case .regex(let pattern): patterns.append(pattern)
      case .any(let members): members.forEach(look)
      // A list in parentheses is written as the opposite of "any is not".
      case .not(.any(let members)): for case .not(let inner) in members { look(inner) }
      default: break
      }
    }
    conditions.forEach(look)
    return (texts, patterns)
  }
}

extension LogQuery.Condition {
  fileprivate var fieldNames: [String] {
    switch self {
    case .field(let name, _, _): [name]
    case .not(let inner): inner.fieldNames
    case .any(let members): members.flatMap(\.fieldNames)
    default: []
    }
  }
}
