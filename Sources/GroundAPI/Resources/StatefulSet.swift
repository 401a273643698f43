import JSONBytes
import Kubernetes

extension Resource {
  package static let statefulSets = Resource(.statefulSets, categories: ["all"], subresources: [.scale, .status], generation: true)
}

extension ResourceDefinition {
  static let statefulSets = ResourceDefinition(.statefulSets) {
    $0.defaults = { set in
      set.fill(["spec", "replicas"], 1)
      set.fill(["spec", "podManagementPolicy"], "OrderedReady")
      set.fill(["spec", "updateStrategy", "type"], "RollingUpdate")
      if set.at("spec", "updateStrategy", "type") == "RollingUpdate" {
        set.fill(["spec", "updateStrategy", "rollingUpdate", "partition"], 0)
      }
      set.fill(["spec", "revisionHistoryLimit"], 10)
      for field in ["whenDeleted", "whenScaled"] { set.fill(["spec", "persistentVolumeClaimRetentionPolicy", field], "Retain") }
      set.mapList(["spec", "volumeClaimTemplates"]) { claim in
        claim.fill(["apiVersion"], "v1")
        claim.fill(["kind"], "PersistentVolumeClaim")
        claim.fill(["spec", "volumeMode"], "Filesystem")
        claim.fill(["status", "phase"], "Pending")
      }
      PodTemplate.fill(&set)
      set.fill(["status"], ["replicas": 0, "availableReplicas": 0])
    }
    $0.validate = statefulSetCauses
    $0.columns = [
      .name,
      TableColumn("Ready", "Number of the pod with ready state") { set, _ in
        .string("\(set.at("status", "readyReplicas")?.intValue ?? 0)/\(set.at("spec", "replicas")?.intValue ?? 0)")
      },
      .age, .containers, .images,
    ]
    $0.mergeKeys = PodTemplate.mergeKeys
  }

  private static func statefulSetCauses(_ set: JSONValue, _ old: JSONValue?) -> Causes {
    let claims = set.at("spec", "volumeClaimTemplates")?.arrayValue ?? []
    var causes = PodTemplate.causes(set, old: nil, claims: claims.compactMap { $0.at("metadata", "name")?.stringValue })
    func oneOf(_ supported: [String], _ path: String...) {
      let value = set.at(["spec"] + path)
      if !supported.contains(value?.stringValue ?? "") {
        causes.append(Validation.unsupported((["spec"] + path).joined(separator: "."), value?.jsonString ?? "\"\"", supported))
      }
    }
    oneOf(["OrderedReady", "Parallel"], "podManagementPolicy")
    oneOf(["RollingUpdate", "OnDelete"], "updateStrategy", "type")
    oneOf(["Retain", "Delete"], "persistentVolumeClaimRetentionPolicy", "whenDeleted")
    oneOf(["Retain", "Delete"], "persistentVolumeClaimRetentionPolicy", "whenScaled")
    let rolling = set.at("spec", "updateStrategy", "rollingUpdate")
    if set.at("spec", "updateStrategy", "type") == "OnDelete", rolling != nil, rolling?.isNull == false {
      causes.append(
        Validation.invalid(
          "spec.updateStrategy.rollingUpdate", rolling?.jsonString ?? "", "only allowed for updateStrategy 'RollingUpdate'"))
    }
    if rolling?["maxUnavailable"] != nil {
      causes.append(
        Validation.forbidden(
          "spec.updateStrategy.rollingUpdate.maxUnavailable", "this cluster replaces the pods of a StatefulSet one at a time"))
    }
    for (field, path) in [
      ("updateStrategy.rollingUpdate.partition", ["updateStrategy", "rollingUpdate", "partition"]),
      ("ordinals.start", ["ordinals", "start"]),
    ] {
      if let value = set.at(["spec"] + path), (value.intValue ?? -1) < 0 {
        causes.append(Validation.invalid("spec.\(field)", value.jsonString, "must be greater than or equal to 0"))
      }
    }
    var names: Set<String> = []
    for (index, claim) in claims.enumerated() {
      let field = "spec.volumeClaimTemplates[\(index)]"
      let name = claim.at("metadata", "name")?.stringValue ?? ""
      if name.isEmpty {
        causes.append(Validation.required("\(field).metadata.name"))
      } else if !names.insert(name).inserted {
        causes.append(Validation.duplicate("\(field).metadata.name", name))
      }
      causes += claimCauses(claim["spec"], at: "\(field).spec")
    }
    if let old, fixed(set) != fixed(old) {
      causes.append(
        Validation.forbidden(
          "spec",
          "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"
        ))
    }
    return causes
  }

  /// What an update may not change (ValidateStatefulSetUpdate).
  private static func fixed(_ set: JSONValue) -> JSONValue? {
    var spec = set["spec"]
    for field in [
      "replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit", "persistentVolumeClaimRetentionPolicy",
      "minReadySeconds",
    ] {
      spec?[field] = nil
    }
    return spec
  }
}
