import Ingest
import RecordStore
import TelemetryModel
import TimeFormat

/// Moves every line of every container from its log file into the store, exactly once: records and how far the files were read are
/// stored together.
struct LogCollector: Sendable {
  let root: String
  let cluster: String
  let store: StoreWriter
  let now: @Sendable () -> Timestamp
  /// Removes a folder of a pod that is gone, once all of it is stored.
  let remove: @Sendable (String) throws -> Void

  /// How long to wait when nothing was new: short enough that a dead pod's last line is found at once, long enough to cost nothing.
  private static let pause = Duration.milliseconds(100)

  /// Collects until `isStopping`; then once more, until nothing is new.
  func run(isStopping: @Sendable () -> Bool) async throws {
    var tailer = PodLogTailer(root: root, cluster: cluster, positions: try store.positions())
    while true {
      // Asked before the poll: what was written before the stop is then in it.
      let isLast = isStopping()
      let poll = tailer.poll(now: now())
      for batch in poll.batches { await append(batch) }
      for folder in poll.removable {
        try? remove(folder)
        try? store.forget(tailsBelow: folder)
      }
      if poll.hasMore { continue }
      if isLast { return }
      try? await Task.sleep(for: Self.pause)
    }
  }

  /// A full disk stops the reading, never loses: the files keep what is not stored yet.
  private func append(_ batch: LogBatch) async {
    var wait = Duration.milliseconds(200)
    var hasFailed = false
    while true {
      do {
        try store.append(batch)
        if hasFailed { try? store.record([SourceUpdate(name: "logs", cluster: cluster, error: .cleared)]) }
        return
      } catch {
        hasFailed = true
        try? store.record([SourceUpdate(name: "logs", cluster: cluster, error: .happened("\(error)"))])
        try? await Task.sleep(for: wait)
        wait = min(wait * 2, .seconds(5))
      }
    }
  }
}
