package import ClusterModel
package import RecordStore
import StateDirectory
import TelemetryModel
package import TimeFormat

/// Runs a recording through what keeps the reschedule history of a cluster, as fast as it can be read: the recording's times take the
/// place of the clock.
package struct RecordingReplay: Sendable {
  package let cluster: String
  /// The cluster at the end of the recording.
  package private(set) var snapshot: ClusterSnapshot
  package private(set) var start: Timestamp
  package private(set) var end: Timestamp
  package private(set) var events = 0
  /// Lines that cannot be read, and the first of them in a sentence.
  package private(set) var unreadable = 0
  package private(set) var firstProblem: String?

  /// A recorder looks once a second; in a silence longer than this the replay looks once a minute.
  private static let looks = 600

  /// - Parameter store: a new store, in which the history is written as a recorder would have written it.
  /// - Throws: an error that is one sentence, where the recording cannot be read or the store cannot be written.
  package init(_ recording: ClusterRecording, cluster: String, into store: StoreWriter) async throws {
    self.cluster = cluster
    var reader = try recording.reader()
    let ledger = LedgerWriter(engine: LedgerEngine(cluster: cluster), memory: LedgerMemory(cluster: cluster, store: store))
    var state = ClusterState(cluster: cluster, at: recording.start)
    var clock = recording.start
    /// When each kind was last heard of, and those whose watch was lost since.
    var heard: [ClusterResource: Timestamp] = [:]
    var lost: [ClusterResource: String] = [:]
    while let item = reader.next() {
      var looks = 0
      while clock + .seconds(1) < item.at {
        looks += 1
        clock = min(clock + .seconds(looks < Self.looks ? 1 : 60), item.at)
        let watched = heard.filter { lost[$0.key] == nil }.mapValues { max($0, clock - .seconds(1)) }
        await ledger.tick(clock, watched: watched)
      }
      clock = max(clock, item.at)
      switch item {
      case .delta(let delta):
        if let reason = lost.removeValue(forKey: delta.resource), let since = heard[delta.resource] {
          // A list says what changed meanwhile, and declares the gap itself.
          if case .relist = delta.change {} else { await ledger.declareGap(from: since, to: delta.at, reason: reason) }
        }
        heard[delta.resource] = delta.at
        state.apply(delta)
        await ledger.apply(delta)
      case .heard(let resource, let at): if lost[resource] == nil { heard[resource] = at }
      case .lost(let resource, _, let reason): lost[resource] = "the watch on \(resource.rawValue) ended: \(reason)"
      }
    }
    await ledger.tick(clock, watched: heard)
    await ledger.save()
    if let failure = await ledger.failure { throw failure }
    try store.record([SourceUpdate(name: "k8s", cluster: cluster, currentAt: clock)])
    state.connection = .live(since: recording.start)
    snapshot = state.snapshot()
    start = recording.start
    end = clock
    events = reader.events
    unreadable = reader.unreadable
    firstProblem = reader.firstProblem
  }
}
