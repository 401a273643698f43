import JSONBytes
import Kubernetes

/// The claims of a StatefulSet's pods: one per claim template and ordinal. They outlive their pods, and the set too, unless
/// `persistentVolumeClaimRetentionPolicy` says otherwise (KEP 1847); then their owners have the garbage collector delete them.
struct StatefulClaims {
  private let set: JSONValue
  private let templates: [JSONValue]
  private let goesWithSet: Bool
  private let goesWithPod: Bool

  init(of set: JSONValue) {
    self.set = set
    templates = set.list("spec", "volumeClaimTemplates")
    goesWithSet = set.at("spec", "persistentVolumeClaimRetentionPolicy", "whenDeleted") == "Delete"
    goesWithPod = set.at("spec", "persistentVolumeClaimRetentionPolicy", "whenScaled") == "Delete"
  }

  private func name(_ template: JSONValue, _ ordinal: Int) -> String { "\(template.name)-\(StatefulPods.name(set.name, ordinal))" }

  /// Whether a claim of this name is for a pod of the set.
  func isOwn(_ claim: String) -> Bool {
    templates.contains { template in
      let prefix = "\(template.name)-"
      return claim.hasPrefix(prefix) && StatefulPods.ordinal(of: String(claim.dropFirst(prefix.count)), in: set.name) != nil
    }
  }

  func volumes(_ ordinal: Int) -> [JSONValue] {
    templates.map { ["name": .string($0.name), "persistentVolumeClaim": ["claimName": .string(name($0, ordinal))]] }
  }

  /// The claims that a new pod lacks; `nil` while one that its predecessor had is about to be deleted with that.
  func writesBeforePod(_ ordinal: Int, _ view: ClusterView) -> [Write]? {
    let present = templates.compactMap { view.object(.persistentVolumeClaims, namespace: set.namespace, name: name($0, ordinal)) }
    let isGoing = present.contains { claim in claim.owners.contains { $0["kind"] == "Pod" } }
    return isGoing ? nil : writes(for: ordinal, nil, isCondemned: false, view)
  }

  /// Makes the claims that are missing, and has the others owned as the retention policy wants it.
  func writes(for ordinal: Int, _ pod: JSONValue?, isCondemned: Bool, _ view: ClusterView) -> [Write] {
    templates.compactMap { template in
      guard let claim = view.object(.persistentVolumeClaims, namespace: set.namespace, name: name(template, ordinal)) else {
        return isCondemned ? nil : .create(resource: .persistentVolumeClaims, object: claim(template, ordinal), announce: nil)
      }
      var owners = claim.owners.filter { $0["kind"] != "Pod" && $0["uid"]?.stringValue != set.uid }
      if goesWithSet { owners.append(Self.reference(set)) }
      if isCondemned, goesWithPod, let pod { owners.append(Self.reference(pod)) }
      if owners == claim.owners { return nil }
      return .patch(
        resource: .persistentVolumeClaims, of: Reference(claim), subresource: nil,
        merge: ["metadata": ["ownerReferences": owners.isEmpty ? .null : .array(owners)]], version: claim.version)
    }
  }

  private func claim(_ template: JSONValue, _ ordinal: Int) -> JSONValue {
    var claim: JSONValue = ["apiVersion": "v1", "kind": "PersistentVolumeClaim", "spec": template["spec"] ?? [:]]
    var metadata = template["metadata"] ?? [:]
    metadata["name"] = .string(name(template, ordinal))
    metadata["namespace"] = .string(set.namespace)
    metadata["creationTimestamp"] = nil
    for label in set.at("spec", "selector", "matchLabels")?.objectValue ?? [:] {
      metadata.set("labels", label.key, to: label.value)
    }
    if goesWithSet { metadata["ownerReferences"] = [Self.reference(set)] }
    claim["metadata"] = metadata
    return claim
  }

  /// An owner that does not manage.
  private static func reference(_ owner: JSONValue) -> JSONValue {
    ["apiVersion": owner["apiVersion"] ?? "", "kind": owner["kind"] ?? "", "name": .string(owner.name), "uid": .string(owner.uid)]
  }
}
