import JSONBytes
import Kubernetes

extension Resource {
  package static let services = Resource(.services, categories: ["all"], subresources: [.status])
}

extension ResourceDefinition {
  static let services = ResourceDefinition(.services) {
    $0.name = .label
    $0.defaults = fillService
    $0.admit = allocateAddress
    $0.validate = validateService
    $0.columns = serviceColumns
    $0.selectableFields = [SelectableField("spec.clusterIP"), SelectableField("spec.type")]
    $0.mergeKeys = MergeKeys(["spec.ports": .map("port")])
  }

  @Sendable private static func fillService(_ service: inout JSONValue) {
    service.fill(["spec", "type"], "ClusterIP")
    service.fill(["spec", "sessionAffinity"], "None")
    service.fill(["spec", "internalTrafficPolicy"], "Cluster")
    service.fill(["spec", "ipFamilies"], ["IPv4"])
    service.fill(["spec", "ipFamilyPolicy"], "SingleStack")
    service.mapList(["spec", "ports"]) { port in
      port.fill(["protocol"], "TCP")
      if let number = port["port"] { port.fill(["targetPort"], number) }
    }
    service.fill(["status"], ["loadBalancer": [:]])
  }

  /// An address of the cluster's range, kept for as long as the Service lives.
  @Sendable private static func allocateAddress(
    _ service: inout JSONValue, _ old: JSONValue?, _ others: StoredObjects
  ) throws(APIError) {
    if service.at("spec", "type")?.stringValue == "ExternalName" { return }
    if let present = old?.at("spec", "clusterIP") {
      if service.at("spec", "clusterIP")?.stringValue?.isEmpty ?? true { service.set("spec", "clusterIP", to: present) }
      if service.at("spec", "clusterIPs") == nil { service.set("spec", "clusterIPs", to: old?.at("spec", "clusterIPs")) }
      return
    }
    let desired = service.at("spec", "clusterIP")?.stringValue ?? ""
    if desired == "None" {
      service.set("spec", "clusterIPs", to: ["None"])
      return
    }
    let used = Set(others.all(.services).compactMap { $0.at("spec", "clusterIP")?.stringValue })
    if !desired.isEmpty {
      guard !used.contains(desired) else {
        throw .invalid(
          .services, service.at("metadata", "name")?.stringValue ?? "",
          [
            Validation.invalid(
              "spec.clusterIP", "\"\(desired)\"", "failed to allocate IP \(desired): provided IP is already allocated")
          ])
      }
      service.set("spec", "clusterIPs", to: [.string(desired)])
      return
    }
    guard let address = others.serviceAddresses(used) else {
      throw .internalError("no service address is left in the cluster's range; delete a Service first")
    }
    service.set("spec", "clusterIP", to: .string(address))
    service.set("spec", "clusterIPs", to: [.string(address)])
  }

  @Sendable private static func validateService(_ service: JSONValue, _ old: JSONValue?) -> Causes {
    var causes: Causes = []
    let type = service.at("spec", "type")?.stringValue ?? ""
    let types = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"]
    if !types.contains(type) { causes.append(Validation.unsupported("spec.type", "\"\(type)\"", types)) }
    let ports = service.at("spec", "ports")?.arrayValue ?? []
    let isHeadless = service.at("spec", "clusterIP") == "None"
    if ports.isEmpty, type != "ExternalName", !isHeadless { causes.append(Validation.required("spec.ports")) }
    var names: Set<String> = []
    for (index, port) in ports.enumerated() {
      let number = port["port"]?.intValue ?? 0
      if !(1...65535).contains(number) {
        causes.append(Validation.invalid("spec.ports[\(index)].port", "\(number)", "must be between 1 and 65535, inclusive"))
      } else if number < 1024, !isHeadless {
        causes.append(
          Validation.invalid(
            "spec.ports[\(index)].port", "\(number)", "this cluster runs without privileges: choose a port of 1024 or above"))
      }
      let name = port["name"]?.stringValue ?? ""
      if name.isEmpty {
        if ports.count > 1 { causes.append(Validation.required("spec.ports[\(index)].name")) }
      } else if !names.insert(name).inserted {
        causes.append(Validation.duplicate("spec.ports[\(index)].name", name))
      }
    }
    return causes
  }

  private static let serviceColumns: [TableColumn] = [
    .name,
    .text("Type", "type determines how the Service is exposed.", at: "spec", "type"),
    TableColumn("Cluster-IP", "clusterIP is the IP address of the service.") { service, _ in Cell.text(service.at("spec", "clusterIP")) },
    TableColumn("External-IP", "externalIPs is a list of IP addresses for which nodes accept traffic.") { service, _ in
      let addresses = (service.at("spec", "externalIPs")?.arrayValue ?? []).compactMap(\.stringValue)
      return addresses.isEmpty ? Cell.text(service.at("spec", "externalName")) : .string(addresses.joined(separator: ","))
    },
    TableColumn("Port(s)", "The list of ports that are exposed by this service.") { service, _ in
      let ports = (service.at("spec", "ports")?.arrayValue ?? []).map { port in
        let node = port["nodePort"]?.intValue.map { ":\($0)" } ?? ""
        return "\(port["port"]?.intValue ?? 0)\(node)/\(port["protocol"]?.stringValue ?? "TCP")"
      }
      return ports.isEmpty ? Cell.none : .string(ports.joined(separator: ","))
    },
    .age,
    TableColumn("Selector", wide: true, "Route service traffic to pods with label keys and values matching this selector.") { service, _ in
      Cell.labels(service.at("spec", "selector"))
    },
  ]
}
