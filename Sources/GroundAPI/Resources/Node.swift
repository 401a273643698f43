import JSONBytes
import Kubernetes

extension Resource {
  package static let nodes = Resource(.nodes, subresources: [.status])
}

extension ResourceDefinition {
  static let nodes = ResourceDefinition(.nodes) {
    $0.defaults = { node in
      node.fill(["spec"], [:])
      node.fill(["status"], [:])
      taintUnschedulable(&node)
    }
    $0.columns = nodeColumns
    $0.selectableFields = [SelectableField("spec.unschedulable", absent: "false")]
    $0.mergeKeys = MergeKeys(["status.addresses": .map("type"), "spec.podCIDRs": .set])
  }

  /// A cordoned node carries the taint that keeps pods off (node lifecycle controller).
  private static func taintUnschedulable(_ node: inout JSONValue) {
    let key = "node.kubernetes.io/unschedulable"
    let isCordoned = node.at("spec", "unschedulable")?.boolValue == true
    var taints = node.at("spec", "taints")?.arrayValue ?? []
    let present = taints.contains { $0["key"]?.stringValue == key }
    if isCordoned == present { return }
    if isCordoned {
      taints.append(["key": .string(key), "effect": "NoSchedule"])
    } else {
      taints.removeAll { $0["key"]?.stringValue == key }
    }
    node.set("spec", "taints", to: taints.isEmpty ? JSONValue?.none : .array(taints))
  }

  private static let nodeColumns: [TableColumn] = [
    .name,
    TableColumn("Status", "The status of the node") { node, _ in
      let ready = (node.at("status", "conditions")?.arrayValue ?? []).first { $0["type"] == "Ready" }?["status"]?.stringValue
      let status = ready.map { $0 == "True" ? "Ready" : "NotReady" } ?? "Unknown"
      return .string(node.at("spec", "unschedulable")?.boolValue == true ? "\(status),SchedulingDisabled" : status)
    },
    TableColumn("Roles", "The roles of the node") { node, _ in
      let roles = (node.at("metadata", "labels")?.objectValue ?? [:]).compactMap { label -> String? in
        label.key.hasPrefix("node-role.kubernetes.io/") ? String(label.key.dropFirst(24)) : nil
      }
      return roles.isEmpty ? Cell.none : .string(roles.sorted().joined(separator: ","))
    },
    .age,
    TableColumn("Version", "Kubelet Version reported by the node.") { node, _ in info(node, "kubeletVersion") },
    TableColumn("Internal-IP", wide: true, "The node's address in the cluster.") { node, _ in address(node, "InternalIP") },
    TableColumn("External-IP", wide: true, "The node's address outside the cluster.") { node, _ in address(node, "ExternalIP") },
    TableColumn("OS-Image", wide: true, "OS Image reported by the node.") { node, _ in info(node, "osImage") },
    TableColumn("Kernel-Version", wide: true, "Kernel Version reported by the node.") { node, _ in info(node, "kernelVersion") },
    TableColumn("Container-Runtime", wide: true, "ContainerRuntime Version reported by the node.") { node, _ in
      info(node, "containerRuntimeVersion")
    },
  ]

  private static func info(_ node: JSONValue, _ field: String) -> JSONValue {
    if let text = node.at("status", "nodeInfo", field)?.stringValue, !text.isEmpty { .string(text) } else { "<unknown>" }
  }

  private static func address(_ node: JSONValue, _ type: String) -> JSONValue {
    Cell.text((node.at("status", "addresses")?.arrayValue ?? []).first { $0["type"]?.stringValue == type }?["address"])
  }
}
