/// What the API knows of one resource: it drives routing, discovery, tables and storage.
package struct Resource: Sendable {
  package struct Subresource: Sendable {
    package var name: String
    package var verbs: [String]
    /// The kind of the body, where it is not the parent's: `Scale` of `autoscaling/v1`.
    package var kind: String?
    package var group: String?
    package var version: String?
  }

  /// `""` for the core group.
  package let group: String
  package let version: String
  package let kind: String
  package let plural: String
  package let singular: String
  package let shortNames: [String]
  package let namespaced: Bool
  package let verbs: [String]
  package let categories: [String]
  package let subresources: [Subresource]
  /// Whether a change of the spec counts `metadata.generation`.
  package let hasGeneration: Bool

  /// `pods`, `deployments.apps`: as kubectl names a resource, and as the store keys it.
  package var id: String { group.isEmpty ? plural : "\(plural).\(group)" }
  /// `v1`, `apps/v1`.
  package var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }
  /// Whether only the `status` subresource writes `.status`.
  package var hasStatus: Bool { subresources.contains { $0.name == "status" } }
}

extension Resource: Hashable {
  package static func == (one: Resource, other: Resource) -> Bool { one.plural == other.plural && one.group == other.group }
  package func hash(into hasher: inout Hasher) {
    hasher.combine(plural)
    hasher.combine(group)
  }
}
