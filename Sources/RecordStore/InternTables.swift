internal import GRDB
import TelemetryModel
import TimeFormat

/// The numbers of origins and services, as far as this writer has used them.
struct InternTables: Sendable {
  private var origins: [LogOrigin: Int64] = [:]
  private var services: [String: Int64] = [:]
  private var last: (origin: LogOrigin, id: Int64)?
  private var lastService: (name: String, id: Int64)?

  /// More than this many are not kept in memory; the table has them all.
  private static let most = 20_000

  mutating func id(of origin: LogOrigin, _ database: Database) throws -> Int64 {
    if let last, last.origin == origin { return last.id }
    let id: Int64
    if let known = origins[origin] {
      id = known
    } else {
      let values: [any DatabaseValueConvertible] = [
        origin.podUID, origin.container, origin.restart, origin.stream, origin.pod, origin.namespace, origin.cluster,
      ]
      let sql = """
        SELECT id FROM origin WHERE pod_uid = ? AND container = ? AND restart = ? AND stream = ? AND pod = ? AND namespace = ? AND cluster = ?
        """
      if let stored = try Int64.fetchOne(database.cachedStatement(sql: sql), arguments: StatementArguments(values)) {
        id = stored
      } else {
        let insert = "INSERT INTO origin (pod_uid, container, restart, stream, pod, namespace, cluster) VALUES (?, ?, ?, ?, ?, ?, ?)"
        try database.cachedStatement(sql: insert).execute(arguments: StatementArguments(values))
        id = database.lastInsertedRowID
      }
      if origins.count >= Self.most { origins.removeAll() }
      origins[origin] = id
    }
    last = (origin, id)
    return id
  }

  mutating func id(ofService name: String, _ database: Database) throws -> Int64 {
    if let lastService, lastService.name == name { return lastService.id }
    let id: Int64
    if let known = services[name] {
      id = known
    } else if let stored = try Int64.fetchOne(database.cachedStatement(sql: "SELECT id FROM service WHERE name = ?"), arguments: [name]) {
      id = stored
    } else {
      try database.cachedStatement(sql: "INSERT INTO service (name) VALUES (?)").execute(arguments: [name])
      id = database.lastInsertedRowID
    }
    if services.count >= Self.most { services.removeAll() }
    services[name] = id
    lastService = (name, id)
    return id
  }
}

/// What the writer remembers between its transactions; after one that failed it is asked of the store again.
struct WriterMemory: Sendable {
  var interns = InternTables()
  /// How many entries of the request index are young; `nil` when that is not known.
  var youngEntries: Int?
}

/// Inserts records with one prepared statement.
struct RecordInsert {
  private let statement: SQLStatement

  init(_ database: Database) throws {
    statement = try SQLStatement(
      cached: """
        INSERT INTO record (at, origin, service, level, flags, request_id, trace_id, message, raw)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """, database)
  }

  /// - Parameter requests: takes the record's request id.
  func run(_ record: LogRecord, _ database: Database, _ tables: inout InternTables, _ requests: inout RequestIndex.Entries) throws {
    let origin = try tables.id(of: record.origin, database)
    let service = try tables.id(ofService: record.service, database)
    try record.raw.withUnsafeBufferPointer { raw in
      statement.reset()
      statement.bind(1, record.at.nanoseconds)
      statement.bind(2, origin)
      statement.bind(3, service)
      statement.bind(4, record.level.map { Int64($0.rawValue) })
      statement.bind(5, Int64(record.flags.rawValue))
      part(6, record.requestID, raw)
      part(7, record.traceID, raw)
      part(8, record.message, raw)
      statement.bind(9, borrowed: raw)
      try statement.run()
    }
    statement.reset()
    if let id = record.requestID { requests.add(RequestHash.of(id), database.lastInsertedRowID) }
  }

  private func part(_ index: Int32, _ text: String?, _ raw: UnsafeBufferPointer<UInt8>) {
    guard let text else { return statement.bind(index, nil) }
    if let place = PartOfRaw.place(of: text, in: raw) { statement.bind(index, place) } else { statement.bind(index, text) }
  }
}
