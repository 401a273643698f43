package import ClusterModel
package import StrictYAML
package import TelemetryModel
package import TimeFormat

/// What a check may look at: ports only, so that it runs against the embedded parts, against real ones and against fakes.
package struct CheckContext: Sendable {
  package var cluster: any ClusterSource
  package var logs: any LogSource
  /// `nil` where nothing may be sent; checks that need it are then unknown, never passed.
  package var frontDoor: (any FrontDoor)?
  package var now: @Sendable () -> Timestamp
  /// Waits; throws when the task is cancelled.
  package var pause: @Sendable (Duration) async throws -> Void
  /// The check's parameters, held to its table before.
  package var parameters: YAMLNode?

  package init(
    cluster: any ClusterSource, logs: any LogSource, frontDoor: (any FrontDoor)?, now: @escaping @Sendable () -> Timestamp,
    pause: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }, parameters: YAMLNode? = nil
  ) {
    self.cluster = cluster
    self.logs = logs
    self.frontDoor = frontDoor
    self.now = now
    self.pause = pause
    self.parameters = parameters
  }

  var fields: Fields { Fields(parameters ?? YAMLNode(.mapping([]))) }
  var namespace: String { fields.text("namespace", or: CheckLibrary.namespace) }

  /// Asks again and again until the answer is there or the time is over; the last answer either way.
  func poll<Answer: Sendable>(
    within limit: Duration, every step: Duration = .milliseconds(200), until isDone: (Answer) -> Bool,
    _ ask: () async throws -> Answer
  ) async throws -> Answer {
    let deadline = now() + limit
    while true {
      let answer = try await ask()
      if isDone(answer) || now() >= deadline { return answer }
      try await pause(step)
    }
  }
}
