import JSONBytes
package import Kubernetes

/// What the API knows of one resource from the outside: it drives routing, discovery and storage. How its objects behave is
/// its `ResourceDefinition`.
package struct Resource: Sendable {
  package struct Subresource: Sendable {
    /// What a request to `…/NAME/SUBRESOURCE` does.
    enum Action: Sendable {
      /// Reads the object; writes this part of it and nothing else.
      case part([String])
      /// The number of replicas, as `Scale` of `autoscaling/v1`.
      case scale
      /// Does something with the object that the body asks for.
      case post(@Sendable (ObjectStore, SubresourcePost) throws(APIError) -> Void)
      /// Streams a container's log.
      case log
    }

    package var name: String
    package var verbs: [String]
    /// The kind of the body, where it is not the parent's: `Scale` of `autoscaling/v1`.
    package var kind: String?
    package var group: String?
    package var version: String?
    var action: Action

    static let status = Subresource(name: "status", verbs: ["get", "patch", "update"], action: .part(["status"]))
    static let scale = Subresource(
      name: "scale", verbs: ["get", "patch", "update"], kind: "Scale", group: "autoscaling", version: "v1", action: .scale)
  }

  static let allVerbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]

  package let type: ResourceType
  package let verbs: [String]
  package let categories: [String]
  package let subresources: [Subresource]
  /// Whether a change of the spec counts `metadata.generation`.
  package let hasGeneration: Bool
  /// `pods`, `deployments.apps`: as kubectl names a resource, and as the store keys it.
  package let id: String

  init(
    _ type: ResourceType, verbs: [String] = allVerbs, categories: [String] = [], subresources: [Subresource] = [],
    generation: Bool = false
  ) {
    self.type = type
    self.verbs = verbs
    self.categories = categories
    self.subresources = subresources
    hasGeneration = generation
    id = type.id
  }

  package var group: String { type.group }
  package var version: String { type.version }
  package var kind: String { type.kind }
  package var plural: String { type.plural }
  package var apiVersion: String { type.apiVersion }
  package var namespaced: Bool { type.isNamespaced }
  /// Whether only the `status` subresource writes `.status`.
  package var hasStatus: Bool { subresource("status") != nil }

  func subresource(_ name: String) -> Subresource? { subresources.first { $0.name == name } }
}

extension Resource: Hashable {
  package static func == (one: Resource, other: Resource) -> Bool { one.id == other.id }
  package func hash(into hasher: inout Hasher) { hasher.combine(id) }
}

/// A `POST` to a subresource of one object.
package struct SubresourcePost: Sendable {
  var namespace: String
  var name: String
  var body: JSONValue
  /// Of `deleteOptions` in the body, or of the query.
  var options: DeleteOptions
  var manager: String
  var dryRun: Bool
}
