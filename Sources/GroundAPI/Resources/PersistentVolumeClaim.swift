import JSONBytes
import Kubernetes

extension Resource {
  package static let persistentVolumeClaims = Resource(.persistentVolumeClaims, subresources: [.status])
}

/// A claim on this cluster is a folder that is there as long as the claim: it is bound from the start, and no size is enforced.
extension ResourceDefinition {
  static let persistentVolumeClaims = ResourceDefinition(.persistentVolumeClaims) {
    $0.defaults = { claim in
      claim.fill(["spec", "volumeMode"], "Filesystem")
      claim.fill(["spec", "storageClassName"], "folder")
      claim.fill(["spec", "volumeName"], .string("pvc-\(claim.at("metadata", "uid")?.stringValue ?? "")"))
      claim.fill(["status", "phase"], "Bound")
      claim.fill(["status", "accessModes"], claim.at("spec", "accessModes") ?? [])
      if let size = claim.at("spec", "resources", "requests", "storage") { claim.fill(["status", "capacity", "storage"], size) }
    }
    $0.validate = { claim, old in
      var causes = claimCauses(claim["spec"], at: "spec")
      if let old, immutable(claim) != immutable(old) {
        causes.append(Validation.forbidden("spec", "spec is immutable after creation except resources.requests"))
      }
      return causes
    }
    $0.columns = claimColumns
  }

  /// What is wrong with the specification of a claim or of a claim template.
  static func claimCauses(_ spec: JSONValue?, at field: String) -> Causes {
    var causes: Causes = []
    let modes = spec?["accessModes"]?.arrayValue ?? []
    if modes.isEmpty { causes.append(Validation.required("\(field).accessModes", "at least 1 access mode is required")) }
    let known = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"]
    for mode in modes where !known.contains(mode.stringValue ?? "") {
      causes.append(Validation.unsupported("\(field).accessModes", mode.jsonString, known))
    }
    let size = spec?.at("resources", "requests", "storage")
    if size == nil {
      causes.append(Validation.required("\(field).resources[storage]"))
    } else if (size.flatMap { Quantity($0)?.value } ?? 0) <= 0 {
      causes.append(
        Validation.invalid("\(field).resources[storage]", size?.jsonString ?? "null", "must be a quantity greater than zero"))
    }
    if let mode = spec?["volumeMode"], mode != "Filesystem" {
      causes.append(
        Validation.forbidden("\(field).volumeMode", "volumes of this cluster are folders: volumeMode can only be Filesystem"))
    }
    return causes
  }

  private static func immutable(_ claim: JSONValue) -> JSONValue? {
    var spec = claim["spec"]
    spec?["resources"] = nil
    return spec
  }

  private static let claimColumns: [TableColumn] = [
    .name,
    .text("Status", "The current phase of the claim.", at: "status", "phase"),
    .text("Volume", "The volume that backs the claim.", at: "spec", "volumeName"),
    .text("Capacity", "The size of the volume.", at: "status", "capacity", "storage"),
    TableColumn("Access Modes", "The access modes of the volume.") { claim, _ in
      let short = ["ReadWriteOnce": "RWO", "ReadOnlyMany": "ROX", "ReadWriteMany": "RWX", "ReadWriteOncePod": "RWOP"]
      let modes = claim.at("status", "accessModes")?.arrayValue ?? []
      return .string(modes.compactMap { short[$0.stringValue ?? ""] }.joined(separator: ","))
    },
    .text("StorageClass", "The StorageClass of the claim.", at: "spec", "storageClassName"),
    TableColumn("VolumeAttributesClass", "The VolumeAttributesClass of the claim.") { _, _ in "<unset>" },
    .age,
    .text("VolumeMode", wide: true, "The mode of the volume.", at: "spec", "volumeMode"),
  ]
}
