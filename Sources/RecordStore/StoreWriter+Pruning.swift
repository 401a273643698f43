internal import GRDB
import JSONBytes
package import TimeFormat

extension StoreWriter {
  /// What one step removed.
  package struct Pruning: Sendable, Hashable {
    package var removed: Int64
    /// Nothing more is to be removed now.
    package var isDone: Bool
  }

  /// How many records one transaction removes at most: whoever stores waits for it.
  private static let step: Int64 = 20_000
  private static let note = "retention"

  /// Removes what the retention does not keep, a part of it: call it again until it is done.
  ///
  /// When a record was stored is known to the hour: once an hour the writer notes how far the records go.
  package func prune(_ retention: Retention, now: Timestamp) throws(StoreError) -> Pruning {
    let known = StoredMarks(try note(Self.note))
    let extent = try reading { try Extent($0) }
    var marks = known
    if let newest = extent.newest { marks.add(newest, at: now) }
    marks.forget(before: now - retention.age)
    var end = marks.last(before: now - retention.age) ?? 0
    if extent.usedBytes > retention.bytes, let oldest = extent.oldest, let newest = extent.newest {
      // To a little below the limit, so that it is not reached again with the next batch.
      let excess = Double(extent.usedBytes - retention.bytes / 20 * 19) / Double(extent.usedBytes)
      end = max(end, oldest - 1 + Int64(Double(newest - oldest + 1) * excess) + 1)
    }
    // The newest stays whatever its age: the ids go on from it.
    end = min(end, (extent.newest ?? 0) - 1)
    let upTo = min(end, (extent.oldest ?? 0) - 1 + Self.step)
    let removes = extent.oldest.map { upTo >= $0 } ?? false
    guard removes || marks != known else { return Pruning(removed: 0, isDone: true) }
    var removed: Int64 = 0
    let old = (now - Retention.history).nanoseconds
    let value = marks.bytes
    try transaction(changing: removes ? .records : []) { database, memory in
      if removes {
        try database.execute(sql: "DELETE FROM record WHERE id <= ?", arguments: [upTo])
        removed = Int64(database.changesCount)
        try database.execute(sql: "DELETE FROM request_young WHERE record <= ?", arguments: [upTo])
        memory.youngEntries = nil
        for run in try RequestIndex.runs(database) where run.last <= upTo { try run.delete(database) }
      }
      try database.execute(sql: "DELETE FROM lifecycle WHERE at < ?", arguments: [old])
      try database.execute(sql: "DELETE FROM reschedule WHERE at < ? AND is_pending = 0", arguments: [old])
      try database.execute(sql: "DELETE FROM shortage WHERE until < ?", arguments: [old])
      try database.execute(sql: "DELETE FROM ledger_gap WHERE until < ?", arguments: [old])
      try Self.write(StoreNote(name: Self.note, value: value), database)
    }
    return Pruning(removed: removed, isDone: upTo >= end)
  }

  private struct Extent {
    var oldest: Int64?
    var newest: Int64?
    var usedBytes: Int64

    init(_ database: Database) throws {
      oldest = try Int64.fetchOne(database, sql: "SELECT min(id) FROM record")
      newest = try Int64.fetchOne(database, sql: "SELECT max(id) FROM record")
      usedBytes = try StoreExtent.bytes(database).used
    }
  }
}

/// How far the records went at some moments.
struct StoredMarks: Equatable {
  private var marks: [(at: Timestamp, last: Int64)] = []
  private static let interval = Duration.seconds(3600)

  init(_ bytes: [UInt8]?) {
    guard let bytes, let tree = try? JSONValue(parsing: bytes) else { return }
    for mark in tree.arrayValue ?? [] {
      if let at = mark[0]?.intValue, let last = mark[1]?.intValue { marks.append((Timestamp(nanoseconds: at), last)) }
    }
  }

  var bytes: [UInt8] { JSONValue.array(marks.map { [.int($0.at.nanoseconds), .int($0.last)] }).jsonBytes }

  mutating func add(_ last: Int64, at moment: Timestamp) {
    // A clock that was set back must not stop the marks until it has caught up.
    marks.removeAll { $0.at > moment + Self.interval }
    if let newest = marks.last, moment - newest.at < Self.interval { return }
    marks.append((moment, last))
  }

  /// The last record that was there at a moment.
  func last(before moment: Timestamp) -> Int64? { marks.last { $0.at <= moment }?.last }

  /// Keeps of the marks before a moment the latest.
  mutating func forget(before moment: Timestamp) {
    if let place = marks.lastIndex(where: { $0.at <= moment }) { marks.removeFirst(place) }
  }

  static func == (one: StoredMarks, other: StoredMarks) -> Bool {
    one.marks.elementsEqual(other.marks) { $0.at == $1.at && $0.last == $1.last }
  }
}

extension StoreExtent {
  /// What is in use and what the file has, whether it is in the file yet or in the log beside it.
  static func bytes(_ database: Database) throws -> (used: Int64, file: Int64) {
    func pragma(_ name: String) throws -> Int64 { try Int64.fetchOne(database, sql: "PRAGMA \(name)") ?? 0 }
    let (pages, free, size) = try (pragma("page_count"), pragma("freelist_count"), pragma("page_size"))
    return ((pages - free) * size, pages * size)
  }
}
