import GRDB
import RecordStore
import TelemetryModel
import TestKits
import Testing
import TimeFormat

/// Records are found by request id whatever batches they came in.
@Suite struct RequestIndexTests {
  private let fixture = StoreFixture()

  private func record(_ number: Int, id: String?) -> LogRecord {
    LogRecord(
      at: Timestamp(milliseconds: 1_516_629_000_000 + Int64(number % 977)), level: .info, service: "orders", message: "m", requestID: id,
      origin: LogOrigin(cluster: "ground", namespace: "shop", pod: "orders-1", podUID: "u", container: "orders"),
      raw: Array(#"{"n":\#(number),"logRequestId":"\#(id ?? "")"}"#.utf8))
  }

  private func database() throws -> DatabaseQueue { try DatabaseQueue(path: fixture.directory + "/records.sqlite") }

  private func check(_ ids: [String: [Int64]], none: String = "none") async throws {
    let reader = fixture.reader
    for (id, wanted) in ids {
      let page = try await reader.records(matching: LogQuery([.requestID(id)], order: .oldestFirst, limit: .max))
      #expect(page.records.map(\.id).sorted() == wanted.map { RecordID($0, of: "store") }, "\(id)")
      #expect(page.records.map(\.at) == page.records.map(\.at).sorted())
    }
    #expect(try await reader.records(matching: LogQuery([.requestID(none)])).records.isEmpty)
  }

  /// Batches of all sizes: entries pass from the young table into runs, and runs into runs of the next levels.
  @Test func smallAndLargeBatchesAreFoundAlike() async throws {
    let writer = try fixture.writer()
    var random = RecordRandom(seed: 31)
    var wanted: [String: [Int64]] = [:]
    var next = 0
    for round in 0..<44 {
      let size = round % 4 == 0 ? Int.random(in: 8200...9000, using: &random.generator) : Int.random(in: 1...3000, using: &random.generator)
      var batch = StoreBatch()
      for _ in 0..<size {
        let kind = Int.random(in: 0..<1000, using: &random.generator)
        // One id has many records, most have a few, some records have none.
        let id: String? = kind < 20 ? "busy" : kind < 60 ? nil : "r-\(Int.random(in: 0..<40_000, using: &random.generator))"
        batch.records.append(record(next, id: id))
        next += 1
        if let id { wanted[id, default: []].append(Int64(next)) }
      }
      try writer.append(batch)
      if round % 11 == 0 { try await check(Dictionary(uniqueKeysWithValues: [("busy", wanted["busy"] ?? [])])) }
    }
    var some: [String: [Int64]] = ["busy": wanted["busy"] ?? []]
    for (id, list) in wanted.sorted(by: { $0.key < $1.key }).prefix(300) { some[id] = list }
    try await check(some)
    let several = try await fixture.reader.records(
      matching: LogQuery([.any(Array(some.keys.sorted().prefix(5)).map { .requestID($0) })], limit: .max))
    #expect(several.records.count == some.keys.sorted().prefix(5).reduce(0) { $0 + (some[$1]?.count ?? 0) })
    let levels = try await database().read { try Int.fetchAll($0, sql: "SELECT level FROM request_run") }
    #expect(levels.contains(1), "runs were merged: \(levels)")
    #expect(levels.filter { $0 == 0 }.count < 8)
  }

  @Test func theIndexIsReadAcrossPagesAndHistograms() async throws {
    let writer = try fixture.writer()
    try writer.append(StoreBatch(records: (0..<9000).map { record($0, id: $0 % 3 == 0 ? "busy" : "r-\($0)") }))
    let reader = fixture.reader
    var query = LogQuery([.requestID("busy")], order: .newestFirst, limit: 700)
    var seen: [RecordID] = []
    repeat {
      let page = try await reader.records(matching: query)
      seen += page.records.map(\.id)
      query.cursor = page.next
    } while query.cursor != nil
    #expect(Set(seen).count == 3000 && seen.count == 3000)
    let from = Timestamp(milliseconds: 1_516_629_000_000)
    let counts = try await reader.histogram(matching: LogQuery([.requestID("busy")]), over: from..<from + .seconds(1), buckets: 4)
    #expect(counts.reduce(0, +) == 3000)
  }

  @Test func aTransactionThatFailsLeavesNoEntries() async throws {
    var stored: [String: [Int64]] = [:]
    do {
      let writer = try fixture.writer(maximumPages: 200)
      var next = 0
      while true {
        let batch = StoreBatch(records: (0..<900).map { record(next + $0, id: "r-\((next + $0) / 5)") })
        do { try writer.append(batch) } catch {
          #expect(error.kind == .diskFull)
          break
        }
        for number in next..<next + 900 { stored["r-\(number / 5)", default: []].append(Int64(number + 1)) }
        next += 900
      }
      #expect(next > 0)
    }
    let count = stored.values.reduce(0) { $0 + $1.count }
    #expect(try await fixture.reader.count() == count)
    try await check(stored, none: "r-\(count / 5)")
    // The numbers of what was undone are used again, by other records.
    let writer = try fixture.writer()
    try writer.append(StoreBatch(records: (0..<9000).map { record($0, id: "later-\($0)") }))
    try await check(["later-0": [Int64(count + 1)], "r-0": [1, 2, 3, 4, 5]])
  }

  /// A store of the first format: it is read as it is, and its ids are indexed when a writer opens it.
  @Test func aStoreOfTheFirstFormatIsTakenOver() async throws {
    do { try fixture.writer().append(StoreBatch(records: (0..<1000).map { record($0, id: $0 % 10 == 9 ? nil : "r-\($0 / 4)") })) }
    do {
      let queue = try database()
      try await queue.write { database in
        try database.execute(sql: "DROP TABLE request_young; DROP TABLE request_run; DROP TABLE request_part; DROP TABLE shortage")
        for column in [
          "downtime_since", "downtime_counted_to", "capacity_gap_counted_to", "revised_at", "formerly", "retracted_at",
        ] {
          try database.execute(sql: "ALTER TABLE reschedule DROP COLUMN \(column)")
        }
        try database.execute(sql: "PRAGMA user_version = 1")
        for number in 0..<1000 where number % 10 != 9 {
          var hash: UInt64 = 0xcbf2_9ce4_8422_2325
          for byte in "r-\(number / 4)".utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
          hash ^= hash >> 32
          hash = hash &* 0xd6e8_feb8_6659_fd93
          hash ^= hash >> 32
          try database.execute(
            sql: "UPDATE record SET request_hash = ? WHERE id = ?", arguments: [Int64(bitPattern: hash), number + 1])
        }
        try database.execute(sql: "CREATE INDEX record_request ON record (request_hash) WHERE request_hash IS NOT NULL")
      }
      try queue.close()
    }
    let wanted: [String: [Int64]] = ["r-0": [1, 2, 3, 4], "r-2": [9, 11, 12], "r-249": [997, 998, 999]]
    try await check(wanted)
    let writer = try fixture.writer()
    #expect(writer.notices.isEmpty)
    try await check(wanted)
    try writer.append(StoreBatch(records: [record(1000, id: "r-2")]))
    try await check(["r-2": [9, 11, 12, 1001], "r-249": [997, 998, 999]])
  }
}
