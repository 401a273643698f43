package import ClusterModel
internal import GRDB
package import MigrationPlan
import TimeFormat

extension StoreWriter: EvidenceRecorder {
  /// What the ledger learned at once: entries, gaps, moments of pods' lives, and what it must remember for its next run. One
  /// transaction, so that the ledger and its memory never disagree.
  ///
  /// An entry whose key is known replaces it; a gap that began at the same moment is made longer; a known moment stays one.
  package func record(
    reschedules: [Reschedule] = [], gaps: [LedgerGap] = [], lifecycle: [PodLifecycleEvent] = [], note: (name: String, value: [UInt8])? = nil
  ) throws(StoreError) {
    guard !reschedules.isEmpty || !gaps.isEmpty || !lifecycle.isEmpty || note != nil else { return }
    // What the ledger remembers for itself is nobody's news.
    let isNews = !reschedules.isEmpty || !gaps.isEmpty || !lifecycle.isEmpty
    try transaction(changing: isNews ? .ledger : []) { database, _ in
      try LedgerRows.write(reschedules, database)
      try LedgerRows.write(gaps, database)
      try LedgerRows.write(lifecycle, database)
      if let note { try Self.write(note.name, note.value, database) }
    }
  }

  static func write(_ note: String, _ value: [UInt8], _ database: Database) throws {
    let statement = try SQLStatement(
      cached: "INSERT INTO note (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", database)
    try value.withUnsafeBufferPointer { bytes in
      statement.bind(1, note)
      statement.bind(2, borrowed: bytes)
      try statement.run()
    }
    statement.reset()
  }

  /// What ``record(reschedules:gaps:lifecycle:note:)`` stored last under a name.
  package func note(_ name: String) throws(StoreError) -> [UInt8]? {
    try reading { database in
      let statement = try SQLStatement("SELECT value FROM note WHERE name = ?", database)
      statement.bind(1, name)
      defer { statement.reset() }
      return try statement.step() ? Array(statement.bytes(0)) : nil
    }
  }

  package func record(_ evidence: [Evidence]) async throws { try record(evidence: evidence) }

  /// Adds evidence to its log.
  package func record(evidence: [Evidence]) throws(StoreError) {
    guard !evidence.isEmpty else { return }
    try transaction(changing: .evidence) { database, _ in
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
