import JSONBytes
import Kubernetes

extension Resource {
  package static let endpointSlices = Resource(.endpointSlices, generation: true)
}

extension ResourceDefinition {
  static let endpointSlices = ResourceDefinition(.endpointSlices) {
    $0.columns = [
      .name,
      .text("AddressType", "The type of address carried by this EndpointSlice.", at: "addressType"),
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
      .age,
    ]
  }
}
