package import GroundControllers
package import JSONBytes

extension LabelSelector {
  /// `app=web,tier in (a, b),!old,x notin (y),n>3`.
  package init(parsing text: String) throws(APIError) {
    var parser = SelectorParser(text)
    self.init(requirements: try parser.requirements())
  }
}

private struct SelectorParser {
  private enum Token: Equatable {
    case word(String)
    case symbol(String)
    case end

    var text: String {
      switch self {
      case .word(let text), .symbol(let text): text
      case .end: ""
      }
    }
  }

  private var tokens: [Token] = []
  private var index = 0

  init(_ text: String) {
    let bytes = Array(text.utf8)
    var at = 0
    while at < bytes.count {
      switch bytes[at] {
      case UInt8(ascii: " "), UInt8(ascii: "\t"), 0x0A, 0x0D: at += 1
      case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: ","), UInt8(ascii: ">"), UInt8(ascii: "<"):
        tokens.append(.symbol(String(decoding: bytes[at...at], as: UTF8.self)))
        at += 1
      case UInt8(ascii: "!"), UInt8(ascii: "="):
        let isDouble = at + 1 < bytes.count && bytes[at + 1] == UInt8(ascii: "=")
        tokens.append(.symbol(String(decoding: bytes[at..<at + (isDouble ? 2 : 1)], as: UTF8.self)))
        at += isDouble ? 2 : 1
      default:
        let start = at
        let stops = Set(" \t\n\r(),><!=".utf8)
        while at < bytes.count, !stops.contains(bytes[at]) { at += 1 }
        tokens.append(.word(String(decoding: bytes[start..<at], as: UTF8.self)))
      }
    }
  }

  private var current: Token { index < tokens.count ? tokens[index] : .end }

  private mutating func next() -> Token {
    defer { index += 1 }
    return current
  }

  mutating func requirements() throws(APIError) -> [LabelSelector.Requirement] {
    var found: [LabelSelector.Requirement] = []
    if current == .end { return found }
    while true {
      found.append(try requirement())
      switch next() {
      case .end: return found
      case .symbol(","): continue
      case let other: throw .badRequest("found '\(other.text)', expected: ',' or 'end of string'")
      }
    }
  }

  private mutating func requirement() throws(APIError) -> LabelSelector.Requirement {
    if current == .symbol("!") {
      _ = next()
      return .absent(try key())
    }
    let key = try key()
    switch current {
    case .end, .symbol(","): return .exists(key)
    case .symbol("="), .symbol("=="):
      _ = next()
      return .within(key, [value()])
    case .symbol("!="):
      _ = next()
      return .notWithin(key, [value()])
    case .symbol(">"):
      _ = next()
      return .above(key, try number())
    case .symbol("<"):
      _ = next()
      return .below(key, try number())
    case .word("in"):
      _ = next()
      return .within(key, try values())
    case .word("notin"):
      _ = next()
      return .notWithin(key, try values())
    case let other: throw .badRequest("unable to parse requirement: found '\(other.text)', expected: in, notin, =, ==, !=, gt, lt")
    }
  }

  private mutating func key() throws(APIError) -> String {
    guard case .word(let text) = current else { throw .badRequest("found '\(current.text)', expected: !, identifier, or 'end of string'") }
    _ = next()
    guard Validation.isLabelKey(text) else {
      throw .badRequest(
        "unable to parse requirement: <nil>: Invalid value: \"\(text)\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"
      )
    }
    return text
  }

  private mutating func value() -> String {
    guard case .word(let text) = current else { return "" }
    _ = next()
    return text
  }

  private mutating func number() throws(APIError) -> Int64 {
    let text = value()
    guard let number = Int64(text) else {
      throw .badRequest("unable to parse requirement: \"\(text)\": for 'Gt', 'Lt' operators, the value must be an integer")
    }
    return number
  }

  private mutating func values() throws(APIError) -> Set<String> {
    guard next() == .symbol("(") else { throw .badRequest("unable to parse requirement: found no '(', expected: '('") }
    var found: Set<String> = []
    while true {
      found.insert(value())
      switch next() {
      case .symbol(","): continue
      case .symbol(")"): return found
      case let other: throw .badRequest("unable to parse requirement: found '\(other.text)', expected: ',' or ')'")
      }
    }
  }
}

/// A field selector: equality on fields that the resource names as selectable.
package struct FieldSelector: Sendable, Hashable {
  struct Term: Sendable, Hashable {
    var path: [String]
    var value: String
    var equal: Bool
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
      guard Self.selectable(resource).contains(field) else {
        throw .badRequest(
          "Unable to find \"\(resource.apiVersion), Resource=\(resource.plural)\" that match label selector \"\", field selector \"\(text)\": field label not supported: \(field)"
        )
      }
      terms.append(Term(path: field.split(separator: ".").map(String.init), value: String(pieces[1]), equal: equal))
    }
  }

  private static func selectable(_ resource: Resource) -> Set<String> {
    var fields: Set<String> = ["metadata.name", "metadata.namespace"]
    switch resource {
    case .pods:
      fields.formUnion([
        "spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "status.phase", "status.podIP",
        "status.nominatedNodeName",
      ])
    case .events:
      fields.formUnion(["kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"].map { "involvedObject.\($0)" })
      fields.formUnion(["reason", "type", "source", "reportingComponent"])
    case .nodes: fields.insert("spec.unschedulable")
    case .namespaces: fields.insert("status.phase")
    case .replicaSets: fields.insert("status.replicas")
    case .secrets: fields.insert("type")
    case .services: fields.formUnion(["spec.clusterIP", "spec.type"])
    default: break
    }
    return fields
  }

  package func holds(_ object: JSONValue) -> Bool {
    terms.allSatisfy { term in
      let found: String =
        switch object.at(term.path) {
        case .string(let text)?: text
        case .bool(let flag)?: flag ? "true" : "false"
        case .int(let number)?: String(number)
        case .object?: object.at(term.path + ["component"])?.stringValue ?? ""
        default: term.path == ["spec", "unschedulable"] ? "false" : ""
        }
      return (found == term.value) == term.equal
    }
  }
}
