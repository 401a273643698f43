package import Kubernetes

extension ResourceType {
  /// The path of one object or of the list of a namespace, e.g. `/apis/apps/v1/namespaces/default/deployments/api/scale`.
  ///
  /// - Parameter namespace: `nil` for all namespaces; of no effect for types that have none.
  package func path(namespace: String?, name: String? = nil, subresource: String? = nil) -> String {
    var path = root
    if isNamespaced, let namespace { path += "/namespaces/\(KubernetesAPI.escape(namespace))" }
    path += "/\(plural)"
    if let name { path += "/\(KubernetesAPI.escape(name))" }
    if let subresource { path += "/\(subresource)" }
    return path
  }
}
