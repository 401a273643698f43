import Glibc
public import Hummingbird
import Logging

/// Applies the faults that are on to each public request.
public struct FaultMiddleware: RouterMiddleware {
  /// The context of ServiceKit's routers.
  public typealias Context = ServiceContext

  private let faults: Faults

  /// Install it inside the request log, so that injected failures are logged like real ones.
  public init(faults: Faults) { self.faults = faults }

  /// Delays or fails the request as set, else passes it on.
  public func handle(
    _ request: Request, context: ServiceContext, next: (Request, ServiceContext) async throws -> Response
  ) async throws -> Response {
    let settings = faults.current
    if settings.plainText { LineSink.standard.write(Array("handling \(request.method.rawValue) \(request.uri.path)".utf8)) }
    if settings.print {
      print("debug: here with \(request.uri.path)")
      fflush(nil)
    }
    if settings.latencyMillis > 0 { try await Task.sleep(for: .milliseconds(settings.latencyMillis)) }
    if settings.errorRate > 0, Double.random(in: 0..<1) < settings.errorRate {
      throw HTTPError(.internalServerError, message: "Injected fault: error rate \(settings.errorRate).")
    }
    return try await next(request, context)
  }
}
