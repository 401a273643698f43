package import JSONBytes
import Kubernetes

/// Which address and port of a Service leads to which pods. Pure: computed from Services and EndpointSlices.
package struct ServiceRoutes: Sendable, Hashable {
  package struct Listen: Sendable, Hashable {
    package var address: String
    package var port: Int

    package init(address: String, port: Int) {
      self.address = address
      self.port = port
    }
  }

  package struct Endpoint: Sendable, Hashable {
    package var address: String
    package var port: Int
  }

  package struct Route: Sendable, Hashable {
    package var service: String
    package var namespace: String
    /// Ready pods; where there is none, those that still serve while they end (kube-proxy, KEP 1669).
    package var endpoints: [Endpoint]
  }

  /// Why a port of a Service is not served.
  package struct Refusal: Sendable, Hashable {
    package var namespace: String
    package var service: String
    package var sentence: String
  }

  package var routes: [Listen: Route] = [:]
  package var refusals: [Refusal] = []

  package init(services: [JSONValue], slices: [JSONValue], subnet: String) {
    let byService = Dictionary(grouping: slices) { slice in
      "\(slice.at("metadata", "namespace")?.stringValue ?? "")/"
        + (slice.at("metadata", "labels", "kubernetes.io/service-name")?.stringValue ?? "")
    }
    for service in services {
      guard let address = service.at("spec", "clusterIP")?.stringValue, address.hasPrefix(subnet) else { continue }
      let namespace = service.at("metadata", "namespace")?.stringValue ?? ""
      let name = service.at("metadata", "name")?.stringValue ?? ""
      for port in service.at("spec", "ports")?.arrayValue ?? [] {
        guard let number = port["port"]?.integer(in: IntegerRange.int32) else { continue }
        func refuse(_ why: String) { refusals.append(Refusal(namespace: namespace, service: name, sentence: why)) }
        guard number <= 65_535 else {
          refuse("Port \(number) is not served: a port is at most 65535.")
          continue
        }
        guard number >= 1024 else {
          refuse(
            "Port \(number) is not served: ports below 1024 need a privilege that the proving ground does not take; use 1024 or above.")
          continue
        }
        guard port["protocol"]?.stringValue ?? "TCP" == "TCP" else {
          refuse("Port \(number) is not served: its protocol is not TCP, the only one that the proving ground forwards.")
          continue
        }
        let endpoints = Self.endpoints(byService["\(namespace)/\(name)"] ?? [], portName: port["name"]?.stringValue ?? "")
        routes[Listen(address: address, port: number)] = Route(service: name, namespace: namespace, endpoints: endpoints)
      }
    }
  }

  private static func endpoints(_ slices: [JSONValue], portName: String) -> [Endpoint] {
    var ready: [Endpoint] = []
    var serving: [Endpoint] = []
    for slice in slices {
      guard
        let port = (slice["ports"]?.arrayValue ?? []).first(where: { $0["name"]?.stringValue ?? "" == portName })?["port"]?.integer(
          in: IntegerRange.int32), (1...65_535).contains(port)
      else {
        continue
      }
      for endpoint in slice["endpoints"]?.arrayValue ?? [] {
        guard let address = endpoint["addresses"]?[0]?.stringValue else { continue }
        let target = Endpoint(address: address, port: port)
        if endpoint.at("conditions", "ready")?.boolValue ?? true {
          ready.append(target)
        } else if endpoint.at("conditions", "serving")?.boolValue ?? false {
          serving.append(target)
        }
      }
    }
    return ready.isEmpty ? serving : ready
  }
}
