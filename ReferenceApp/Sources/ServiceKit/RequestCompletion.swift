import Hummingbird
import LogStandard
import Logging

/// Writes a request's one completion record: when the last byte of the response is handed to the connection, when the client
/// has gone before that, or when the service gives the request up.
///
/// The response's body holds the only reference. If the connection breaks before the body is asked for, the reference is
/// dropped, and the end of this object is the end of the request.
final class RequestCompletion: Sendable {
  /// nginx's code for a client that closed the connection before the answer.
  static let clientClosedRequest = 499

  private let request: InFlightRequest
  private let number: UInt64
  private let state: ServiceState
  private let logger: Logger

  init(request: InFlightRequest, state: ServiceState, logger: Logger) {
    self.request = request
    self.state = state
    self.logger = logger
    number = state.begin(request)
  }

  deinit { end(status: Self.clientClosedRequest, note: "The client has gone before the answer.") }

  /// The response with a body that tells when it is written.
  func attach(to response: Response) -> Response {
    var response = response
    let status = Int(response.status.code)
    let body = response.body
    response.body = ResponseBody(contentLength: body.contentLength) { writer in
      do {
        try await body.write(writer)
        self.end(status: status)
      } catch {
        self.end(status: Self.clientClosedRequest, note: "The client has gone before the answer's end.")
        throw error
      }
    }
    return response
  }

  /// Does nothing when the request has ended before.
  func end(status: Int, note: String? = nil) {
    guard state.end(number) else { return }
    Self.log(request, status: status, note: note, logger: logger)
  }

  /// Gives up what is still in flight at the end of the process: one ERROR and one completion record each.
  static func abandonAll(_ state: ServiceState, logger: Logger) {
    for (number, request) in state.inFlight() where state.end(number) {
      CurrentRequest.$id.withValue(request.id) {
        logger.error("\(request.verb) \(request.path) is abandoned unfinished: the time to shut down is over.")
      }
      log(request, status: 503, note: "Abandoned at shutdown.", logger: logger)
    }
  }

  private static func log(_ request: InFlightRequest, status: Int, note: String?, logger: Logger) {
    let micros = (ContinuousClock.now - request.began).microseconds
    CurrentRequest.$id.withValue(request.id) {
      logger.log(
        level: status >= 500 ? .error : .info,
        "\(request.verb) \(request.path) is answered with \(status).\(note.map { " " + $0 } ?? "")",
        metadata: [
          RecordFields.categoryKey: .string(LogCategory.response), LogField.requestVerb: .string(request.verb),
          LogField.requestPath: .string(request.path),
          LogField.statusCode: .stringConvertible(status), LogField.durationMicros: .stringConvertible(micros),
        ])
    }
  }
}

extension Duration {
  /// Whole microseconds.
  var microseconds: Int64 {
    let (seconds, attoseconds) = components
    return seconds * 1_000_000 + attoseconds / 1_000_000_000_000
  }
}
