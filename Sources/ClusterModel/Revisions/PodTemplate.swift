package import JSONBytes

/// A pod template (core/v1 `PodTemplateSpec`) as its object carries it. It is kept as text and read when two are compared: of thousands of
/// revisions in a cluster a handful ever are.
package struct PodTemplate: Sendable, Hashable {
  private let text: String

  package init(json text: String = "") { self.text = text }

  package var isEmpty: Bool { text.isEmpty }

  /// Without what controllers add to it, so that templates of one meaning are equal; `nil` when there is none.
  package var value: JSONValue? {
    guard !isEmpty, var value = try? JSONValue(parsing: text) else { return nil }
    // `$patch` says how a ControllerRevision is applied (apps/v1 StatefulSet and DaemonSet history).
    value.set("$patch", to: nil)
    value.set("metadata", "creationTimestamp", to: nil)
    if value.at("metadata", "labels", Self.hashLabel) != nil { value.set("metadata", "labels", Self.hashLabel, to: nil) }
    for part in ["labels", "annotations"] where value.at("metadata", part)?.objectValue?.isEmpty == true {
      value.set("metadata", part, to: nil)
    }
    if value["metadata"]?.objectValue?.isEmpty == true { value.set("metadata", to: nil) }
    return value
  }

  /// Tells the ReplicaSets of a Deployment apart.
  private static let hashLabel = "pod-template-hash"

  /// The image of its first container.
  package var image: String { value?.at("spec", "containers")?[0]?["image"]?.stringValue ?? "" }
}
