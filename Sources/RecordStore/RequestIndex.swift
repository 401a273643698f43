internal import GRDB

/// Finds records by request id: a small table of young entries, and sorted runs that never change.
///
/// An index of SQLite with one entry a record is written at a random place for each: as it grows, every transaction writes all
/// of it. Here a batch is one run; when ``fanIn`` runs of a level are there, they become one of the next, so that a lookup has
/// few to look into. It names records that may have the id: who asks compares the id itself.
enum RequestIndex {
  /// From this many entries on they become a run.
  static let sealAt = 4096
  static let fanIn = 8
  /// Runs of this level have some 100,000s of entries and stay as they are.
  static let lastLevel = 2

  /// The records of a batch that have request ids, in ascending order of the records.
  struct Entries {
    private(set) var list: [(hash: UInt32, record: Int64)] = []
    mutating func add(_ hash: UInt32, _ record: Int64) { list.append((hash, record)) }
    mutating func reserve(_ count: Int) { list.reserveCapacity(count) }
  }

  static func add(_ entries: Entries, _ database: Database, _ memory: inout WriterMemory) throws {
    guard !entries.list.isEmpty else { return }
    let young = try memory.youngEntries ?? Int.fetchOne(database, sql: "SELECT count(*) FROM request_young") ?? 0
    if young + entries.list.count < sealAt {
      let insert = try SQLStatement(cached: "INSERT OR IGNORE INTO request_young (hash, record) VALUES (?, ?)", database)
      for entry in entries.list {
        insert.bind(1, Int64(entry.hash))
        insert.bind(2, entry.record)
        try insert.run()
      }
      memory.youngEntries = young + entries.list.count
      return
    }
    var all = entries.list
    if young > 0 {
      let rows = try SQLStatement("SELECT hash, record FROM request_young", database)
      while try rows.step() { all.append((UInt32(truncatingIfNeeded: rows.int(0)), rows.int(1))) }
      try database.execute(sql: "DELETE FROM request_young")
    }
    memory.youngEntries = 0
    try seal(all, database)
    try merge(database)
  }

  /// Writes runs of entries in any order.
  private static func seal(_ all: [(hash: UInt32, record: Int64)], level: Int = 0, _ database: Database) throws {
    guard var base = all.first?.record, var last = all.first?.record else { return }
    for entry in all {
      base = Swift.min(base, entry.record)
      last = Swift.max(last, entry.record)
    }
    guard fits(base, last) else {
      // Records this far apart (four thousand million between them) cannot stand in one run.
      let middle = base + (last - base) / 2
      try seal(all.filter { $0.record <= middle }, level: level, database)
      return try seal(all.filter { $0.record > middle }, level: level, database)
    }
    try RequestRun.write(
      all.map { UInt64($0.hash) << 32 | UInt64($0.record - base) }.sorted(), level: level, base: base, last: last, database)
  }

  private static func fits(_ base: Int64, _ last: Int64) -> Bool { last - base <= Int64(UInt32.max) }

  /// Makes one run of those of a level, when there are enough.
  private static func merge(_ database: Database) throws {
    for level in 0..<lastLevel {
      let runs = try runs(database).filter { $0.level == level }
      guard runs.count >= fanIn, let base = runs.map(\.base).min(), let last = runs.map(\.last).max(), fits(base, last) else { continue }
      var entries: [UInt64] = []
      for run in runs {
        let shift = UInt64(bitPattern: run.base &- base)
        for entry in try run.entries(database) { entries.append(entry &+ shift) }
        try run.delete(database)
      }
      entries.sort()
      if !entries.isEmpty { try RequestRun.write(entries, level: level + 1, base: base, last: last, database) }
    }
  }

  static func runs(_ database: Database) throws -> [RequestRun] {
    let rows = try SQLStatement(cached: "SELECT \(RequestRun.columns) FROM request_run ORDER BY id", database)
    var runs: [RequestRun] = []
    while try rows.step() { runs.append(RequestRun(rows)) }
    return runs
  }

  /// The records that may have one of the ids, in ascending order; `nil` when the store is of format 1, which no writer has opened since.
  static func records(of ids: [String], _ database: Database) throws -> [Int64]? {
    guard try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0 > 1 else { return nil }
    let hashes = Set(ids.map(RequestHash.of)).sorted()
    var records: [Int64] = []
    let young = try SQLStatement(cached: "SELECT record FROM request_young WHERE hash = ?", database)
    for hash in hashes {
      young.reset()
      young.bind(1, Int64(hash))
      while try young.step() { records.append(young.int(0)) }
    }
    let part = try SQLStatement(cached: "SELECT entries FROM request_part WHERE id = ?", database)
    for run in try runs(database) {
      for hash in hashes {
        part.reset()
        part.bind(1, RequestRun.row(run: run.id, part: RequestRun.part(of: hash, bits: run.bits)))
        if try part.step() { run.find(hash, in: part.bytes(0)) { records.append($0) } }
      }
    }
    part.reset()
    records.sort()
    return records
  }

  /// Reads the hashes that format 1 kept in each row.
  static func build(fromFormat1 database: Database) throws {
    let rows = try SQLStatement("SELECT request_hash, id FROM record WHERE request_hash IS NOT NULL ORDER BY id", database)
    var entries: [(hash: UInt32, record: Int64)] = []
    while try rows.step() {
      entries.append((RequestHash.short(ofFormat1: rows.int(0)), rows.int(1)))
      if entries.count == 1 << 19 {
        try seal(entries, level: lastLevel, database)
        entries.removeAll(keepingCapacity: true)
      }
    }
    try seal(entries, level: entries.count < 1 << 16 ? 0 : 1, database)
  }
}
