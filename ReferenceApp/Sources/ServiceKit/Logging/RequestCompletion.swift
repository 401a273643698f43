import Hummingbird
import LogStandard
import Logging
import TimeFormat

/// Writes a request's one completion record: when the last byte of the response is written to the connection, when the client closes
/// the connection before that, or when the service aborts the request at shutdown.
///
/// The response's body holds the only reference. If the connection breaks before the body is written, the reference is dropped, and
/// the deinitializer completes the request.
final class RequestCompletion: Sendable {
  /// nginx's status code for a client that closed the connection before the response.
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

  deinit { end(status: Self.clientClosedRequest, note: "client closed the connection before the response") }

  /// The response, with a body that completes the request when it is written.
  func attach(to response: Response) -> Response {
    var response = response
    let status = Int(response.status.code)
    let body = response.body
    response.body = ResponseBody(contentLength: body.contentLength) { writer in
      do {
        try await body.write(writer)
        self.end(status: status)
      } catch {
        self.end(status: Self.clientClosedRequest, note: "client closed the connection before the end of the response")
        throw error
      }
    }
    return response
  }

  /// Does nothing when the request was completed before.
  func end(status: Int, note: String? = nil) {
    guard state.end(number) else { return }
    Self.log(request, status: status, note: note, logger: logger)
  }

  /// Aborts the requests that are still in flight when the drain timeout is over: one ERROR and one completion record each.
  static func abortAll(_ state: ServiceState, logger: Logger) {
    for (number, request) in state.inFlight() where state.end(number) {
      CurrentRequest.$id.withValue(request.id) {
        logger.error("\(request.verb) \(request.path) aborted: drain timeout exceeded")
      }
      log(request, status: 503, note: "aborted at shutdown", logger: logger)
    }
  }

  private static func log(_ request: InFlightRequest, status: Int, note: String?, logger: Logger) {
    let duration = ContinuousClock.now - request.began
    CurrentRequest.$id.withValue(request.id) {
      logger.log(
        level: status >= 500 ? .error : .info,
        "\(request.verb) \(request.path) responded \(status) in \(duration.brief)\(note.map { ", " + $0 } ?? "")",
        metadata: [
          RecordFields.categoryKey: .string(LogCategory.response), LogField.requestVerb: .string(request.verb),
          LogField.requestPath: .string(request.path),
          LogField.statusCode: .stringConvertible(status), LogField.durationMicros: .stringConvertible(duration.microseconds),
        ])
    }
  }
}

extension Duration {
  /// Whole microseconds, rounded towards zero.
  var microseconds: Int64 {
    let (seconds, attoseconds) = components
    return seconds * 1_000_000 + attoseconds / 1_000_000_000_000
  }
}
