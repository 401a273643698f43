public import AsyncHTTPClient
public import HTTPTypes
public import Hummingbird
import Logging
public import NIOCore
import NIOHTTP1

/// Another service that this one calls. Each call carries the request's id and has a deadline.
public struct Upstream: Sendable {
  /// The service's name, for logs.
  public let name: String
  /// Where it is, without a slash at the end.
  public let baseURL: String

  private let client: HTTPClient
  private let faults: Faults
  private let logger: Logger

  /// The longest answer that is taken, in bytes.
  public static let longestAnswer = 4 << 20

  /// From its parts.
  public init(name: String, baseURL: String, client: HTTPClient, faults: Faults) {
    self.name = name
    self.baseURL = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
    self.client = client
    self.faults = faults
    logger = Logger(label: "upstream")
  }

  /// What came back.
  public struct Answer: Sendable {
    /// The HTTP status.
    public var status: Int
    /// The whole body.
    public var body: ByteBuffer
    let headers: HTTPHeaders

    /// The first field of that name, in any case.
    public func header(_ name: String) -> String? { headers.first(name: name) }
  }

  /// - Parameters:
  ///   - path: with its leading slash, percent-encoded.
  ///   - deadline: for the whole answer, its body included.
  /// - Throws: ``UpstreamError`` when there is no answer. An answer of any status is an answer.
  public func send(
    _ method: HTTPRequest.Method, _ path: String, json body: ByteBuffer? = nil, headers: [String: String] = [:],
    deadline: Duration = .seconds(3)
  ) async throws -> Answer {
    var request = HTTPClientRequest(url: baseURL + path)
    request.method = HTTPMethod(rawValue: method.rawValue)
    for (name, value) in headers { request.headers.add(name: name, value: value) }
    if let id = CurrentRequest.id, !faults.current.loseHeader { request.headers.replaceOrAdd(name: "x-request-id", value: id) }
    if let body {
      request.headers.replaceOrAdd(name: "content-type", value: "application/json")
      request.body = .bytes(body)
    }
    let began = ContinuousClock.now
    do {
      return try await withDeadline(deadline) { [request] in
        let response = try await client.execute(request, deadline: .now() + TimeAmount(deadline))
        let body = try await response.body.collect(upTo: Self.longestAnswer)
        return Answer(status: Int(response.status.code), body: body, headers: response.headers)
      }
    } catch {
      let late = error is DeadlineExceeded || (error as? HTTPClientError) == .deadlineExceeded
      let failure = UpstreamError(service: name, reason: late ? "no answer within \(deadline)" : String(describing: error), late: late)
      logger.warning(
        "\(name) gives no answer to \(method.rawValue) \(path): \(failure.reason).",
        metadata: ["upstream": .string(name), "waitedMicros": .stringConvertible((ContinuousClock.now - began).microseconds)])
      throw failure
    }
  }
}

/// A service that was called gave no answer. Towards the caller it is 504 when it was late, else 502 (RFC 9110, 15.6).
public struct UpstreamError: HTTPResponseError, CustomStringConvertible {
  /// Which service was called.
  public var service: String
  /// What went wrong, for logs.
  public var reason: String
  /// Whether the deadline passed.
  public var late: Bool

  /// From its parts.
  public init(service: String, reason: String, late: Bool = false) {
    self.service = service
    self.reason = reason
    self.late = late
  }

  /// The HTTP status.
  public var status: HTTPResponse.Status { late ? .gatewayTimeout : .badGateway }
  /// One phrase, for a log.
  public var description: String { "\(service) gives no answer (\(reason))" }

  /// What this service's own caller gets to see.
  public func response(from request: Request, context: some RequestContext) throws -> Response {
    try HTTPError(status, message: "The service \(service) gives no answer: try again later.").response(from: request, context: context)
  }
}

extension ServiceEnvironment {
  /// Where a service is: `ORDERS_URL`, else the kubelet's `ORDERS_SERVICE_HOST` and `ORDERS_SERVICE_PORT`, else its name on port 8080.
  public func address(of service: String) -> String {
    let prefix = String(service.uppercased().map { $0 == "-" ? "_" : $0 })
    if let url = self["\(prefix)_URL"] { return url }
    if let host = self["\(prefix)_SERVICE_HOST"] { return "http://\(host):\(self["\(prefix)_SERVICE_PORT"] ?? "8080")" }
    return "http://\(service):8080"
  }
}
