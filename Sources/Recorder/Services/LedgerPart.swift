import ClusterFeed
import RecordStore
import TimeFormat

/// Keeps the reschedule ledger of a cluster.
struct LedgerPart: Sendable {
  let link: ClusterLink
  let store: StoreWriter
  let now: @Sendable () -> Timestamp
  let pause: @Sendable (Duration) async throws -> Void

  func run(_ report: RecorderPart.Report) async throws {
    let feed = try await link.opened()
    let counts = FeedCounts()
    let now = now
    await LedgerKeeper(
      cluster: feed.cluster, store: store, source: { counts.update(feed.status(), now: now()) },
      watched: { feed.status().watched(at: now()) }, now: now, pause: pause
    ).run(feed.deltas())
  }
}
