import JSONBytes
import TimeFormat

/// The columns of every resource's table (kubernetes, pkg/printers/internalversion).
enum TableColumns {
  static func of(_ resource: Resource) -> [TableColumn] {
    switch resource {
    case .pods: pods
    case .deployments: deployments
    case .replicaSets: replicaSets
    case .nodes: nodes
    case .services: services
    case .events: events
    case .namespaces: namespaces
    case .configMaps: [name, data, age]
    case .secrets:
      [
        name, TableColumn("Type", "Used to facilitate programmatic handling of secret data.") { object, _ in object["type"] ?? "" }, data,
        age,
      ]
    case .serviceAccounts:
      [
        name, TableColumn("Secrets", "Secrets that pods of this account may use.") { object, _ in count(object["secrets"]?.arrayValue) },
        age,
      ]
    case .endpointSlices: endpointSlices
    case .podDisruptionBudgets: budgets
    case .leases:
      [name, TableColumn("Holder", "The holder's identity.") { object, _ in object.at("spec", "holderIdentity") ?? "" }, age]
    default: [name, age]
    }
  }

  private static let name = TableColumn(
    "Name", format: "name", "Name must be unique within a namespace."
  ) { object, _ in object.at("metadata", "name") ?? "" }

  private static let age = TableColumn("Age", "The time since the object was created.", Cell.age)

  private static let data = TableColumn("Data", "The number of entries.") { object, _ in
    .int(Int64((object["data"]?.objectValue?.count ?? 0) + (object["binaryData"]?.objectValue?.count ?? 0)))
  }

  private static func count(_ elements: [JSONValue]?) -> JSONValue { .int(Int64(elements?.count ?? 0)) }

  private static let pods = [
    name,
    TableColumn("Ready", "The aggregate readiness state of this pod for accepting traffic.") { pod, _ in .string(PodSummary(pod).ready) },
    TableColumn("Status", "The aggregate status of the containers in this pod.") { pod, _ in .string(PodSummary(pod).status) },
    TableColumn(
      "Restarts",
      "The number of times the containers in this pod have been restarted and when the last container in this pod has restarted."
    ) {
      pod, now in .string(PodSummary(pod).restarts(now))
    },
    age,
    TableColumn("IP", wide: true, "podIP address allocated to the pod.") { pod, _ in Cell.text(pod.at("status", "podIP")) },
    TableColumn("Node", wide: true, "The node on which this pod is placed.") { pod, _ in Cell.text(pod.at("spec", "nodeName")) },
    TableColumn("Nominated Node", wide: true, "The node for which this pod preempts others.") { pod, _ in
      Cell.text(pod.at("status", "nominatedNodeName"))
    },
    TableColumn("Readiness Gates", wide: true, "Conditions that must hold for pod readiness.") { pod, _ in
      let gates = (pod.at("spec", "readinessGates")?.arrayValue ?? []).compactMap { $0["conditionType"]?.stringValue }
      guard !gates.isEmpty else { return Cell.none }
      let held = gates.filter { gate in
        (pod.at("status", "conditions")?.arrayValue ?? []).contains { $0["type"]?.stringValue == gate && $0["status"] == "True" }
      }
      return .string("\(held.count)/\(gates.count)")
    },
  ]

  private static let deployments = [
    name,
    TableColumn("Ready", "Number of the pod with ready state") { object, _ in
      .string("\(object.at("status", "readyReplicas")?.intValue ?? 0)/\(object.at("spec", "replicas")?.intValue ?? 0)")
    },
    TableColumn("Up-to-date", "Total number of non-terminated pods targeted by this deployment that have the desired template spec.") {
      object, _ in Cell.number(object.at("status", "updatedReplicas"))
    },
    TableColumn("Available", "Total number of available pods targeted by this deployment.") { object, _ in
      Cell.number(object.at("status", "availableReplicas"))
    },
    age, containers, images, selector,
  ]

  private static let replicaSets = [
    name,
    TableColumn("Desired", integer: true, "Replicas is the number of desired replicas.") { object, _ in
      Cell.number(object.at("spec", "replicas"))
    },
    TableColumn("Current", integer: true, "Replicas is the most recently observed number of replicas.") { object, _ in
      Cell.number(object.at("status", "replicas"))
    },
    TableColumn("Ready", integer: true, "The number of pods targeted by this ReplicaSet with a Ready Condition.") { object, _ in
      Cell.number(object.at("status", "readyReplicas"))
    },
    age, containers, images, selector,
  ]

  private static let containers = TableColumn("Containers", wide: true, "Names of each container in the template.") { object, _ in
    Cell.containers(object.at("spec", "template"), "name")
  }
  private static let images = TableColumn("Images", wide: true, "Images referenced by each container in the template.") { object, _ in
    Cell.containers(object.at("spec", "template"), "image")
  }
  private static let selector = TableColumn("Selector", wide: true, "Label selector for pods.") { object, _ in
    Cell.selector(object.at("spec", "selector"))
  }

  private static let nodes = [
    name,
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
    age,
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

  private static let services = [
    name,
    TableColumn("Type", "type determines how the Service is exposed.") { object, _ in object.at("spec", "type") ?? "" },
    TableColumn("Cluster-IP", "clusterIP is the IP address of the service.") { object, _ in Cell.text(object.at("spec", "clusterIP")) },
    TableColumn("External-IP", "externalIPs is a list of IP addresses for which nodes accept traffic.") { object, _ in
      let addresses = (object.at("spec", "externalIPs")?.arrayValue ?? []).compactMap(\.stringValue)
      return addresses.isEmpty ? Cell.text(object.at("spec", "externalName")) : .string(addresses.joined(separator: ","))
    },
    TableColumn("Port(s)", "The list of ports that are exposed by this service.") { object, _ in
      let ports = (object.at("spec", "ports")?.arrayValue ?? []).map { port in
        let node = port["nodePort"]?.intValue.map { ":\($0)" } ?? ""
        return "\(port["port"]?.intValue ?? 0)\(node)/\(port["protocol"]?.stringValue ?? "TCP")"
      }
      return ports.isEmpty ? Cell.none : .string(ports.joined(separator: ","))
    },
    age,
    TableColumn("Selector", wide: true, "Route service traffic to pods with label keys and values matching this selector.") { object, _ in
      Cell.labels(object.at("spec", "selector"))
    },
  ]

  private static let namespaces = [
    name, TableColumn("Status", "The status of the namespace") { object, _ in object.at("status", "phase") ?? "" }, age,
  ]

  private static let events = [
    TableColumn("Last Seen", "The time at which the most recent occurrence was recorded.") { event, now in
      .string(Cell.since(time(event, ["lastTimestamp", "eventTime", "firstTimestamp"]), now))
    },
    TableColumn("Type", "Type of this event (Normal, Warning).") { event, _ in event["type"] ?? "" },
    TableColumn("Reason", "A short, machine understandable reason.") { event, _ in event["reason"] ?? "" },
    TableColumn("Object", "The object that this event is about.") { event, _ in
      let object = event["involvedObject"]
      return .string("\((object?["kind"]?.stringValue ?? "").lowercased())/\(object?["name"]?.stringValue ?? "")")
    },
    TableColumn("Subobject", wide: true, "The part of the object that this event is about.") { event, _ in
      event.at("involvedObject", "fieldPath") ?? ""
    },
    TableColumn("Source", wide: true, "The component reporting this event.") { event, _ in
      let component = event.at("source", "component")?.stringValue ?? event["reportingComponent"]?.stringValue ?? ""
      let host = event.at("source", "host")?.stringValue ?? event["reportingInstance"]?.stringValue ?? ""
      return .string(host.isEmpty ? component : "\(component), \(host)")
    },
    TableColumn("Message", "A human-readable description.") { event, _ in
      .string((event["message"]?.stringValue ?? "").trimmedSpace)
    },
    TableColumn("First Seen", wide: true, "The time at which the event was first recorded.") { event, now in
      .string(Cell.since(time(event, ["firstTimestamp", "eventTime"]), now))
    },
    TableColumn("Count", wide: true, "The number of times this event has occurred.") { event, _ in
      .int(event.at("series", "count")?.intValue ?? event["count"]?.intValue ?? 1)
    },
    TableColumn("Name", format: "name", wide: true, "Name must be unique within a namespace.") { event, _ in
      event.at("metadata", "name") ?? ""
    },
  ]

  private static func time(_ event: JSONValue, _ fields: [String]) -> JSONValue? {
    for field in fields {
      if let value = event[field], !value.isNull { return value }
    }
    return event.at("metadata", "creationTimestamp")
  }

  private static let endpointSlices = [
    name,
    TableColumn("AddressType", "The type of address carried by this EndpointSlice.") { slice, _ in slice["addressType"] ?? "" },
    TableColumn("Ports", "The ports exposed by each endpoint in this slice.") { slice, _ in
      let ports = (slice["ports"]?.arrayValue ?? []).compactMap { $0["port"]?.intValue.map(String.init) }
      return ports.isEmpty ? "<unset>" : .string(ports.joined(separator: ","))
    },
    TableColumn("Endpoints", "The unique endpoints in this slice.") { slice, _ in
      let addresses = (slice["endpoints"]?.arrayValue ?? []).flatMap { ($0["addresses"]?.arrayValue ?? []).compactMap(\.stringValue) }
      if addresses.isEmpty { return "<unset>" }
      let more = addresses.count > 3 ? " + \(addresses.count - 3) more..." : ""
      return .string(addresses.prefix(3).joined(separator: ",") + more)
    },
    age,
  ]

  private static let budgets = [
    name,
    TableColumn("Min Available", "The minimum number of pods that must be available.") { object, _ in
      amount(object.at("spec", "minAvailable"))
    },
    TableColumn("Max Unavailable", "The maximum number of pods that may be unavailable.") { object, _ in
      amount(object.at("spec", "maxUnavailable"))
    },
    TableColumn("Allowed Disruptions", integer: true, "Calculated number of pods that may be disrupted at this time.") { object, _ in
      Cell.number(object.at("status", "disruptionsAllowed"))
    },
    age,
  ]

  private static func amount(_ value: JSONValue?) -> JSONValue {
    guard let value, !value.isNull else { return "N/A" }
    return .string(value.stringValue ?? value.jsonString)
  }
}

extension String {
  /// Without spaces and line ends at both ends.
  var trimmedSpace: String {
    let isSpace: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 }
    let bytes = Array(utf8)
    guard let first = bytes.firstIndex(where: { !isSpace($0) }), let last = bytes.lastIndex(where: { !isSpace($0) }) else { return "" }
    return String(decoding: bytes[first...last], as: UTF8.self)
  }
}
