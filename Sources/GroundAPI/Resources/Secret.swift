import FoundationEssentials
import JSONBytes
import Kubernetes

extension Resource {
  package static let secrets = Resource(.secrets)
}

extension ResourceDefinition {
  static let secrets = ResourceDefinition(.secrets) {
    $0.defaults = { secret in
      secret.fill(["type"], "Opaque")
      // `stringData` is written into `data` (core/v1 Secret).
      for member in secret["stringData"]?.objectValue ?? [:] {
        secret.set("data", member.key, to: .string(Data((member.value.stringValue ?? "").utf8).base64EncodedString()))
      }
      secret["stringData"] = nil
    }
    $0.columns = [
      .name, .text("Type", "Used to facilitate programmatic handling of secret data.", at: "type"), .data, .age,
    ]
    $0.selectableFields = [SelectableField("type")]
  }
}
