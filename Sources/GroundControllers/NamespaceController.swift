import JSONBytes
package import TimeFormat

/// Empties namespaces that are being deleted, and gives new ones their service account
/// (kubernetes, pkg/controller/namespace and serviceaccount).
package enum NamespaceController {
  package static let controller = Controller(name: "namespace-controller", resources: [], reconcile: reconcile)

  package static func reconcile(_ view: ClusterView, _ now: Timestamp) -> Outcome {
    var outcome = Outcome()
    let accounts = Set(view.all("serviceaccounts").filter { $0.name == "default" }.map(\.namespace))
    for namespace in view.all("namespaces") {
      guard namespace.isTerminating else {
        if !accounts.contains(namespace.name) {
          let account: JSONValue = [
            "apiVersion": "v1", "kind": "ServiceAccount", "metadata": ["name": "default", "namespace": .string(namespace.name)],
          ]
          outcome.writes.append(.create(resource: "serviceaccounts", object: account, announce: nil))
        }
        continue
      }
      var isEmpty = true
      for (resource, objects) in view.objects.sorted(by: { $0.key < $1.key }) {
        for object in objects where object.namespace == namespace.name {
          isEmpty = false
          if !object.isTerminating {
            outcome.writes.append(.delete(resource: resource, of: Reference(object), grace: nil, announce: nil))
          }
        }
      }
      if isEmpty {
        outcome.writes.append(
          .patch(
            resource: "namespaces", of: Reference(namespace), subresource: "finalize", merge: ["spec": ["finalizers": []]], version: nil))
      }
    }
    return outcome
  }
}
