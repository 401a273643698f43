import JSONBytes
import Kubernetes
import TimeFormat

/// Empties namespaces that are being deleted, and gives new ones their service account
/// (kubernetes, pkg/controller/namespace and serviceaccount).
package enum NamespaceController {
  package static let controller = Controller(
    name: "namespace-controller", of: .namespaces,
    concerned: { change, view in
      guard let namespace = view.object(.namespaces, name: change.key.namespace) else { return [] }
      return namespace.isTerminating || change.key.type == .serviceAccounts ? [namespace] : []
    },
    reconcile: reconcile)

  private static func reconcile(_ namespace: JSONValue, _ view: ClusterView, _ now: Timestamp) -> Outcome {
    var outcome = Outcome()
    guard namespace.isTerminating else {
      if view.object(.serviceAccounts, namespace: namespace.name, name: "default") == nil {
        let account: JSONValue = [
          "apiVersion": "v1", "kind": "ServiceAccount", "metadata": ["name": "default", "namespace": .string(namespace.name)],
        ]
        outcome.writes.append(.create(resource: .serviceAccounts, object: account, announce: nil))
      }
      return outcome
    }
    let content = view.content(of: namespace.name)
    for (key, object) in content.sorted(by: { $0.key.type.id < $1.key.type.id }) where !object.isTerminating {
      outcome.writes.append(.delete(resource: key.type, of: Reference(object), grace: nil, announce: nil))
    }
    if content.isEmpty {
      outcome.writes.append(
        .patch(
          resource: .namespaces, of: Reference(namespace), subresource: "finalize", merge: ["spec": ["finalizers": []]], version: nil))
    }
    return outcome
  }
}
