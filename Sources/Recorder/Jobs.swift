import Checks
import Ingest
import JSONBytes
import RecordStore
import Synchronization
import TelemetryModel
import TimeFormat

/// What a running recorder does when asked over its control socket.
struct Jobs: Sendable {
  let checks: RunningChecks
  let services: ServiceStates
  let store: StoreWriter
  /// Of the clusters whose nodes' files are read.
  let progress: [String: CollectionProgress]
  let now: @Sendable () -> Timestamp

  var table: [String: ControlServer.Job] {
    ["changes": changes, "check": check, "collected": collected, "ingest": ingest, "prune": prune, "services": listed]
  }

  @Sendable private func changes(_ body: JSONValue) -> AsyncStream<JSONValue> {
    ChangesJob(hub: store.changes, pause: { try await Task.sleep(for: $0) }).lines()
  }

  /// Removes what a retention does not keep: `ageSeconds`, `bytes`; answers how many records went, step by step.
  @Sendable private func prune(_ body: JSONValue) -> AsyncStream<JSONValue> {
    let job = PruneJob(store: store, now: now)
    return AsyncStream { continuation in
      let task = Task {
        await job.run(body) { continuation.yield($0) }
        continuation.finish()
      }
      continuation.onTermination = { _ in task.cancel() }
    }
  }

  /// How each service is, one a line.
  @Sendable private func listed(_ body: JSONValue) -> AsyncStream<JSONValue> {
    AsyncStream { continuation in
      for service in services.all { continuation.yield(service.json) }
      continuation.finish()
    }
  }

  /// Answers, cluster by cluster, as soon as everything is stored that was written before it was asked.
  @Sendable private func collected(_ body: JSONValue) -> AsyncStream<JSONValue> {
    AsyncStream { continuation in
      let task = Task {
        let asked = now()
        for (cluster, progress) in progress.sorted(by: { $0.key < $1.key }) {
          guard let until = await progress.wait(until: asked) else { break }
          continuation.yield(["cluster": .string(cluster), "collectedUntil": .string(until.rfc3339(.nanoseconds))])
        }
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
          let all = await checks.wait()
          guard !all.isEmpty else {
            throw RecorderError("checks run on a cluster and this recorder has reached none; periplus up starts the proving ground")
          }
          for checks in all { try await checks.now(only: ids) { continuation.yield(CheckRunner.Report.shape.value($0)) } }
        } catch {
          continuation.yield(["error": .string("\(error)")])
        }
        continuation.finish()
      }
      continuation.onTermination = { _ in task.cancel() }
    }
  }

  @Sendable private func ingest(_ body: JSONValue) -> AsyncStream<JSONValue> {
    let paths = (body["paths"]?.arrayValue ?? []).compactMap(\.stringValue)
    var copies: [String: String] = [:]
    for copy in body["copies"]?.objectValue ?? [:] { copies[copy.key] = copy.value.stringValue }
    func assumed(_ key: String) -> String { body["origin"]?[key]?.stringValue ?? "" }
    let origin = AssumedOrigin(namespace: assumed("namespace"), pod: assumed("pod"), container: assumed("container"))
    return AsyncStream { [copies] continuation in
      let isCancelled = Cancellation()
      continuation.onTermination = { _ in isCancelled.set() }
      let isStarted = BackgroundThread.start { [store, now] in
        let job = IngestJob(store: store, copies: copies, origin: origin, now: now)
        continuation.yield(job.run(paths, isCancelled: { isCancelled.isSet }, progress: { continuation.yield($0) }))
        continuation.finish()
      }
      guard !isStarted else { return }
      continuation.yield(["error": "the system has no thread to read files on; end other programs and try again"])
      continuation.finish()
    }
  }
}

/// Whether whoever asked has hung up.
private final class Cancellation: Sendable {
  private let value = Mutex(false)
  var isSet: Bool { value.withLock { $0 } }
  func set() { value.withLock { $0 = true } }
}
