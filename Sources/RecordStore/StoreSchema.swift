internal import GRDB

/// The tables, in SQL one can read. A change is a new migration; `PRAGMA user_version` is their number.
enum StoreSchema {
  static let version = 3

  static func migrate(_ database: Database) throws {
    let present = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
    for (index, statements) in migrations.enumerated() where index >= present {
      try database.inTransaction {
        try database.execute(sql: statements)
        if index == 1 { try RequestIndex.build(fromFormat1: database) }
        try database.execute(sql: "PRAGMA user_version = \(index + 1)")
        return .commit
      }
    }
  }

  private static let migrations = [
    """
    PRAGMA application_id = \(StoreFiles.applicationID);

    -- Counters that readers watch.
    CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
    INSERT INTO meta VALUES ('revision', 0);

    -- Where lines come from, each once: a record needs a number only.
    CREATE TABLE origin (
      id INTEGER PRIMARY KEY, cluster TEXT NOT NULL, namespace TEXT NOT NULL, pod TEXT NOT NULL, pod_uid TEXT NOT NULL,
      container TEXT NOT NULL, restart INTEGER NOT NULL, stream TEXT NOT NULL,
      UNIQUE (pod_uid, container, restart, stream, pod, namespace, cluster));
    CREATE TABLE service (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);

    -- One row per record. message, request_id and trace_id are usually parts of raw: then an integer says where,
    -- offset << 20 | length; else they are text.
    CREATE TABLE record (
      id INTEGER PRIMARY KEY, at INTEGER NOT NULL, origin INTEGER NOT NULL, service INTEGER NOT NULL, level INTEGER,
      flags INTEGER NOT NULL, request_hash INTEGER, request_id, trace_id, message, raw BLOB NOT NULL);
    CREATE INDEX record_at ON record (at);
    CREATE INDEX record_request ON record (request_hash) WHERE request_hash IS NOT NULL;

    -- How far each log file was read; written in the same transaction as the records it covers.
    CREATE TABLE tail (
      folder TEXT NOT NULL, inode INTEGER NOT NULL, name TEXT NOT NULL, offset INTEGER NOT NULL, head_length INTEGER NOT NULL,
      head_hash INTEGER NOT NULL, partials BLOB, PRIMARY KEY (folder, inode)) WITHOUT ROWID;

    CREATE TABLE source (
      name TEXT NOT NULL, cluster TEXT NOT NULL, connected_since INTEGER, current_at INTEGER, records_in INTEGER NOT NULL DEFAULT 0,
      dropped INTEGER NOT NULL DEFAULT 0, drop_reason TEXT, masked INTEGER NOT NULL DEFAULT 0, last_error TEXT,
      PRIMARY KEY (name, cluster)) WITHOUT ROWID;

    -- The reschedule ledger. The key is stable, so that writing an entry again changes nothing.
    CREATE TABLE reschedule (
      key TEXT PRIMARY KEY, at INTEGER NOT NULL, cluster TEXT NOT NULL, namespace TEXT NOT NULL, workload TEXT NOT NULL,
      change TEXT NOT NULL, cause TEXT NOT NULL, old_name TEXT, old_uid TEXT, old_node TEXT, new_name TEXT, new_uid TEXT, new_node TEXT,
      container TEXT, exit_code INTEGER, downtime_seconds REAL, capacity_gap_seconds REAL, confidence REAL NOT NULL,
      evidence TEXT NOT NULL, is_pending INTEGER NOT NULL) WITHOUT ROWID;
    CREATE INDEX reschedule_at ON reschedule (at);
    CREATE TABLE ledger_gap (
      cluster TEXT NOT NULL, since INTEGER NOT NULL, until INTEGER NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (cluster, since)) WITHOUT ROWID;
    CREATE TABLE lifecycle (
      id INTEGER PRIMARY KEY, pod_uid TEXT NOT NULL, at INTEGER NOT NULL, kind TEXT NOT NULL, detail TEXT NOT NULL,
      cluster TEXT NOT NULL, namespace TEXT NOT NULL, pod TEXT NOT NULL, node TEXT NOT NULL, UNIQUE (pod_uid, at, kind, detail));

    -- What the recorder must remember between its runs, by name.
    CREATE TABLE note (name TEXT PRIMARY KEY, value BLOB NOT NULL);

    CREATE TABLE evidence (
      id INTEGER PRIMARY KEY, check_name TEXT NOT NULL, subject TEXT NOT NULL, cluster TEXT NOT NULL, outcome TEXT NOT NULL,
      grade INTEGER NOT NULL, observed TEXT NOT NULL, query TEXT NOT NULL, source TEXT NOT NULL, at INTEGER NOT NULL, digest TEXT NOT NULL);
    CREATE INDEX evidence_subject ON evidence (check_name, subject, cluster, at);
    CREATE INDEX evidence_at ON evidence (at);
    """,
    """
    -- Records by request id: instead of an index that each record enters at a random place, runs that are written once. record.request_hash
    -- is from then on empty.
    DROP INDEX record_request;
    CREATE TABLE request_young (hash INTEGER NOT NULL, record INTEGER NOT NULL, PRIMARY KEY (hash, record)) WITHOUT ROWID;
    CREATE TABLE request_run (
      id INTEGER PRIMARY KEY, level INTEGER NOT NULL, bits INTEGER NOT NULL, base INTEGER NOT NULL, last INTEGER NOT NULL,
      count INTEGER NOT NULL);
    -- id = run << 20 | the first bits of the hash; entries = hash << 32 | record - base, 64 bits each, little end first, sorted.
    CREATE TABLE request_part (id INTEGER PRIMARY KEY, entries BLOB NOT NULL);
    """,
    """
    -- Downtime and capacity gap that may still grow, and what became of entries that were told before.
    ALTER TABLE reschedule ADD COLUMN downtime_since INTEGER;
    ALTER TABLE reschedule ADD COLUMN downtime_counted_to INTEGER;
    ALTER TABLE reschedule ADD COLUMN capacity_gap_counted_to INTEGER;
    ALTER TABLE reschedule ADD COLUMN revised_at INTEGER;
    ALTER TABLE reschedule ADD COLUMN formerly TEXT;
    ALTER TABLE reschedule ADD COLUMN retracted_at INTEGER;
    -- When a workload had fewer ready pods than it wants; until is null while it goes on.
    CREATE TABLE shortage (
      cluster TEXT NOT NULL, workload_uid TEXT NOT NULL, since INTEGER NOT NULL, until INTEGER, namespace TEXT NOT NULL,
      workload TEXT NOT NULL, phase TEXT NOT NULL, ready INTEGER NOT NULL, desired INTEGER NOT NULL,
      PRIMARY KEY (cluster, workload_uid, since)) WITHOUT ROWID;
    CREATE INDEX shortage_until ON shortage (until);
    """,
  ]
}
