package import ClusterModel
import GRDB
package import MigrationPlan
import TimeFormat

/// The ledger, pods' lives and evidence.
extension StoreWriter {
  /// Adds entries, or replaces those with the same key: a replay changes nothing.
  package func record(reschedules: [Reschedule], lifecycle: [PodLifecycleEvent] = [], note: (name: String, value: [UInt8])? = nil) throws {
    guard !reschedules.isEmpty || !lifecycle.isEmpty || note != nil else { return }
    try write { db in
      for entry in reschedules {
        try db.cachedStatement(
          sql: """
            INSERT OR REPLACE INTO reschedules VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """
        ).execute(arguments: [
          entry.key, entry.at.nanoseconds, entry.cluster, entry.namespace, entry.workload, entry.change.rawValue, entry.cause.rawValue,
          entry.old?.name, entry.old?.uid, entry.old?.node, entry.new?.name, entry.new?.uid, entry.new?.node, entry.container,
          entry.exitCode, entry.downtimeSeconds, entry.capacityGapSeconds, entry.confidence,
          entry.evidence.joined(separator: "\n"), entry.isPending,
        ])
      }
      for event in lifecycle {
        try db.cachedStatement(sql: "INSERT OR IGNORE INTO pod_events VALUES (?, ?, ?, ?, ?, ?, ?, ?)").execute(arguments: [
          event.podUID, event.at.nanoseconds, event.kind, event.detail, event.cluster, event.namespace, event.pod, event.node,
        ])
      }
      if let note {
        try db.execute(sql: "INSERT OR REPLACE INTO notes VALUES (?, ?)", arguments: [note.name, Blob(bytes: note.value)])
      }
      if !reschedules.isEmpty { try db.execute(sql: "UPDATE revisions SET n = n + 1 WHERE kind = 'reschedules'") }
    }
  }

  package func record(gaps: [LedgerGap]) throws {
    guard !gaps.isEmpty else { return }
    try write { db in
      for gap in gaps {
        try db.execute(
          sql: "INSERT OR REPLACE INTO ledger_gaps VALUES (?, ?, ?, ?)",
          arguments: [gap.cluster, gap.from.nanoseconds, gap.to.nanoseconds, gap.reason])
      }
      try db.execute(sql: "UPDATE revisions SET n = n + 1 WHERE kind = 'reschedules'")
    }
  }

  package func record(evidence: [Evidence]) throws {
    guard !evidence.isEmpty else { return }
    try write { db in
      for item in evidence {
        try db.cachedStatement(
          sql: """
            INSERT INTO evidence (check_id, subject, cluster, outcome, grade, observed, query, source, at, digest)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """
        ).execute(arguments: [
          item.check, item.subject, item.cluster, item.outcome.rawValue, item.grade.rawValue, item.observed, item.query, item.source,
          item.at.nanoseconds, item.digest,
        ])
      }
      try db.execute(sql: "UPDATE revisions SET n = n + 1 WHERE kind = 'evidence'")
    }
  }
}

extension StoreWriter: EvidenceRecorder {
  package func record(_ evidence: [Evidence]) async throws { try record(evidence: evidence) }
}
