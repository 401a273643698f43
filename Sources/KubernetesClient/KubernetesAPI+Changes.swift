package import JSONBytes
package import TimeFormat

/// Changes to a cluster. Who calls these has asked the user first.
extension KubernetesAPI {
  /// The collection's path of a kind, e.g. `/apis/apps/v1/namespaces/shop/deployments`.
  package static func path(apiVersion: String, plural: String, namespace: String?) -> String {
    let root = apiVersion.contains("/") ? "/apis/\(apiVersion)" : "/api/\(apiVersion)"
    guard let namespace else { return "\(root)/\(plural)" }
    return "\(root)/namespaces/\(encode(namespace))/\(plural)"
  }

  package func deletePod(namespace: String, name: String) async throws {
    _ = try await request("DELETE", "/api/v1/namespaces/\(Self.encode(namespace))/pods/\(Self.encode(name))")
  }

  /// - Parameter plural: `deployments`, `statefulsets` or `replicasets`.
  package func scale(_ plural: String, namespace: String, name: String, replicas: Int) async throws {
    let path = "\(Self.path(apiVersion: "apps/v1", plural: plural, namespace: namespace))/\(Self.encode(name))/scale"
    _ = try await json(
      "PATCH", path, body: ["spec": ["replicas": .int(Int64(replicas))]], contentType: "application/merge-patch+json")
  }

  /// As `kubectl rollout restart` does it: an annotation of the template changes.
  package func restart(_ plural: String, namespace: String, name: String, now: Timestamp) async throws {
    let path = "\(Self.path(apiVersion: "apps/v1", plural: plural, namespace: namespace))/\(Self.encode(name))"
    let annotations: JSONValue = ["kubectl.kubernetes.io/restartedAt": .string(now.rfc3339(.seconds))]
    _ = try await json(
      "PATCH", path, body: ["spec": ["template": ["metadata": ["annotations": annotations]]]], contentType: "application/merge-patch+json")
  }

  package func cordon(node: String, _ isUnschedulable: Bool) async throws {
    _ = try await json(
      "PATCH", "/api/v1/nodes/\(Self.encode(node))", body: ["spec": ["unschedulable": isUnschedulable ? true : .null]],
      contentType: "application/merge-patch+json")
  }

  /// Creates the object of a manifest, or merges it into the one that is there.
  package func apply(_ manifest: JSONValue) async throws {
    guard let kind = manifest["kind"]?.stringValue, let apiVersion = manifest["apiVersion"]?.stringValue,
      let name = manifest.at("metadata", "name")?.stringValue
    else { throw KubernetesError.malformed("a manifest needs apiVersion, kind and metadata.name") }
    let isClusterWide = ["Namespace", "Node", "PersistentVolume", "ClusterRole", "ClusterRoleBinding"].contains(kind)
    let namespace = isClusterWide ? nil : manifest.at("metadata", "namespace")?.stringValue ?? access.namespace ?? "default"
    let collection = Self.path(apiVersion: apiVersion, plural: Self.plural(kind), namespace: namespace)
    do {
      _ = try await json("POST", collection, query: [("fieldManager", "periplus")], body: manifest)
    } catch let error as KubernetesError where error.isConflict {
      _ = try await json(
        "PATCH", "\(collection)/\(Self.encode(name))", query: [("fieldManager", "periplus")], body: manifest,
        contentType: "application/merge-patch+json")
    }
  }

  /// The API's plurals are regular English for the kinds that manifests here use.
  static func plural(_ kind: String) -> String {
    let word = kind.lowercased()
    if word.hasSuffix("y") { return "\(word.dropLast())ies" }
    if word.hasSuffix("s") { return "\(word)es" }
    return "\(word)s"
  }
}
