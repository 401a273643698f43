package import ClusterModel
internal import GRDB
import JSONBytes
package import MigrationPlan
import TimeFormat

extension StoreWriter: EvidenceRecorder {
  /// Writes entries of the ledger; an entry whose key is known replaces it.
  package func record(reschedules: [Reschedule]) throws(StoreError) {
    guard !reschedules.isEmpty else { return }
    try transaction { database, _ in
      let names = LedgerRows.columns.joined(separator: ", ")
      let marks = LedgerRows.columns.map { _ in "?" }.joined(separator: ", ")
      let updates = LedgerRows.columns.dropFirst().map { "\($0) = excluded.\($0)" }.joined(separator: ", ")
      let statement = try database.cachedStatement(
        sql: "INSERT INTO reschedule (\(names)) VALUES (\(marks)) ON CONFLICT (key) DO UPDATE SET \(updates)")
      for entry in reschedules { try statement.execute(arguments: LedgerRows.arguments(entry)) }
    }
  }

  /// Writes times in which the ledger saw nothing; a gap that began at the same moment is made longer.
  package func record(gaps: [LedgerGap]) throws(StoreError) {
    guard !gaps.isEmpty else { return }
    try transaction { database, _ in
      let statement = try database.cachedStatement(
        sql: """
          INSERT INTO ledger_gap (cluster, since, until, reason) VALUES (?, ?, ?, ?)
          ON CONFLICT (cluster, since) DO UPDATE SET until = excluded.until, reason = excluded.reason
          """)
      for gap in gaps { try statement.execute(arguments: [gap.cluster, gap.from.nanoseconds, gap.to.nanoseconds, gap.reason]) }
    }
  }

  /// Writes moments of pods' lives; one that is known already is not written twice.
  package func record(lifecycle events: [PodLifecycleEvent]) throws(StoreError) {
    guard !events.isEmpty else { return }
    try transaction { database, _ in
      let statement = try database.cachedStatement(
        sql: "INSERT OR IGNORE INTO lifecycle (pod_uid, at, kind, detail, cluster, namespace, pod, node) VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
      for event in events {
        try statement.execute(arguments: [
          event.podUID, event.at.nanoseconds, event.kind, event.detail, event.cluster, event.namespace, event.pod, event.node,
        ])
      }
    }
  }

  package func record(_ evidence: [Evidence]) async throws { try record(evidence: evidence) }

  /// Adds evidence to its log.
  package func record(evidence: [Evidence]) throws(StoreError) {
    guard !evidence.isEmpty else { return }
    try transaction { database, _ in
      let statement = try database.cachedStatement(
        sql: """
          INSERT INTO evidence (check_name, subject, cluster, outcome, grade, observed, query, source, at, digest)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
          """)
      for item in evidence {
        try statement.execute(arguments: [
          item.check, item.subject, item.cluster, item.outcome.rawValue, item.grade.rawValue, item.observed, item.query, item.source,
          item.at.nanoseconds, item.digest,
        ])
      }
    }
  }
}
