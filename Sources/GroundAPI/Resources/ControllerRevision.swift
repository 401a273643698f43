import JSONBytes
import Kubernetes

extension Resource {
  package static let controllerRevisions = Resource(.controllerRevisions)
}

extension ResourceDefinition {
  static let controllerRevisions = ResourceDefinition(.controllerRevisions) {
    $0.validate = { revision, old in
      guard let old, old["data"] != revision["data"] else { return [] }
      return [Validation.invalid("data", revision["data"]?.jsonString ?? "null", "field is immutable")]
    }
    $0.columns = [
      .name,
      TableColumn("Controller", "Controller of the object") { revision, _ in
        let owners = revision.at("metadata", "ownerReferences")?.arrayValue ?? []
        guard let owner = owners.first(where: { $0["controller"]?.boolValue == true }) else { return Cell.none }
        let group = (owner["apiVersion"]?.stringValue ?? "").split(separator: "/").first.map { ".\($0)" } ?? ""
        return .string("\((owner["kind"]?.stringValue ?? "").lowercased())\(group)/\(owner["name"]?.stringValue ?? "")")
      },
      TableColumn("Revision", "Revision of the state represented by Data") { revision, _ in
        .string(String(revision["revision"]?.intValue ?? 0))
      },
      .age,
    ]
  }
}
