package import Application
package import JSONBytes

/// A port: the cluster that may be acted on. The verbs are the API's own, so that a new action needs none of its own here.
package protocol GroundPort: Sendable {
  /// One object, by its path of the API; `nil` when there is none.
  ///
  /// - Throws: ``ActionError`` with one sentence, as all of these do.
  func get(_ path: String) async throws -> JSONValue?
  /// The objects of a list that have these labels.
  func list(_ path: String, labels: [String: String]) async throws -> [JSONValue]
  /// - Returns: whether it was there.
  func delete(_ path: String) async throws -> Bool
  /// A JSON merge patch (RFC 7386).
  func patch(_ path: String, _ change: JSONValue) async throws
  /// One request to a pod's own address.
  func ask(_ address: String, port: Int, method: String, path: String, body: JSONValue?) async throws -> PodAnswer
  /// Requests of ordinary clients, until all are answered.
  func traffic(_ app: AppProfile, requests: Int) async throws -> TrafficDone
}

/// What a pod answered.
package struct PodAnswer: Sendable, Hashable {
  package var status: Int
  package var body: [UInt8]

  package init(status: Int, body: [UInt8] = []) {
    self.status = status
    self.body = body
  }
}

/// How a run of traffic went.
package struct TrafficDone: Sendable, Hashable {
  package var sent: Int
  package var failed: Int
  /// `POST /invoices, with: answered 503`.
  package var firstFailure: String?

  package init(sent: Int, failed: Int, firstFailure: String? = nil) {
    self.sent = sent
    self.failed = failed
    self.firstFailure = firstFailure
  }
}
