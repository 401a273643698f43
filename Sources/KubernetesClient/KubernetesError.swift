import JSONBytes

/// Why a request to a cluster did not do what it should: one sentence that a person can act on.
package struct KubernetesError: Error, Sendable, Hashable, CustomStringConvertible {
  package enum Kind: String, Sendable, Hashable {
    /// The kubeconfig or what it names is wrong.
    case configuration
    /// No connection, or it broke.
    case unreachable
    /// A connection that said nothing for longer than ``StreamSilence`` allows: it may be dead.
    case silent
    /// The answer is not what the API promises.
    case malformed
    case badRequest, unauthorized, forbidden, notFound, alreadyExists, conflict, gone, invalid, tooManyRequests, serverError
  }

  package var kind: Kind
  /// In words: what was expected, what came, where, what to do.
  package var message: String
  /// The HTTP status; 0 when there was no answer.
  package var status: Int
  /// The `reason` of the server's Status object, e.g. `NotFound`.
  package var reason: String

  /// The `reason` of an answer that was larger than is read.
  package static let tooLarge = "TooLarge"

  package init(_ kind: Kind, _ message: String, status: Int = 0, reason: String = "") {
    self.kind = kind
    self.message = message
    self.status = status
    self.reason = reason
  }

  package var description: String { message }

  /// Whether trying again later may help.
  package var isTransient: Bool {
    switch kind {
    case .unreachable, .silent, .serverError, .tooManyRequests, .malformed, .gone: true
    // Credentials are refreshed, roles are granted, objects come: worth another try, though a late one.
    case .unauthorized, .forbidden: true
    default: false
    }
  }

  /// Reads a Status body (meta/v1). Anything else becomes a sentence with the status and the start of the body.
  package init(status: Int, body: [UInt8], request: String) {
    let tree = try? JSONValue(parsing: body)
    reason = tree?["reason"]?.stringValue ?? ""
    self.status = status
    kind = Self.kind(status, reason)
    if tree?["kind"]?.stringValue == "Status", let words = tree?["message"]?.stringValue, !words.isEmpty {
      message = words
    } else {
      let text = String(decoding: body.prefix(200), as: UTF8.self).split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
      message = "\(request) was answered with HTTP \(status)\(text.isEmpty ? "" : ": \(text)")"
    }
  }

  private static func kind(_ status: Int, _ reason: String) -> Kind {
    switch status {
    case 400: .badRequest
    case 401: .unauthorized
    case 403: .forbidden
    case 404: .notFound
    case 409: reason == "AlreadyExists" ? .alreadyExists : .conflict
    case 410: .gone
    case 422: .invalid
    case 429: .tooManyRequests
    case 500...: .serverError
    default: .badRequest
    }
  }
}
