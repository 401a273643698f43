package import ClusterModel
package import MigrationPlan
import Synchronization
package import TimeFormat

/// A cluster that stays as it is.
package struct StillCluster: ClusterSource {
  package var snapshot: ClusterSnapshot

  package init(_ snapshot: ClusterSnapshot) { self.snapshot = snapshot }

  /// A cluster of nothing but its connection.
  package init(_ cluster: String, at moment: Timestamp, connection: ClusterConnection) {
    self.init(ClusterSnapshot(cluster: cluster, at: moment, connection: connection))
  }

  package var cluster: String { snapshot.cluster }
  package func current() -> ClusterSnapshot { snapshot }
  package func snapshots() -> AsyncStream<ClusterSnapshot> { AsyncStream { $0.finish() } }
}

/// A ledger in memory.
package final class MemoryLedger: RescheduleSource {
  private struct State {
    var entries: [Reschedule]
    var gaps: [LedgerGap]
    var lifecycle: [PodLifecycleEvent]
    var shortages: [Shortage]
  }

  private let state: Mutex<State>
  private let news = Broadcast()

  package init(
    _ entries: [Reschedule] = [], gaps: [LedgerGap] = [], lifecycle: [PodLifecycleEvent] = [], shortages: [Shortage] = []
  ) {
    state = Mutex(State(entries: entries, gaps: gaps, lifecycle: lifecycle, shortages: shortages))
  }

  package func add(_ entries: [Reschedule] = [], gaps: [LedgerGap] = [], lifecycle: [PodLifecycleEvent] = []) {
    state.withLock { state in
      state.entries += entries
      state.gaps += gaps
      state.lifecycle += lifecycle
    }
    news.send()
  }

  package func reschedules(since: Timestamp?) async throws -> [Reschedule] {
    state.withLock(\.entries).filter { entry in since.map { entry.at >= $0 } ?? true }
  }
  package func gaps(since: Timestamp?) async throws -> [LedgerGap] {
    state.withLock(\.gaps).filter { gap in since.map { gap.to >= $0 } ?? true }
  }
  package func shortages(since: Timestamp?) async throws -> [Shortage] {
    state.withLock(\.shortages).filter { piece in since.map { from in piece.to.map { $0 >= from } ?? true } ?? true }
  }
  package func lifecycle(ofPods uids: [String]) async throws -> [PodLifecycleEvent] {
    state.withLock(\.lifecycle).filter { uids.contains($0.podUID) }.sorted { $0.at < $1.at }
  }
  package func ledgerChanges() -> AsyncStream<Void> { news.stream() }
}

/// A log of evidence in memory, which counts what was read of its history.
package final class MemoryEvidence: EvidenceLog {
  private let state: Mutex<(all: [Evidence], read: Int)>
  private let news = Broadcast()

  package init(_ all: [Evidence] = []) { state = Mutex((all, 0)) }

  /// How many pieces of evidence ``history(since:)`` has given.
  package var read: Int { state.withLock(\.read) }

  package func add(_ evidence: Evidence) {
    state.withLock { $0.all.append(evidence) }
    news.send()
  }

  package func latest() async throws -> [Evidence] {
    struct Key: Hashable {
      var check: String
      var subject: String
      var cluster: String
    }
    let all = state.withLock(\.all)
    return Dictionary(grouping: all) { Key(check: $0.check, subject: $0.subject, cluster: $0.cluster) }.values
      .compactMap { $0.max { $0.at < $1.at } }.sorted { ($0.check, $0.subject, $0.cluster) < ($1.check, $1.subject, $1.cluster) }
  }

  package func history(since: Timestamp?) async throws -> [Evidence] {
    state.withLock { state in
      let found = state.all.filter { item in since.map { item.at >= $0 } ?? true }
      state.read += found.count
      return found
    }
  }
  package func evidenceChanges() -> AsyncStream<Void> { news.stream() }
}
