internal import GRDB

/// A sorted list of request ids' hashes and the records that have them, written once and never changed.
///
/// An entry has the hash in its upper half and the record, counted from ``base``, in its lower. The entries are cut into parts by
/// the first ``bits`` bits of the hash; so the part that has a hash is found by computing, and read whole.
struct RequestRun {
  var id: Int64
  var level: Int
  var bits: Int
  /// The smallest and the greatest record that it may name.
  var base: Int64
  var last: Int64
  var count: Int

  static let columns = "id, level, bits, base, last, count"

  init(_ row: SQLStatement) {
    id = row.int(0)
    level = Int(row.int(1))
    bits = Int(Swift.min(Swift.max(row.int(2), 0), Int64(Self.mostBits)))
    base = row.int(3)
    last = row.int(4)
    count = Int(row.int(5))
  }

  // MARK: Parts

  /// A part of this many entries is 1 KiB: several fit on a page, and looking through it costs less than finding it.
  private static let entriesPerPart = 128
  static let mostBits = 20

  static func bits(for count: Int) -> Int {
    var bits = 0
    while bits < mostBits, count >> bits > entriesPerPart { bits += 1 }
    return bits
  }

  /// The row of a part. Parts of one run follow each other, so that a run is written from its start to its end.
  static func row(run: Int64, part: UInt32) -> Int64 { run << Int64(mostBits) | Int64(part) }

  static func part(of hash: UInt32, bits: Int) -> UInt32 { bits == 0 ? 0 : hash >> UInt32(32 - bits) }

  // MARK: Writing

  /// Writes a new run.
  ///
  /// - Parameter entries: sorted; not empty.
  static func write(_ entries: [UInt64], level: Int, base: Int64, last: Int64, _ database: Database) throws {
    let bits = bits(for: entries.count)
    let catalog = try SQLStatement(
      cached: "INSERT INTO request_run (level, bits, base, last, count) VALUES (?, ?, ?, ?, ?)", database)
    for (index, value) in [Int64(level), Int64(bits), base, last, Int64(entries.count)].enumerated() {
      catalog.bind(Int32(index + 1), value)
    }
    try catalog.run()
    let run = database.lastInsertedRowID
    let insert = try SQLStatement(cached: "INSERT INTO request_part (id, entries) VALUES (?, ?)", database)
    try entries.withUnsafeBytes { bytes in
      var start = 0
      while start < entries.count {
        let part = part(of: UInt32(truncatingIfNeeded: entries[start] >> 32), bits: bits)
        var end = start + 1
        while end < entries.count, Self.part(of: UInt32(truncatingIfNeeded: entries[end] >> 32), bits: bits) == part { end += 1 }
        insert.bind(1, row(run: run, part: part))
        insert.bind(2, borrowed: UnsafeRawBufferPointer(rebasing: bytes[start * 8..<end * 8]).bindMemory(to: UInt8.self))
        try insert.run()
        start = end
      }
    }
    insert.reset()
  }

  /// Gives every entry, in order.
  func entries(_ database: Database) throws -> [UInt64] {
    var entries: [UInt64] = []
    let parts = try parts("SELECT entries FROM request_part WHERE id BETWEEN ? AND ? ORDER BY id", database)
    while try parts.step() { Self.each(parts.bytes(0)) { entries.append($0) } }
    return entries
  }

  func delete(_ database: Database) throws {
    try parts("DELETE FROM request_part WHERE id BETWEEN ? AND ?", database).run()
    let catalog = try SQLStatement(cached: "DELETE FROM request_run WHERE id = ?", database)
    catalog.bind(1, id)
    try catalog.run()
  }

  private func parts(_ sql: String, _ database: Database) throws -> SQLStatement {
    let statement = try SQLStatement(cached: sql, database)
    statement.bind(1, Self.row(run: id, part: 0))
    statement.bind(2, Self.row(run: id, part: 1 << UInt32(Self.mostBits) - 1))
    return statement
  }

  // MARK: Reading

  /// Gives the records that a part names for a hash.
  func find(_ hash: UInt32, in part: UnsafeBufferPointer<UInt8>, _ found: (Int64) -> Void) {
    let bytes = UnsafeRawBufferPointer(part)
    func entry(_ index: Int) -> UInt64 { bytes.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self) }
    let count = part.count / 8
    // The first entry with this hash, by halving.
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if entry(middle) >> 32 < UInt64(hash) { low = middle + 1 } else { high = middle }
    }
    while low < count, entry(low) >> 32 == UInt64(hash) {
      found(base &+ Int64(entry(low) & 0xFFFF_FFFF))
      low += 1
    }
  }

  private static func each(_ part: UnsafeBufferPointer<UInt8>, _ body: (UInt64) -> Void) {
    let bytes = UnsafeRawBufferPointer(part)
    for index in 0..<part.count / 8 { body(bytes.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self)) }
  }
}
