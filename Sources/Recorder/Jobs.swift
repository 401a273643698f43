import Checks
import Ingest
import JSONBytes
import MigrationPlan
import RecordStore
import Synchronization
import TelemetryModel
import TimeFormat

/// What a running recorder does when asked over its control socket.
struct Jobs: Sendable {
  let ground: GroundChecks
  let store: StoreWriter
  let progress: CollectionProgress
  let now: @Sendable () -> Timestamp

  var table: [String: ControlServer.Job] { ["check": check, "collected": collected, "ingest": ingest] }

  /// Answers as soon as everything is stored that was written before it was asked.
  @Sendable private func collected(_ body: JSONValue) -> AsyncStream<JSONValue> {
    AsyncStream { continuation in
      let task = Task {
        if let until = await progress.wait(until: now()) { continuation.yield(["collectedUntil": .string(until.rfc3339(.nanoseconds))]) }
        continuation.finish()
      }
      continuation.onTermination = { _ in task.cancel() }
    }
  }

  @Sendable private func check(_ body: JSONValue) -> AsyncStream<JSONValue> {
    let ids = Set((body["checks"]?.arrayValue ?? []).compactMap(\.stringValue))
    return AsyncStream { continuation in
      let task = Task {
        do {
          guard let checks = await ground.wait() else {
            throw RecorderError("checks run on the proving ground and none runs here; periplus up starts it")
          }
          try await checks.now(only: ids) { continuation.yield(Self.line($0)) }
        } catch {
          continuation.yield(["error": .string("\(error)")])
        }
        continuation.finish()
      }
      continuation.onTermination = { _ in task.cancel() }
    }
  }

  private static func line(_ report: CheckRunner.Report) -> JSONValue {
    [
      "check": .string(report.check), "outcome": .string(report.outcome.rawValue), "onFailure": .string(report.onFailure),
      "howToMend": .string(report.howToMend), "details": .array(report.details.map { .string($0) }),
      "evidence": .array(
        report.evidence.map {
          [
            "subject": .string($0.subject), "outcome": .string($0.outcome.rawValue), "grade": .string($0.grade.code),
            "observed": .string($0.observed), "query": .string($0.query), "at": .string($0.at.rfc3339()),
          ]
        }),
    ]
  }

  @Sendable private func ingest(_ body: JSONValue) -> AsyncStream<JSONValue> {
    let paths = (body["paths"]?.arrayValue ?? []).compactMap(\.stringValue)
    var copies: [String: String] = [:]
    for copy in body["copies"]?.objectValue ?? [:] { copies[copy.key] = copy.value.stringValue }
    return AsyncStream { [copies] continuation in
      let task = Task {
        let job = IngestJob(store: store, copies: copies, now: now)
        continuation.yield(job.run(paths, isCancelled: { Task.isCancelled }, progress: { continuation.yield($0) }))
        continuation.finish()
      }
      continuation.onTermination = { _ in task.cancel() }
    }
  }
}

/// The ground's checks, once it has said where it listens.
final class GroundChecks: Sendable {
  private let held = Mutex<DueChecks?>(nil)

  var checks: DueChecks? {
    get { held.withLock { $0 } }
    set { held.withLock { $0 = newValue } }
  }

  /// Waits a moment for a ground that is just starting.
  func wait() async -> DueChecks? {
    for _ in 0..<20 where checks == nil { try? await Task.sleep(for: .milliseconds(100)) }
    return checks
  }
}
