import ClusterFeed
import ClusterModel
import JSONBytes
import RecordStore
import Synchronization
import TelemetryModel
import TimeFormat

/// Keeps the reschedule ledger of one cluster: each delta goes through the inference, what comes out is stored together with the
/// inference's memory.
struct LedgerKeeper: Sendable {
  let feed: WatchedCluster
  let store: StoreWriter
  let now: @Sendable () -> Timestamp

  private var note: String { "ledger/\(feed.cluster)" }

  func run(_ deltas: AsyncStream<ClusterDelta>) async {
    let restored = restored()
    let keeper = Keeper(engine: restored ?? LedgerEngine(cluster: feed.cluster), store: store, note: note)
    // A ledger that begins has missed nothing.
    if restored != nil { await keeper.resume(at: now()) }
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        for await delta in deltas { await keeper.apply(delta) }
      }
      group.addTask {
        // What waits for time to pass is settled, and the memory of a quiet cluster kept fresh.
        while !Task.isCancelled {
          try? await Task.sleep(for: .seconds(1))
          await keeper.tick(now())
          report()
        }
      }
      await group.next()
      group.cancelAll()
    }
    await keeper.save()
  }

  private func restored() -> LedgerEngine? {
    if let bytes = try? store.note(note), let state = try? JSONValue(parsing: bytes),
      let engine = LedgerEngine(cluster: feed.cluster, restoring: state)
    {
      return engine
    }
    return nil
  }

  private func report() {
    let status = feed.status()
    var update = SourceUpdate(name: "k8s", cluster: feed.cluster, currentAt: status.heard)
    switch status.connection {
    case .live(let since):
      update.connectedSince = since
      update.currentAt = now()
      update.error = .cleared
    case .stale(_, let reason, _): update.error = .happened(reason)
    case .connecting: break
    }
    try? store.record([update])
  }
}

/// The inference and what it must remember; one at a time.
private actor Keeper {
  private var engine: LedgerEngine
  private let store: StoreWriter
  private let note: String
  private var isDirty = false
  private var ticks = 0

  init(engine: LedgerEngine, store: StoreWriter, note: String) {
    self.engine = engine
    self.store = store
    self.note = note
  }

  func resume(at moment: Timestamp) { write(engine.resume(at: moment)) }

  func apply(_ delta: ClusterDelta) {
    isDirty = true
    write(engine.apply(delta))
  }

  func tick(_ moment: Timestamp) {
    write(engine.tick(moment))
    ticks += 1
    if isDirty || ticks % 30 == 0 { save() }
  }

  func save() {
    try? store.record(note: (note, engine.state().jsonBytes))
    isDirty = false
  }

  private func write(_ output: LedgerOutput) {
    guard !output.isEmpty else { return }
    // With its memory in one transaction, so that a kill between the two cannot make them disagree. A failure (a full disk) is
    // made good by the next write: entries are told again when the state is restored.
    try? store.record(
      reschedules: output.entries, gaps: output.gaps, lifecycle: output.lifecycle, note: (note, engine.state().jsonBytes))
    isDirty = false
  }
}
