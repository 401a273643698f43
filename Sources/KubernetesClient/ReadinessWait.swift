package import JSONBytes
import TimeFormat

/// Waits until Deployments have all the pods that they want.
package struct ReadinessWait: Sendable {
  /// They have not within the time.
  package struct NotReady: Error, CustomStringConvertible {
    package var waiting: [String]
    package var limit: Duration
    package var description: String {
      "not ready within \(limit.brief): \(waiting.isEmpty ? "there is no Deployment" : waiting.joined(separator: ", "))"
    }
  }

  /// A status can be from before a restart: it counts once it has been seen so often in a row.
  package static let held = 4

  private let list: @Sendable () async throws -> [JSONValue]
  private let limit: Duration
  private let step: Duration
  /// Waits; throws when it is cancelled.
  private let pause: @Sendable (Duration) async throws -> Void

  /// - Parameter list: the Deployments as they are now; one that fails is asked for again.
  package init(
    limit: Duration = .seconds(120), step: Duration = .milliseconds(200),
    pause: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
    list: @escaping @Sendable () async throws -> [JSONValue]
  ) {
    self.list = list
    self.limit = limit
    self.step = step
    self.pause = pause
  }

  /// - Parameter progress: is told which are waited for after each look; none while there is none at all.
  /// - Throws: ``NotReady``, or `CancellationError`.
  package func run(progress: (_ waiting: [String]) -> Void) async throws {
    var waiting: [String] = []
    var inARow = 0
    var waited = Duration.zero
    while waited < limit {
      let deployments = (try? await list()) ?? []
      waiting = deployments.filter { !Self.isReady($0) }.compactMap { $0.at("metadata", "name")?.stringValue }
      inARow = !deployments.isEmpty && waiting.isEmpty ? inARow + 1 : 0
      if inARow == Self.held { return }
      progress(waiting)
      try await pause(step)
      waited += step
    }
    throw NotReady(waiting: waiting, limit: limit)
  }

  package static func isReady(_ deployment: JSONValue) -> Bool {
    // A status of an older generation says nothing of what is wanted now.
    if let generation = deployment.at("metadata", "generation")?.intValue,
      let observed = deployment.at("status", "observedGeneration")?.intValue,
      observed < generation
    {
      return false
    }
    return (deployment.at("status", "readyReplicas")?.intValue ?? 0) >= (deployment.at("spec", "replicas")?.intValue ?? 1)
  }
}
