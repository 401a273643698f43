package import KubernetesClient
import StrictYAML

/// The application's manifests, applied over the API as on any cluster.
package enum AppDeployment {
  /// - Parameters:
  ///   - text: YAML documents.
  ///   - file: the name under which an error is reported.
  /// - Throws: ``YAMLDiagnostic``, or the API's refusal.
  package static func apply(_ text: String, file: String, to api: KubernetesAPI) async throws {
    for manifest in try YAMLDocuments.json(text, file: file) { _ = try await api.applyManifest(manifest) }
  }
}
