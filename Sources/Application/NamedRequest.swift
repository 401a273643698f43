import JSONBytes
package import StrictYAML

/// A request of the application's clients, under a name that plans, lessons and demos use.
package struct NamedRequest: Sendable, Hashable {
  package var name: String
  /// The service to which it is sent.
  package var service: String
  package var port: Int
  package var method: String
  /// `${…}` stands for a value of the profile, `${id}` for the request's id.
  package var path: String
  package var headers: [Header]
  /// A mapping or list is sent as JSON, a text as it is.
  package var body: YAMLNode?
  /// The status of a success; `nil` for any of 2xx.
  package var status: Int?
  /// The services that write records with its id, in order.
  package var hops: [String]
  /// The path as people group it: `/items/{id}`.
  package var route: String
  /// Goes to the `Location` of an answer to this request; while none is there, that request is sent instead.
  package var follows: String?

  package struct Header: Sendable, Hashable {
    package var name: String
    package var value: String

    package init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// For people: `POST /invoices`.
  package var display: String { "\(method) \(route)" }

  package func isSuccess(_ status: Int) -> Bool { self.status.map { $0 == status } ?? (200..<300).contains(status) }

  /// What is sent, once the values are known.
  package func filled(_ values: Variables) -> FilledRequest {
    FilledRequest(
      method: method, path: values.fill(path), headers: headers.map { Header($0.name, values.fill($0.value)) },
      body: body.map { Self.bytes(values.fill($0)) } ?? [])
  }

  private static func bytes(_ body: YAMLNode) -> [UInt8] {
    if let text = body.text { return Array(text.utf8) }
    return body.json.jsonBytes
  }
}

/// A request without `${…}`, as it goes over the wire; the request id's header is the sender's.
package struct FilledRequest: Sendable, Hashable {
  package var method: String
  package var path: String
  package var headers: [NamedRequest.Header]
  package var body: [UInt8]
}
