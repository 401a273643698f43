package import Application
package import ClusterModel
import MigrationPlan
package import StrictYAML
package import TelemetryModel
package import TimeFormat

/// What a check may look at: ports only, so that it runs against the embedded parts, against real ones and against fakes.
package struct CheckContext: Sendable {
  package var cluster: any ClusterSource
  package var logs: any LogSource
  /// `nil` where nothing may be sent; checks that need it are then unknown, never passed.
  package var client: (any ServiceClient)?
  /// What is known of the application; `nil` where no app profile is.
  package var app: AppProfile?
  package var now: @Sendable () -> Timestamp
  /// Waits; throws when the task is cancelled.
  package var pause: @Sendable (Duration) async throws -> Void
  /// The check's parameters, held to its table before.
  package var parameters: YAMLNode?

  package init(
    cluster: any ClusterSource, logs: any LogSource, client: (any ServiceClient)?, app: AppProfile? = nil,
    now: @escaping @Sendable () -> Timestamp,
    pause: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }, parameters: YAMLNode? = nil
  ) {
    self.cluster = cluster
    self.logs = logs
    self.client = client
    self.app = app
    self.now = now
    self.pause = pause
    self.parameters = parameters
  }

  var fields: Fields { Fields(parameters ?? YAMLNode(.mapping([]))) }

  /// What is known of the application.
  ///
  /// - Throws: ``CheckObstacle`` where no app profile is.
  var profile: AppProfile {
    get throws {
      guard let app else {
        throw CheckObstacle(
          "no app profile was found, which defines the requests that can be sent: put app.yaml beside the program, or name it with --app FILE"
        )
      }
      return app
    }
  }

  /// The namespace that the check's parameters name, else the application's.
  var namespace: String { get throws { try fields.text("namespace") ?? profile.namespace } }

  /// The one finding of a check that looks at the whole cluster.
  func finding(_ isPass: Bool, _ observed: String, query: String, grade: Evidence.Grade = .observed) -> [CheckFinding] {
    [CheckFinding(subject: cluster.cluster, outcome: isPass ? .pass : .fail, grade: grade, observed: observed, query: query)]
  }

  /// The records of a request; none without an id.
  package func records(of id: String) async throws -> [LogRecord] {
    guard !id.isEmpty else { return [] }
    return try await logs.records(matching: LogQuery([.requestID(id)], limit: 1000)).records
  }

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
