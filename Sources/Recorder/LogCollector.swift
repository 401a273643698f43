package import Ingest
package import RecordStore
import TelemetryModel
package import TimeFormat

/// Moves every line of every container from its log file into the store, exactly once: records and how far the files were read are
/// stored together.
package struct LogCollector: Sendable {
  let root: String
  let cluster: String
  let store: StoreWriter
  let progress: CollectionProgress
  let changes: any PodLogChanges
  let now: @Sendable () -> Timestamp
  /// Waits; throws when it is cancelled.
  let pause: @Sendable (Duration) async throws -> Void
  /// Removes a folder of a pod that is gone, or a file that rotation put away, once all of it is stored;
  /// `nil` where that is somebody else's business.
  let remove: (@Sendable (String) throws -> Void)?

  package init(
    root: String, cluster: String, store: StoreWriter, progress: CollectionProgress, changes: any PodLogChanges,
    now: @escaping @Sendable () -> Timestamp, pause: @escaping @Sendable (Duration) async throws -> Void,
    remove: (@Sendable (String) throws -> Void)?
  ) {
    self.root = root
    self.cluster = cluster
    self.store = store
    self.progress = progress
    self.changes = changes
    self.now = now
    self.pause = pause
    self.remove = remove
  }

  /// Collects until `isStopping`; then once more, until nothing is new. Cancelled, it ends where it is.
  package func run(isStopping: @Sendable () -> Bool) async throws {
    var tailer = PodLogTailer(root: root, cluster: cluster, positions: try store.positions())
    // What a poll did not finish is still to be read by the next.
    var left: Set<String>? = []
    while true {
      // Asked before the look: what was written before the stop is then in it. So it is with the moment: it covers what was written
      // before, because what is taken now covers it.
      let isLast = isStopping()
      let moment = now()
      let taken = isLast ? nil : changes.take()
      let changed = taken.flatMap { taken in left.map { $0.union(taken) } }
      let poll = tailer.poll(now: moment, changed: changed)
      for batch in poll.batches { try await append(batch) }
      for removable in poll.removable { self.remove(removable) }
      left = poll.hasMore ? changed : []
      if poll.hasMore { continue }
      progress.reached(moment)
      if isLast {
        try? store.record([SourceUpdate(name: "logs", cluster: cluster, currentAt: moment)])
        return
      }
      try await changes.wait()
    }
  }

  /// What could not be removed is not forgotten: it would be read again.
  private func remove(_ removable: PodLogTailer.Removable) {
    guard let remove, (try? remove(removable.path)) != nil else { return }
    switch removable {
    case .folder(let path): try? store.forget(tailsBelow: path)
    case .file(_, let folder, let inode): try? store.forget(tailIn: folder, inode: inode)
    }
  }

  /// A full disk stops the reading, never loses: the files keep what is not stored yet.
  private func append(_ batch: StoreBatch) async throws {
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
        try await pause(wait)
        wait = min(wait * 2, .seconds(5))
      }
    }
  }
}
