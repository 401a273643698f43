package import ClusterModel
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

  /// Keeps the ledger until the deltas end or it is cancelled.
  package func run(_ deltas: AsyncStream<ClusterDelta>) async {
    let memory = LedgerMemory(cluster: cluster, store: store)
    let restored = memory.restored()
    let keeper = LedgerWriter(engine: restored ?? LedgerEngine(cluster: cluster), memory: memory)
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
}
