import HTTPTypes
import Hummingbird
import Logging

/// The switches of the faults, on the operator port: `GET`, `PUT`, `DELETE /debug/faults` and `POST /debug/crash`.
struct FaultEndpoints: Sendable {
  let faults: Faults
  let logger: Logger

  /// A browser asks before it sends this to another site (Fetch Standard, CORS-safelisted request-header), and is refused: PUT and DELETE
  /// are asked for anyway.
  static let marker: HTTPField.Name = {
    guard let name = HTTPField.Name("X-Periplus-Debug") else { preconditionFailure("x-periplus-debug is a valid field name") }
    return name
  }()

  struct Answer: ResponseCodable {
    var faults: FaultSettings
  }

  func add(to router: Router<ServiceContext>) {
    router.get("/debug/faults") { _, _ in Answer(faults: faults.current) }
    router.put("/debug/faults") { request, context in
      let settings = try await request.decode(as: FaultSettings.self, context: context)
      guard (0...1).contains(settings.errorRate), (0...600_000).contains(settings.latencyMillis),
        (0...1024).contains(settings.leakMebibytesPerSecond)
      else {
        throw HTTPError(
          .badRequest, message: "Expected errorRate from 0 to 1, latencyMillis from 0 to 600000, leakMebibytesPerSecond from 0 to 1024.")
      }
      return set(settings)
    }
    router.delete("/debug/faults") { _, _ in set(FaultSettings()) }
    router.post("/debug/crash") { request, _ in
      guard request.headers[Self.marker] != nil else {
        throw HTTPError(
          .forbidden, message: "Expected the header \(Self.marker.canonicalName), with any value: a page of another site cannot send it.")
      }
      logger.warning("Crash requested on the operator port")
      // After the response has left, so that the caller gets it.
      Task {
        try await Task.sleep(for: .milliseconds(100))
        faults.crash()
      }
      return Response(status: .accepted)
    }
  }

  private func set(_ settings: FaultSettings) -> Answer {
    faults.current = settings
    let isOn = settings != FaultSettings()
    logger.warning(
      isOn ? "Fault injection on: \(settings)" : "Fault injection off",
      metadata: [
        "latencyMillis": .stringConvertible(settings.latencyMillis), "errorRate": .stringConvertible(settings.errorRate),
        "plainText": .stringConvertible(settings.plainText), "print": .stringConvertible(settings.print),
        "loseHeader": .stringConvertible(settings.loseHeader), "ignoreSIGTERM": .stringConvertible(settings.ignoreSIGTERM),
        "leakMebibytesPerSecond": .stringConvertible(settings.leakMebibytesPerSecond),
      ])
    return Answer(faults: settings)
  }
}
