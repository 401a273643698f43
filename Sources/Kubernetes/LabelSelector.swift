package import JSONBytes

/// A label selector: every requirement must hold (metav1.LabelSelector).
package struct LabelSelector: Sendable, Hashable {
  package enum Requirement: Sendable, Hashable {
    case `in`(String, Set<String>)
    case notIn(String, Set<String>)
    case exists(String)
    case doesNotExist(String)
    case greaterThan(String, Int64)
    case lessThan(String, Int64)

    /// - Parameter label: the value of a label; `nil` where there is no such label.
    fileprivate func holds(_ label: (String) -> String?) -> Bool {
      switch self {
      case .in(let key, let values): label(key).map { values.contains($0) } ?? false
      case .notIn(let key, let values): !(label(key).map { values.contains($0) } ?? false)
      case .exists(let key): label(key) != nil
      case .doesNotExist(let key): label(key) == nil
      case .greaterThan(let key, let bound): label(key).flatMap { Int64($0) }.map { $0 > bound } ?? false
      case .lessThan(let key, let bound): label(key).flatMap { Int64($0) }.map { $0 < bound } ?? false
      }
    }
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
      requirements.append(.in(member.key, [member.value.stringValue ?? ""]))
    }
    add(object["matchExpressions"]?.arrayValue ?? [])
  }

  /// A plain map of labels, as a Service's selector or a pod's nodeSelector.
  package init(map: JSONValue?) {
    requirements = (map?.objectValue ?? [:]).map { .in($0.key, [$0.value.stringValue ?? ""]) }
  }

  /// Takes in `matchExpressions`; an operator that is not known selects nothing.
  package mutating func add(_ expressions: [JSONValue]) {
    for expression in expressions {
      let key = expression["key"]?.stringValue ?? ""
      let texts = (expression["values"]?.arrayValue ?? []).compactMap(\.stringValue)
      switch expression["operator"]?.stringValue {
      case "In": requirements.append(.in(key, Set(texts)))
      case "NotIn": requirements.append(.notIn(key, Set(texts)))
      case "Exists": requirements.append(.exists(key))
      case "DoesNotExist": requirements.append(.doesNotExist(key))
      case "Gt": requirements.append(.greaterThan(key, texts.first.flatMap { Int64($0) } ?? .max))
      case "Lt": requirements.append(.lessThan(key, texts.first.flatMap { Int64($0) } ?? .min))
      default: selectsNothing = true
      }
    }
  }

  /// Whether an object with these `metadata.labels` is selected.
  package func matches(_ labels: JSONValue?) -> Bool {
    !selectsNothing && requirements.allSatisfy { $0.holds { labels?[$0].map { $0.stringValue ?? "" } } }
  }

  package func matches(_ labels: [String: String]) -> Bool {
    !selectsNothing && requirements.allSatisfy { $0.holds { labels[$0] } }
  }
}
