import GRDB

/// The store's tables. One SQLite file in WAL mode with one writing process; every other connection only reads.
///
/// Durability: `synchronous = NORMAL` in WAL mode. A commit survives kill -9 of every process; a power failure can take the
/// last commits, never the file's consistency, and the tail offsets go back with the records that they cover.
enum Schema {
  /// "PERI", so that a file of another program is recognized.
  static let applicationID = 0x5045_5249
  static let version = 1
  static let fileName = "records.sqlite"

  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1 logs") { db in
      try db.execute(sql: "PRAGMA application_id = \(applicationID); PRAGMA user_version = \(version)")
      try db.execute(
        sql: """
          CREATE TABLE services (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
          CREATE TABLE origins (
            id INTEGER PRIMARY KEY, cluster TEXT NOT NULL, namespace TEXT NOT NULL, pod TEXT NOT NULL, pod_uid TEXT NOT NULL,
            container TEXT NOT NULL, restart INTEGER NOT NULL, stream TEXT NOT NULL,
            UNIQUE (pod_uid, container, restart, stream, cluster, namespace, pod));
          -- request is a 64-bit hash of request_id: a third of the index, and as fast.
          CREATE TABLE logs (
            id INTEGER PRIMARY KEY, at INTEGER NOT NULL, request INTEGER, level INTEGER, service INTEGER NOT NULL,
            origin INTEGER NOT NULL, flags INTEGER NOT NULL, request_id TEXT, trace_id TEXT, message TEXT NOT NULL, raw BLOB NOT NULL);
          CREATE INDEX logs_request ON logs (request) WHERE request IS NOT NULL;
          CREATE INDEX logs_at ON logs (at);
          -- How far each file was read; written with the records that it covers, so that nothing is lost or read twice.
          CREATE TABLE tails (
            folder TEXT NOT NULL, inode INTEGER NOT NULL, name TEXT NOT NULL, offset INTEGER NOT NULL, head_length INTEGER NOT NULL,
            head_hash INTEGER NOT NULL, partials TEXT NOT NULL, PRIMARY KEY (folder, inode)) WITHOUT ROWID;
          CREATE TABLE sources (
            name TEXT NOT NULL, cluster TEXT NOT NULL, connected_since INTEGER, current_at INTEGER, records_in INTEGER NOT NULL,
            dropped INTEGER NOT NULL, masked INTEGER NOT NULL DEFAULT 0, drop_reason TEXT, last_error TEXT, PRIMARY KEY (name, cluster)) WITHOUT ROWID;
          """)
    }
    migrator.registerMigration("1 cluster") { db in
      try db.execute(
        sql: """
          CREATE TABLE revisions (kind TEXT PRIMARY KEY, n INTEGER NOT NULL) WITHOUT ROWID;
          INSERT INTO revisions VALUES ('reschedules', 0), ('evidence', 0);
          CREATE TABLE reschedules (
            key TEXT PRIMARY KEY, at INTEGER NOT NULL, cluster TEXT NOT NULL, namespace TEXT NOT NULL, workload TEXT NOT NULL,
            change TEXT NOT NULL, cause TEXT NOT NULL, old_name TEXT, old_uid TEXT, old_node TEXT, new_name TEXT, new_uid TEXT,
            new_node TEXT, container TEXT, exit_code INTEGER, downtime REAL, capacity_gap REAL, confidence REAL NOT NULL,
            evidence TEXT NOT NULL, pending INTEGER NOT NULL);
          CREATE INDEX reschedules_at ON reschedules (at);
          CREATE TABLE ledger_gaps (
            cluster TEXT NOT NULL, from_at INTEGER NOT NULL, to_at INTEGER NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (cluster, from_at)
          ) WITHOUT ROWID;
          CREATE TABLE pod_events (
            pod_uid TEXT NOT NULL, at INTEGER NOT NULL, kind TEXT NOT NULL, detail TEXT NOT NULL, cluster TEXT NOT NULL,
            namespace TEXT NOT NULL, pod TEXT NOT NULL, node TEXT NOT NULL, PRIMARY KEY (pod_uid, at, kind, detail)) WITHOUT ROWID;
          CREATE TABLE evidence (
            id INTEGER PRIMARY KEY, check_id TEXT NOT NULL, subject TEXT NOT NULL, cluster TEXT NOT NULL, outcome TEXT NOT NULL,
            grade INTEGER NOT NULL, observed TEXT NOT NULL, query TEXT NOT NULL, source TEXT NOT NULL, at INTEGER NOT NULL,
            digest TEXT NOT NULL);
          CREATE INDEX evidence_latest ON evidence (check_id, subject, cluster, at);
          CREATE TABLE notes (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
          """)
    }
    return migrator
  }

  static func configuration(readOnly: Bool) -> Configuration {
    var configuration = Configuration()
    configuration.readonly = readOnly
    configuration.busyMode = .timeout(5)
    configuration.label = readOnly ? "periplus.store.reader" : "periplus.store.writer"
    configuration.prepareDatabase { db in
      if !readOnly {
        try db.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 4000")
      }
      try db.execute(sql: "PRAGMA mmap_size = 1073741824; PRAGMA temp_store = MEMORY")
    }
    return configuration
  }

  /// FNV-1a, 64 bits: the same in every process, unlike Swift's own hashes.
  static func hash(_ text: String) -> Int64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    return Int64(bitPattern: hash)
  }
}
