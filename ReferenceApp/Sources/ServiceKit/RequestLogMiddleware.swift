public import HTTPTypes
public import Hummingbird
import LogStandard
public import Logging
import NIOCore
import NIOHTTP1
import Synchronization

/// What a handler gets beside the request: Hummingbird's storage, and where the call came from.
public struct ServiceContext: RequestContext, RemoteAddressRequestContext {
  /// Hummingbird's own storage.
  public var coreContext: CoreRequestContextStorage
  /// The caller's address; `nil` where there is no socket.
  public let remoteAddress: SocketAddress?

  /// Made by Hummingbird for each request.
  public init(source: ApplicationRequestContextSource) {
    coreContext = .init(source: source)
    remoteAddress = source.channel.remoteAddress
  }
}

/// The first facility at a service's edge: gives each request its id, and writes one record when it comes and exactly one when it
/// is answered, whatever happens in between.
///
/// Install it as the outermost middleware. Inside it ``CurrentRequest/id`` is set, so every record and outgoing call carries the id.
public struct RequestLogMiddleware: RouterMiddleware {
  /// The context of ServiceKit's routers.
  public typealias Context = ServiceContext

  /// Bodies up to this many bytes stand in the `apiRequest` record.
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

  /// Logs the request, answers it, and sees to its completion record.
  public func handle(
    _ request: Request, context: ServiceContext, next: (Request, ServiceContext) async throws -> Response
  ) async throws -> Response {
    let id = CurrentRequest.accepting(request.headers[.xRequestID])
    return try await CurrentRequest.$id.withValue(id) { try await answer(request, id: id, context: context, next: next) }
  }

  private func answer(
    _ incoming: Request, id: String, context: ServiceContext, next: (Request, ServiceContext) async throws -> Response
  ) async throws -> Response {
    var request = incoming
    let completion = RequestCompletion(
      request: InFlightRequest(id: id, verb: request.method.rawValue, path: request.uri.path, began: .now), state: state, logger: logger)

    // Without a known length the body may be a stream, which only its handler may read.
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
      // The server answers this one itself with 400 and closes the connection.
      completion.end(status: 400, note: "The request broke off or was no HTTP.")
      throw error
    } catch let error as any HTTPResponseError {
      logException(error, status: Int(error.status.code))
      let response: Response
      do { response = try error.response(from: request, context: context) } catch { response = Response(status: .internalServerError) }
      return completion.attach(to: finished(response, id: id))
    } catch {
      logException(error, status: 500)
      let answer = HTTPError(.internalServerError, message: "The service failed at this request; its log says why under request id \(id).")
      let response: Response
      do { response = try answer.response(from: request, context: context) } catch { response = Response(status: .internalServerError) }
      return completion.attach(to: finished(response, id: id))
    }
  }

  private func finished(_ response: Response, id: String) -> Response {
    var response = response
    if !faults.current.loseHeader { response.headers[.xRequestID] = id }
    if state.isDraining { response.headers[.connection] = "close" }
    return response
  }

  private func logRequest(_ request: Request, body: ByteBuffer?, context: ServiceContext) {
    var fields: Logger.Metadata = [
      RecordFields.categoryKey: .string(LogCategory.request),
      LogField.requestOrigin: .string(context.remoteAddress?.ipAddress ?? "unknown"),
      LogField.requestVerb: .string(request.method.rawValue),
      LogField.requestPath: .string(request.uri.path),
    ]
    if let query = request.uri.query, !query.isEmpty { fields[LogField.requestQuery] = .string(Masking.masked(query: query)) }
    if let body { fields[LogField.requestBody] = .stringConvertible(JSONTree(value: Masking.masked(body: Array(body.readableBytesView)))) }
    logger.info("\(request.method.rawValue) \(request.uri.path) is asked.", metadata: fields)
  }

  private func logException(_ error: any Error, status: Int) {
    let level: Logger.Level = status >= 500 ? .error : .info
    logger.log(
      level: level, "The request cannot be answered as asked: \(error)",
      metadata: [RecordFields.categoryKey: .string(LogCategory.exception), "status": .stringConvertible(status)])
  }
}

extension HTTPField.Name {
  /// The header that names a request across services.
  public static let xRequestID: HTTPField.Name = {
    guard let name = HTTPField.Name(CurrentRequest.header) else { preconditionFailure("x-request-id is a valid field name") }
    return name
  }()
}
