package import JSONBytes
package import TimeFormat

/// An entry of `status.conditions` (metav1.Condition): one aspect of an object's state, and since when it has been so.
package struct Condition: Sendable, Hashable {
  /// `Ready`, `Available`, `Progressing`, …
  package var type: String
  /// `True`, `False`, `Unknown`.
  package var status: String
  package var reason: String
  package var message: String
  package var lastTransition: Timestamp?

  package init(type: String, status: String, reason: String = "", message: String = "", lastTransition: Timestamp? = nil) {
    self.type = type
    self.status = status
    self.reason = reason
    self.message = message
    self.lastTransition = lastTransition
  }

  /// `nil` for an entry without a type.
  package init?(_ value: JSONValue) {
    guard let type = value["type"]?.stringValue else { return nil }
    self.init(
      type: type, status: value["status"]?.stringValue ?? "Unknown", reason: value["reason"]?.stringValue ?? "",
      message: value["message"]?.stringValue ?? "",
      lastTransition: value["lastTransitionTime"]?.stringValue.flatMap { Timestamp(rfc3339: $0) })
  }

  package var isTrue: Bool { status == "True" }

  /// As the API writes it; empty texts and a missing time are left out.
  package var json: JSONValue {
    var value: JSONValue = ["type": .string(type), "status": .string(status)]
    if let lastTransition { value["lastTransitionTime"] = .string(lastTransition.rfc3339(.seconds)) }
    if !reason.isEmpty { value["reason"] = .string(reason) }
    if !message.isEmpty { value["message"] = .string(message) }
    return value
  }
}

extension Sequence<Condition> {
  /// The condition of a type.
  package subscript(type: String) -> Condition? { first { $0.type == type } }

  /// Whether the condition of a type is there and true.
  package func isTrue(_ type: String) -> Bool { self[type]?.isTrue ?? false }
}
