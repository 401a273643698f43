import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// A dependency that a service must have to serve: its own store, its queue. `check` throws what is wrong.
public struct ReadinessCheck: Sendable {
  /// Stands in the body of the readiness answer.
  public var name: String
  /// Throws what is wrong; it has one second.
  public var check: @Sendable () async throws -> Void

  /// A named check.
  public init(_ name: String, check: @escaping @Sendable () async throws -> Void) {
    self.name = name
    self.check = check
  }
}

/// What operators and the kubelet see, on a port of its own: health, and the faults' switches. Nothing here is logged per request.
struct OperatorEndpoints: Sendable {
  let state: ServiceState
  let faults: Faults
  let checks: [ReadinessCheck]
  let identity: ServiceIdentity
  let logger: Logger

  /// A check that takes longer has failed.
  static let checkDeadline = Duration.seconds(1)

  struct CheckResult: Codable, Sendable {
    var name: String
    var result: String
    var reason: String?
    var durationMicros: Int64
  }

  struct Readiness: ResponseCodable, Sendable {
    var status: String
    var checks: [CheckResult]
    var inFlight: Int
  }

  struct Word: ResponseCodable {
    var status: String
  }

  struct Ping: ResponseCodable {
    var status: String
    var service: String
    var version: String
    var instance: String
    var runId: String
  }

  struct FaultAnswer: ResponseCodable {
    var faults: FaultSettings
  }

  func router() -> Router<ServiceContext> {
    let router = Router(context: ServiceContext.self)
    // Says only that the process turns: a dependency that is down must not get it restarted.
    router.get("/healthz/liveness") { _, _ in Word(status: "alive") }
    router.get("/healthz/ping") { _, _ in
      Ping(status: "ok", service: identity.name, version: identity.version, instance: identity.instance, runId: identity.runID)
    }
    router.get("/healthz/readiness") { _, _ in
      let readiness = await readiness()
      return EditedResponse(status: readiness.status == "ready" ? .ok : .serviceUnavailable, response: readiness)
    }
    router.get("/debug/faults") { _, _ in FaultAnswer(faults: faults.current) }
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
    router.post("/debug/crash") { _, _ in
      logger.warning("An operator asked for a crash.")
      // After the answer has left, so that the caller sees that it was heard.
      Task {
        try await Task.sleep(for: .milliseconds(100))
        faults.crash()
      }
      return Response(status: .accepted)
    }
    return router
  }

  private func set(_ settings: FaultSettings) -> FaultAnswer {
    faults.current = settings
    logger.warning(
      "An operator has set the faults.",
      metadata: [
        "latencyMillis": .stringConvertible(settings.latencyMillis), "errorRate": .stringConvertible(settings.errorRate),
        "plainText": .stringConvertible(settings.plainText), "print": .stringConvertible(settings.print),
        "loseHeader": .stringConvertible(settings.loseHeader), "ignoreSIGTERM": .stringConvertible(settings.ignoreSIGTERM),
        "leakMebibytesPerSecond": .stringConvertible(settings.leakMebibytesPerSecond),
      ])
    return FaultAnswer(faults: settings)
  }

  func readiness() async -> Readiness {
    let results = await withTaskGroup(of: (Int, CheckResult).self) { group in
      for (index, check) in checks.enumerated() { group.addTask { (index, await run(check)) } }
      var collected: [(Int, CheckResult)] = []
      for await result in group { collected.append(result) }
      return collected.sorted { $0.0 < $1.0 }.map(\.1)
    }
    let ready = results.allSatisfy { $0.result == "ok" }
    return Readiness(status: state.isDraining ? "draining" : ready ? "ready" : "not ready", checks: results, inFlight: state.inFlightCount)
  }

  private func run(_ check: ReadinessCheck) async -> CheckResult {
    let began = ContinuousClock.now
    var reason: String?
    do {
      try await withDeadline(Self.checkDeadline) { try await check.check() }
    } catch is DeadlineExceeded {
      reason = "no answer within \(Self.checkDeadline)"
    } catch {
      reason = String(describing: error)
    }
    return CheckResult(
      name: check.name, result: reason == nil ? "ok" : "failed", reason: reason, durationMicros: (ContinuousClock.now - began).microseconds)
  }
}
