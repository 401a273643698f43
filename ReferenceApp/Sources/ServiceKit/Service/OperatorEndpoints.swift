import HTTPTypes
import Hummingbird
import TimeFormat

/// Something that a service needs to serve requests: its own store, its queue.
public struct ReadinessCheck: Sendable {
  /// Its name in the body of the readiness response.
  public var name: String
  /// Throws what is wrong; fails after one second.
  public var check: @Sendable () async throws -> Void

  /// A named check.
  public init(_ name: String, check: @escaping @Sendable () async throws -> Void) {
    self.name = name
    self.check = check
  }
}

/// Health, for operators and the kubelet, on a port of its own. Requests to it are not logged.
struct OperatorEndpoints: Sendable {
  let state: ServiceState
  let checks: [ReadinessCheck]
  let identity: ServiceIdentity

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

  func add(to router: Router<ServiceContext>) {
    // Calls no dependency: one that is down must not get this process restarted.
    router.get("/healthz/liveness") { _, _ in Word(status: "alive") }
    router.get("/healthz/ping") { _, _ in
      Ping(status: "ok", service: identity.name, version: identity.version, instance: identity.instance, runId: identity.runID)
    }
    router.get("/healthz/readiness") { _, _ in
      let readiness = await readiness()
      return EditedResponse(status: readiness.status == "ready" ? .ok : .serviceUnavailable, response: readiness)
    }
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
      reason = "timed out after \(Self.checkDeadline.brief)"
    } catch {
      reason = String(describing: error)
    }
    return CheckResult(
      name: check.name, result: reason == nil ? "ok" : "failed", reason: reason, durationMicros: (ContinuousClock.now - began).microseconds)
  }
}
