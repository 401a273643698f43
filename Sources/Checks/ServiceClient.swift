/// A port: sends an HTTP request to a service of the cluster, as a client outside would.
package protocol ServiceClient: Sendable {
  /// - Throws: ``ServiceClientError`` when no response came.
  func send(_ request: ServiceRequest) async throws -> ServiceResponse
}

package struct ServiceRequest: Sendable, Hashable {
  package var namespace: String
  package var service: String
  package var port: Int
  package var method: String
  /// With the query, if there is one.
  package var path: String
  package var headers: [(name: String, value: String)]
  package var body: [UInt8]
  package var timeout: Duration

  package init(
    namespace: String, service: String, port: Int = 8080, method: String = "GET", path: String = "/",
    headers: [(name: String, value: String)] = [], body: [UInt8] = [], timeout: Duration = .seconds(5)
  ) {
    self.namespace = namespace
    self.service = service
    self.port = port
    self.method = method
    self.path = path
    self.headers = headers
    self.body = body
    self.timeout = timeout
  }

  package static func == (one: ServiceRequest, other: ServiceRequest) -> Bool {
    one.namespace == other.namespace && one.service == other.service && one.port == other.port && one.method == other.method
      && one.path == other.path && one.body == other.body && one.timeout == other.timeout
      && one.headers.elementsEqual(other.headers, by: ==)
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(service)
    hasher.combine(path)
    hasher.combine(body)
  }

  /// `POST http://gateway.accounting:8080/invoices`.
  package var display: String { "\(method) http://\(service).\(namespace):\(port)\(path)" }
}

package struct ServiceResponse: Sendable {
  package var status: Int
  package var headers: [(name: String, value: String)]
  package var body: [UInt8]

  package init(status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  /// The first value of a header, whatever its case.
  package func header(_ name: String) -> String? {
    headers.first { $0.name.lowercased() == name.lowercased() }?.value
  }
}

package struct ServiceClientError: Error, Hashable, CustomStringConvertible {
  /// One sentence: what was tried, what came instead.
  package var sentence: String
  package var description: String { sentence }

  package init(_ sentence: String) { self.sentence = sentence }
}
