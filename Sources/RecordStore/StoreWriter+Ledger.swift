package import ClusterModel
internal import GRDB
package import MigrationPlan
import TimeFormat

/// What a recorder must remember between its runs, under a name.
package struct StoreNote: Sendable, Hashable {
  package var name: String
  /// `nil` removes it.
  package var value: [UInt8]?

  package init(name: String, value: [UInt8]?) {
    self.name = name
    self.value = value
  }
}

extension StoreWriter: EvidenceRecorder {
  /// What the ledger learned at once: entries, gaps, moments of pods' lives, shortages, and what it must remember for its next run. One
  /// transaction, so that the ledger and its memory never disagree.
  ///
  /// Notes are asked for one by one as they are written. An entry whose key is known replaces it; a gap that began at the same moment is made longer; a known moment stays one.
  package func record(
    reschedules: [Reschedule] = [], gaps: [LedgerGap] = [], lifecycle: [PodLifecycleEvent] = [], shortages: [ShortageUpdate] = [],
    notes: some Collection<StoreNote> = [StoreNote]()
  ) throws(StoreError) {
    // What the ledger remembers for itself is nobody's news.
    let isNews = !reschedules.isEmpty || !gaps.isEmpty || !lifecycle.isEmpty || !shortages.isEmpty
    guard isNews || !notes.isEmpty else { return }
    try transaction(changing: isNews ? .ledger : []) { database, _ in
      try LedgerRows.write(reschedules, database)
      try LedgerRows.write(gaps, database)
      try LedgerRows.write(lifecycle, database)
      try ShortageRows.write(shortages, database)
      for note in notes { try Self.write(note, database) }
    }
  }

  static func write(_ note: StoreNote, _ database: Database) throws {
    guard let value = note.value else {
      let statement = try SQLStatement(cached: "DELETE FROM note WHERE name = ?", database)
      statement.bind(1, note.name)
      try statement.run()
      statement.reset()
      return
    }
    let statement = try SQLStatement(
      cached: "INSERT INTO note (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", database)
    try value.withUnsafeBufferPointer { bytes in
      statement.bind(1, note.name)
      statement.bind(2, borrowed: bytes)
      try statement.run()
    }
    statement.reset()
  }

  /// What ``record(reschedules:gaps:lifecycle:shortages:notes:)`` stored last under a name.
  package func note(_ name: String) throws(StoreError) -> [UInt8]? {
    try reading { database in
      let statement = try SQLStatement("SELECT value FROM note WHERE name = ?", database)
      statement.bind(1, name)
      defer { statement.reset() }
      return try statement.step() ? Array(statement.bytes(0)) : nil
    }
  }

  /// What was stored last under all names that begin with a folder's: its name and a line feed.
  package func notes(in folder: String) throws(StoreError) -> [StoreNote] {
    try reading { database in
      let statement = try SQLStatement("SELECT name, value FROM note WHERE name > ? AND name < ?", database)
      statement.bind(1, folder + "\n")
      statement.bind(2, folder + "\u{0B}")
      defer { statement.reset() }
      var notes: [StoreNote] = []
      while try statement.step() { notes.append(StoreNote(name: statement.text(0), value: Array(statement.bytes(1)))) }
      return notes
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
