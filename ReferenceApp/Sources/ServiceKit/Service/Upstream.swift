public import AsyncHTTPClient
public import HTTPTypes
public import Hummingbird
import Logging
public import NIOCore
import NIOHTTP1
import TimeFormat

/// Another service that this one calls. Each call carries the request's id and has a deadline.
public struct Upstream: Sendable {
  /// The service's name, for logs.
  public let name: String
  /// Scheme, host and port, without a slash at the end.
  public let baseURL: String

  private let client: HTTPClient
  private let faults: Faults
  private let logger: Logger

  /// The longest response body that is accepted, in bytes.
  public static let maximumResponseBytes = 4 << 20

  /// All members as they are; a slash at the URL's end is dropped.
  public init(name: String, baseURL: String, client: HTTPClient, faults: Faults) {
    self.name = name
    self.baseURL = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
    self.client = client
    self.faults = faults
    logger = Logger(label: "upstream")
  }

  /// A response with its whole body.
  public struct Response: Sendable {
    /// The HTTP status code.
    public var status: Int
    /// The whole body.
    public var body: ByteBuffer
    let headers: HTTPHeaders

    /// The first header field of that name, in any case.
    public func header(_ name: String) -> String? { headers.first(name: name) }
  }

  /// Sends a request with the current request's id in `x-request-id`, and waits for the whole response.
  ///
  /// - Parameters:
  ///   - path: with its leading slash, percent-encoded.
  ///   - body: JSON.
  ///   - deadline: for the whole response, its body included.
  /// - Throws: ``UpstreamError`` when no response came. A response of any status is returned.
  public func send(
    _ method: HTTPRequest.Method, _ path: String, json body: ByteBuffer? = nil, headers: [String: String] = [:],
    deadline: Duration = .seconds(3)
  ) async throws -> Response {
    var request = HTTPClientRequest(url: baseURL + path)
    request.method = HTTPMethod(rawValue: method.rawValue)
    for (name, value) in headers { request.headers.add(name: name, value: value) }
    if let id = CurrentRequest.id, !faults.current.loseHeader { request.headers.replaceOrAdd(name: CurrentRequest.header, value: id) }
    if let body {
      request.headers.replaceOrAdd(name: "content-type", value: "application/json")
      request.body = .bytes(body)
    }
    let began = ContinuousClock.now
    do {
      return try await withDeadline(deadline) { [request] in
        let response = try await client.execute(request, deadline: .now() + TimeAmount(deadline))
        let body = try await response.body.collect(upTo: Self.maximumResponseBytes)
        return Response(status: Int(response.status.code), body: body, headers: response.headers)
      }
    } catch {
      let isLate = error is DeadlineExceeded || (error as? HTTPClientError) == .deadlineExceeded
      let failure = UpstreamError(service: name, reason: isLate ? .timeout(deadline) : .noResponse(String(describing: error)))
      logger.warning(
        "\(method.rawValue) \(path) failed: \(failure)",
        metadata: ["upstream": .string(name), "waitedMicros": .stringConvertible((ContinuousClock.now - began).microseconds)])
      throw failure
    }
  }

  /// The error for a response whose status the caller did not expect.
  public func unexpected(_ response: Response) -> UpstreamError { UpstreamError(service: name, reason: .status(response.status)) }
}

/// A call to another service that failed. This service then responds with 504 after a timeout, else with 502 (RFC 9110, 15.6.3 and 15.6.5).
public struct UpstreamError: HTTPResponseError, CustomStringConvertible {
  /// Why a call failed.
  public enum Reason: Sendable, Hashable {
    /// There was no whole response within this time.
    case timeout(Duration)
    /// The connection could not be opened, or broke; in the HTTP client's words.
    case noResponse(String)
    /// The response had this status code.
    case status(Int)
  }

  /// The service that was called.
  public var service: String
  /// Why the call failed.
  public var reason: Reason

  /// All members as they are.
  public init(service: String, reason: Reason) {
    self.service = service
    self.reason = reason
  }

  /// The status of this service's own response.
  public var status: HTTPResponse.Status { if case .timeout = reason { .gatewayTimeout } else { .badGateway } }

  /// One phrase for a log, e.g. `upstream catalog returned 500`.
  public var description: String {
    switch reason {
    case .timeout(let limit): "upstream \(service) timed out after \(limit.brief)"
    case .noResponse(let cause): "upstream \(service) did not respond (\(cause))"
    case .status(let status): "upstream \(service) returned \(status)"
    }
  }

  /// What this service's own caller gets.
  public func response(from request: Request, context: some RequestContext) throws -> Response {
    try HTTPError(status, message: "The upstream service \(service) failed, try again later.").response(from: request, context: context)
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
