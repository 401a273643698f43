package import ClusterModel
package import JSONBytes
import LogStandard

/// An object as its API server has it now, without `managedFields` and with its secrets masked.
package struct ObjectManifest: Query {
  private let cluster: String
  private let reference: ObjectReference

  package init(_ reference: ObjectReference, in cluster: String) {
    (self.reference, self.cluster) = (reference, cluster)
  }

  package func run(_ sources: Sources) async throws -> JSONValue {
    guard let manifest = sources.manifest else { throw QueryFailure("No API server can be asked from here.") }
    return Self.shown(try await manifest(cluster, reference))
  }

  /// As `kubectl get -o yaml` shows it, but with masked secrets.
  static func shown(_ manifest: JSONValue) -> JSONValue {
    var manifest = manifest
    manifest.set("metadata", "managedFields", to: nil)
    // The annotation repeats the manifest, its secrets included.
    if manifest.at("metadata", "annotations")?[applied] != nil {
      manifest.set("metadata", "annotations", applied, to: .string(SecretMasker.mask))
    }
    if manifest["kind"]?.stringValue == "Secret" {
      for key in ["data", "stringData"] {
        guard let object = manifest[key]?.objectValue else { continue }
        manifest[key] = .object(JSONObject(object.map { .init(key: $0.key, value: .string(SecretMasker.mask)) }))
      }
    }
    return manifest.masked
  }

  private static let applied = "kubectl.kubernetes.io/last-applied-configuration"
}
