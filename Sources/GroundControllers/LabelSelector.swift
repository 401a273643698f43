package import JSONBytes

/// A label selector: every requirement must hold (metav1.LabelSelector).
package struct LabelSelector: Sendable, Hashable {
  package enum Requirement: Sendable, Hashable {
    case within(String, Set<String>)
    case notWithin(String, Set<String>)
    case exists(String)
    case absent(String)
    case above(String, Int64)
    case below(String, Int64)
  }

  package var requirements: [Requirement]
  /// A selector object that is missing selects nothing; an empty one selects everything.
  package var selectsNothing = false

  package static let everything = LabelSelector(requirements: [])

  package init(requirements: [Requirement]) { self.requirements = requirements }

  /// `matchLabels` and `matchExpressions` of an object's selector.
  package init(object: JSONValue?) {
    requirements = []
    guard let object, object.objectValue != nil else {
      selectsNothing = true
      return
    }
    for member in object["matchLabels"]?.objectValue ?? [:] {
      requirements.append(.within(member.key, [member.value.stringValue ?? ""]))
    }
    add(object["matchExpressions"]?.arrayValue ?? [])
  }

  /// A plain map of labels, as a Service's selector or a pod's nodeSelector.
  package init(map: JSONValue?) {
    requirements = (map?.objectValue ?? [:]).map { .within($0.key, [$0.value.stringValue ?? ""]) }
  }

  package mutating func add(_ expressions: [JSONValue]) {
    for expression in expressions {
      let key = expression["key"]?.stringValue ?? ""
      let texts = (expression["values"]?.arrayValue ?? []).compactMap(\.stringValue)
      switch expression["operator"]?.stringValue {
      case "In": requirements.append(.within(key, Set(texts)))
      case "NotIn": requirements.append(.notWithin(key, Set(texts)))
      case "Exists": requirements.append(.exists(key))
      case "DoesNotExist": requirements.append(.absent(key))
      case "Gt": requirements.append(.above(key, texts.first.flatMap { Int64($0) } ?? .max))
      case "Lt": requirements.append(.below(key, texts.first.flatMap { Int64($0) } ?? .min))
      default: selectsNothing = true
      }
    }
  }

  package func holds(_ labels: JSONValue?) -> Bool {
    if selectsNothing { return false }
    return requirements.allSatisfy { requirement in
      switch requirement {
      case .within(let key, let values): labels?[key]?.stringValue.map { values.contains($0) } ?? false
      case .notWithin(let key, let values): !(labels?[key]?.stringValue.map { values.contains($0) } ?? false)
      case .exists(let key): labels?[key] != nil
      case .absent(let key): labels?[key] == nil
      case .above(let key, let bound): labels?[key]?.stringValue.flatMap { Int64($0) }.map { $0 > bound } ?? false
      case .below(let key, let bound): labels?[key]?.stringValue.flatMap { Int64($0) }.map { $0 < bound } ?? false
      }
    }
  }
}
