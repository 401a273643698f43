package import ClusterModel
import JSONBytes
package import RecordStore
package import TelemetryModel
package import TimeFormat

/// Keeps the reschedule ledger of one cluster: each delta goes through the inference, what comes out is stored together with the
/// inference's memory.
package struct LedgerKeeper: Sendable {
  let cluster: String
  let store: StoreWriter
  /// How current the watches are.
  let source: @Sendable () -> SourceUpdate
  /// Until when each kind's watch is known to have been live.
  let watched: @Sendable () -> [ClusterResource: Timestamp]
  let now: @Sendable () -> Timestamp
  /// Waits; throws when it is cancelled.
  let pause: @Sendable (Duration) async throws -> Void

  package init(
    cluster: String, store: StoreWriter, source: @escaping @Sendable () -> SourceUpdate,
    watched: @escaping @Sendable () -> [ClusterResource: Timestamp] = { [:] }, now: @escaping @Sendable () -> Timestamp,
    pause: @escaping @Sendable (Duration) async throws -> Void
  ) {
    self.cluster = cluster
    self.store = store
    self.source = source
    self.watched = watched
    self.now = now
    self.pause = pause
  }

  private var note: String { "ledger/\(cluster)" }

  /// Keeps the ledger until the deltas end or it is cancelled.
  package func run(_ deltas: AsyncStream<ClusterDelta>) async {
    let restored = restored()
    let keeper = Keeper(engine: restored ?? LedgerEngine(cluster: cluster), store: store, note: note)
    // A ledger that begins has missed nothing.
    if restored != nil { await keeper.resume(at: now()) }
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        for await delta in deltas { await keeper.apply(delta) }
      }
      group.addTask {
        // What waits for time to pass is settled, and the memory of a quiet cluster kept fresh.
        while !Task.isCancelled {
          do { try await pause(.seconds(1)) } catch { return }
          await keeper.tick(now(), watched: watched())
          try? store.record([source()])
        }
      }
      await group.next()
      group.cancelAll()
    }
    await keeper.save()
  }

  private func restored() -> LedgerEngine? {
    guard let bytes = try? store.note(note), let state = try? JSONValue(parsing: bytes) else { return nil }
    return LedgerEngine(cluster: cluster, restoring: state)
  }
}

/// The inference and what it must remember; one at a time.
private actor Keeper {
  private var engine: LedgerEngine
  private let store: StoreWriter
  private let note: String
  private var isDirty = false
  /// What could not be stored yet: the engine tells each thing once.
  private var unsent = LedgerOutput()
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

  func tick(_ moment: Timestamp, watched: [ClusterResource: Timestamp]) {
    write(engine.tick(moment, watched: watched))
    ticks += 1
    if isDirty || ticks % 30 == 0 { save() }
  }

  func save() { write(LedgerOutput(), always: true) }

  private func write(_ output: LedgerOutput, always: Bool = false) {
    unsent += output
    guard always || !unsent.isEmpty else { return }
    // With its memory in one transaction, so that a kill between the two cannot make them disagree. What a full disk refuses is
    // written with what comes next, a second later at the latest.
    guard
      (try? store.record(
        reschedules: unsent.entries, gaps: unsent.gaps, lifecycle: unsent.lifecycle, note: (note, engine.state().jsonBytes))) != nil
    else { return }
    unsent = LedgerOutput()
    isDirty = false
  }
}
