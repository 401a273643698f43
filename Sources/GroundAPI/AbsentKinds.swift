import Kubernetes

/// Kinds of Kubernetes that this cluster does not have. Discovery names them, without verbs, so that a client's manifest gets as far as here,
/// where the refusal says why; else kubectl takes them for custom kinds and asks for their definitions.
enum AbsentKinds {
  static let all = ofApplications + clusterWide

  private static let ofApplications: [ResourceType] = [
    .daemonSets, .jobs, .cronJobs,
    ResourceType(group: "", version: "v1", kind: "Endpoints", plural: "endpoints", shortNames: ["ep"]),
    ResourceType(group: "", version: "v1", kind: "LimitRange", plural: "limitranges", shortNames: ["limits"]),
    ResourceType(group: "", version: "v1", kind: "PersistentVolume", plural: "persistentvolumes", shortNames: ["pv"], isNamespaced: false),
    ResourceType(group: "", version: "v1", kind: "PodTemplate", plural: "podtemplates"),
    ResourceType(group: "", version: "v1", kind: "ReplicationController", plural: "replicationcontrollers", shortNames: ["rc"]),
    ResourceType(group: "", version: "v1", kind: "ResourceQuota", plural: "resourcequotas", shortNames: ["quota"]),
    ResourceType(
      group: "autoscaling", version: "v2", kind: "HorizontalPodAutoscaler", plural: "horizontalpodautoscalers", shortNames: ["hpa"]),
    ResourceType(group: "networking.k8s.io", version: "v1", kind: "Ingress", plural: "ingresses", shortNames: ["ing"]),
    ResourceType(group: "networking.k8s.io", version: "v1", kind: "IngressClass", plural: "ingressclasses", isNamespaced: false),
    ResourceType(group: "networking.k8s.io", version: "v1", kind: "NetworkPolicy", plural: "networkpolicies", shortNames: ["netpol"]),
    ResourceType(group: "rbac.authorization.k8s.io", version: "v1", kind: "ClusterRole", plural: "clusterroles", isNamespaced: false),
    ResourceType(
      group: "rbac.authorization.k8s.io", version: "v1", kind: "ClusterRoleBinding", plural: "clusterrolebindings", isNamespaced: false),
    ResourceType(group: "rbac.authorization.k8s.io", version: "v1", kind: "Role", plural: "roles"),
    ResourceType(group: "rbac.authorization.k8s.io", version: "v1", kind: "RoleBinding", plural: "rolebindings"),
    ResourceType(
      group: "scheduling.k8s.io", version: "v1", kind: "PriorityClass", plural: "priorityclasses", shortNames: ["pc"], isNamespaced: false),
    ResourceType(
      group: "storage.k8s.io", version: "v1", kind: "StorageClass", plural: "storageclasses", shortNames: ["sc"], isNamespaced: false),
    ResourceType(
      group: "apiextensions.k8s.io", version: "v1", kind: "CustomResourceDefinition", plural: "customresourcedefinitions",
      shortNames: ["crd"], isNamespaced: false),
  ]

  /// What governs a whole cluster.
  private static let clusterWide = [
    ("admissionregistration.k8s.io", "MutatingWebhookConfiguration", "mutatingwebhookconfigurations"),
    ("admissionregistration.k8s.io", "ValidatingAdmissionPolicy", "validatingadmissionpolicies"),
    ("admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding", "validatingadmissionpolicybindings"),
    ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration", "validatingwebhookconfigurations"),
    ("apiregistration.k8s.io", "APIService", "apiservices"),
    ("authorization.k8s.io", "SelfSubjectAccessReview", "selfsubjectaccessreviews"),
    ("authorization.k8s.io", "SelfSubjectRulesReview", "selfsubjectrulesreviews"),
    ("certificates.k8s.io", "CertificateSigningRequest", "certificatesigningrequests"),
    ("flowcontrol.apiserver.k8s.io", "FlowSchema", "flowschemas"),
    ("flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration", "prioritylevelconfigurations"),
    ("node.k8s.io", "RuntimeClass", "runtimeclasses"),
    ("storage.k8s.io", "CSIDriver", "csidrivers"),
    ("storage.k8s.io", "VolumeAttachment", "volumeattachments"),
  ].map { ResourceType(group: $0.0, version: "v1", kind: $0.1, plural: $0.2, isNamespaced: false) }

  /// The refusal of a path that names such a kind; `nil` for any other path. Of any version: `kubectl autoscale` asks for one that discovery
  /// does not name.
  static func refusal(group: String, plural: String) -> APIError? {
    guard let type = all.first(where: { $0.group == group && $0.plural == plural }) else { return nil }
    let kinds = Resource.all.map(\.kind).sorted().joined(separator: ", ")
    return APIError(
      code: 404, reason: "NotFound",
      message:
        "the server could not find the requested resource: there is no kind \(type.kind) on the proving ground, it has \(kinds); "
        + "leave it out, or apply it to another cluster",
      group: type.group, kind: type.plural)
  }
}
