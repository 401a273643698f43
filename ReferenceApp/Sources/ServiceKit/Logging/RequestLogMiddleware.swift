public import HTTPTypes
public import Hummingbird
import LogStandard
public import Logging
import NIOCore
import NIOHTTP1

/// Gives each request its id, and writes one `apiRequest` record when it is received and exactly one `apiResponse` record when it is
/// completed, whatever happens in between.
///
/// It must be the outermost middleware. Inside it ``CurrentRequest/id`` is set, so that every record and outgoing call carries the id.
public struct RequestLogMiddleware: RouterMiddleware {
  /// The context of ServiceKit's routers.
  public typealias Context = ServiceContext

  /// Bodies of at most this many bytes are part of the `apiRequest` record.
  public static let longestLoggedBody = 8 * 1024

  private let state: ServiceState
  private let faults: Faults
  private let logger: Logger

  /// Records go to this logger.
  public init(state: ServiceState, faults: Faults, logger: Logger) {
    self.state = state
    self.faults = faults
    self.logger = logger
  }

  /// Logs the request, passes it on, and turns a thrown error into a response.
  public func handle(
    _ request: Request, context: ServiceContext, next: (Request, ServiceContext) async throws -> Response
  ) async throws -> Response {
    let id = CurrentRequest.accepting(request.headers[.xRequestID])
    return try await CurrentRequest.$id.withValue(id) { try await respond(to: request, id: id, context: context, next: next) }
  }

  private func respond(
    to incoming: Request, id: String, context: ServiceContext, next: (Request, ServiceContext) async throws -> Response
  ) async throws -> Response {
    var request = incoming
    let completion = RequestCompletion(
      request: InFlightRequest(id: id, verb: request.method.rawValue, path: Self.path(of: request), began: .now), state: state,
      logger: logger)

    // A body of unknown length may be a stream, which only the handler may read.
    var unreadable: (any Error)?
    var body: ByteBuffer?
    if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > 0, length <= Self.longestLoggedBody {
      do { body = try await request.collectBody(upTo: length) } catch { unreadable = error }
    }
    logRequest(request, body: body, context: context)

    do {
      if let unreadable { throw unreadable }
      return completion.attach(to: finished(try await next(request, context), id: id))
    } catch let error as HTTPParserError {
      // The server itself responds with 400 and closes the connection.
      completion.end(status: 400, note: "malformed or incomplete HTTP request")
      throw error
    } catch let error as any HTTPResponseError {
      logException(error, status: Int(error.status.code))
      let response: Response
      do { response = try error.response(from: request, context: context) } catch { response = Response(status: .internalServerError) }
      return completion.attach(to: finished(response, id: id))
    } catch {
      logException(error, status: 500)
      let reply = HTTPError(.internalServerError, message: "Internal server error; the log has the cause under request id \(id).")
      let response: Response
      do { response = try reply.response(from: request, context: context) } catch { response = Response(status: .internalServerError) }
      return completion.attach(to: finished(response, id: id))
    }
  }

  private func finished(_ response: Response, id: String) -> Response {
    var response = response
    if !faults.current.loseHeader { response.headers[.xRequestID] = id }
    if state.isDraining { response.headers[.connection] = "close" }
    return response
  }

  /// The target of CONNECT is no path but an authority (RFC 9112, 3.2.3), and a record that said otherwise would break the standard.
  private static func path(of request: Request) -> String {
    let path = request.uri.path
    return path.hasPrefix("/") || path == "*" ? path : "/"
  }

  private func logRequest(_ request: Request, body: ByteBuffer?, context: ServiceContext) {
    var fields: Logger.Metadata = [
      RecordFields.categoryKey: .string(LogCategory.request),
      LogField.requestOrigin: .string(context.remoteAddress?.ipAddress ?? "unknown"),
      LogField.requestVerb: .string(request.method.rawValue),
      LogField.requestPath: .string(Self.path(of: request)),
    ]
    if let query = request.uri.query, !query.isEmpty { fields[LogField.requestQuery] = .string(Masking.masked(query: query)) }
    if let body { fields[LogField.requestBody] = .stringConvertible(JSONTree(value: Masking.masked(body: Array(body.readableBytesView)))) }
    logger.info("\(request.method.rawValue) \(Self.path(of: request)) received", metadata: fields)
  }

  private func logException(_ error: any Error, status: Int) {
    let isFailure = status >= 500
    logger.log(
      level: isFailure ? .error : .info, "Request \(isFailure ? "failed" : "rejected"): \(describe(error))",
      metadata: [RecordFields.categoryKey: .string(LogCategory.exception), "status": .stringConvertible(status)])
  }
}

/// Of an HTTP error its message, without Hummingbird's type name.
private func describe(_ error: any Error) -> String {
  guard let error = error as? HTTPError else { return String(describing: error) }
  return error.body ?? "\(error.status.code) \(error.status.reasonPhrase)"
}

extension HTTPField.Name {
  /// The header that carries the request id from service to service.
  public static let xRequestID: HTTPField.Name = {
    guard let name = HTTPField.Name(CurrentRequest.header) else { preconditionFailure("x-request-id is a valid field name") }
    return name
  }()
}
