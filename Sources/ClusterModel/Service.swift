package struct Service: Sendable, Hashable {
  package var namespace: String
  package var name: String
  package var clusterIP: String
  package var ports: [Int]

  package init(namespace: String, name: String, clusterIP: String = "", ports: [Int] = []) {
    self.namespace = namespace
    self.name = name
    self.clusterIP = clusterIP
    self.ports = ports
  }
}

/// The endpoints of a service (discovery.k8s.io/v1).
package struct EndpointSlice: Sendable, Hashable {
  package struct Endpoint: Sendable, Hashable {
    package var address: String
    package var isReady: Bool
    package var isServing: Bool
    package var isTerminating: Bool
    /// The UID of the pod behind it; empty when it is none.
    package var podUID: String
  }

  package var namespace: String
  package var name: String
  package var uid: String
  package var service: String
  package var endpoints: [Endpoint]
}
