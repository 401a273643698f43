internal import GRDB
import TelemetryModel
import TimeFormat

/// Inserts the records of an arena with one prepared statement.
struct RecordInsert {
  private let statement: SQLStatement
  private let database: Database

  init(_ database: Database) throws {
    self.database = database
    statement = try SQLStatement(
      cached: """
        INSERT INTO record (at, origin, service, level, flags, request_id, trace_id, message, raw)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """, database)
  }

  /// - Returns: the records' entries of the index of request ids.
  func run(_ arena: RecordArena, _ tables: inout InternTables) throws -> RequestIndex.Entries {
    var requests = RequestIndex.Entries()
    requests.reserve(arena.count)
    // Each origin is looked up once, whatever how many lines it wrote.
    var origins: [Int64?] = Array(repeating: nil, count: arena.origins.count)
    try arena.bytes.withUnsafeBufferPointer { bytes in
      for entry in arena.entries {
        let index = Int(entry.origin)
        let origin = try origins[index] ?? tables.id(of: arena.origins[index], database)
        origins[index] = origin
        let service =
          if let service = entry.service { try tables.id(ofService: Self.slice(service, of: bytes), database) } else {
            try tables.id(ofService: arena.origins[index].serviceName, database)
          }
        try run(entry, bytes, origin: origin, service: service)
        if let id = entry.requestID { requests.add(RequestHash.of(Self.slice(id, of: bytes)), database.lastInsertedRowID) }
      }
    }
    return requests
  }

  private func run(_ entry: RecordArena.Entry, _ bytes: UnsafeBufferPointer<UInt8>, origin: Int64, service: Int64) throws {
    statement.reset()
    statement.bind(1, entry.at.nanoseconds)
    statement.bind(2, origin)
    statement.bind(3, service)
    statement.bind(4, entry.level.map { Int64($0.rawValue) })
    statement.bind(5, Int64(entry.flags.rawValue))
    bind(6, entry.requestID, entry, bytes)
    bind(7, entry.traceID, entry, bytes)
    bind(8, entry.message, entry, bytes)
    statement.bind(9, borrowed: Self.slice(entry.raw, of: bytes))
    try statement.run()
    statement.reset()
  }

  private func bind(_ index: Int32, _ part: RecordArena.Part?, _ entry: RecordArena.Entry, _ bytes: UnsafeBufferPointer<UInt8>) {
    guard let part else { return statement.bind(index, nil) }
    if let place = PartOfRaw.place(of: part, in: entry.raw) {
      statement.bind(index, place)
    } else {
      statement.bind(index, borrowedText: Self.slice(part, of: bytes))
    }
  }

  private static func slice(_ part: RecordArena.Part, of bytes: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(rebasing: bytes[part.range])
  }
}
