import JSONBytes
import Kubernetes

extension Resource {
  package static let namespaces = Resource(
    .namespaces, verbs: allVerbs.filter { $0 != "deletecollection" },
    subresources: [Subresource(name: "finalize", verbs: ["update"], action: .part(["spec", "finalizers"])), .status])
}

extension ResourceDefinition {
  static let namespaces = ResourceDefinition(.namespaces) {
    $0.name = .label
    $0.defaults = { namespace in
      namespace.fill(["spec", "finalizers"], ["kubernetes"])
      namespace.fill(["status", "phase"], "Active")
      if let name = namespace.at("metadata", "name") { namespace.set("metadata", "labels", "kubernetes.io/metadata.name", to: name) }
    }
    $0.columns = [.name, .text("Status", "The status of the namespace", at: "status", "phase"), .age]
    $0.selectableFields = [SelectableField("status.phase")]
    $0.onDelete = DeletionRules(
      refusal: { namespace in
        ["default", "kube-system", "kube-public"].contains(namespace.at("metadata", "name")) ? "this namespace may not be deleted" : nil
      },
      mark: { $0.set("status", "phase", to: "Terminating") },
      isFinished: { ($0.at("spec", "finalizers")?.arrayValue ?? []).isEmpty },
      hasDependents: false)
  }
}
