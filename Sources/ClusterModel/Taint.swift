package import TimeFormat

/// Keeps pods without a toleration off a node.
package struct Taint: Sendable, Hashable {
  /// Put on a node while it is cordoned, by the node lifecycle controller.
  package static let unschedulable = "node.kubernetes.io/unschedulable"

  package var key: String
  package var value: String
  /// `NoSchedule`, `PreferNoSchedule`, `NoExecute`.
  package var effect: String
  /// Only what controllers put on has it.
  package var timeAdded: Timestamp?

  package init(key: String, value: String = "", effect: String, timeAdded: Timestamp? = nil) {
    self.key = key
    self.value = value
    self.effect = effect
    self.timeAdded = timeAdded
  }

  /// `key=value:Effect`.
  package var text: String { "\(key)\(value.isEmpty ? "" : "=\(value)"):\(effect)" }

  /// Put on by Kubernetes itself, which says the same by a condition or by `spec.unschedulable`.
  package var isOfKubernetes: Bool { key.hasPrefix("node.kubernetes.io/") }
}
