/// How strategic merge treats the list at a path: the `patchStrategy` and `patchMergeKey` tags of the API's types
/// (kubernetes, staging/src/k8s.io/api).
enum ListStrategy: Equatable {
  case atomic
  /// A set of scalars.
  case set
  /// A map whose keys are this field of its elements.
  case map(String)
}

/// The lists of one kind that are maps or sets; every other is atomic.
struct MergeKeys: Sendable {
  /// By the path, without the places in lists: `spec.containers.env`.
  private var strategies: [String: ListStrategy] = [
    "metadata.finalizers": .set, "metadata.ownerReferences": .map("uid"), "status.conditions": .map("type"),
  ]

  init(_ own: [String: ListStrategy] = [:]) { strategies.merge(own) { _, own in own } }

  func strategy(_ path: [String]) -> ListStrategy { strategies[path.joined(separator: ".")] ?? .atomic }
}
