internal import GRDB
import TelemetryModel
import TimeFormat

/// The numbers of origins and services, as far as this writer has used them.
struct InternTables: Sendable {
  private var origins: [LogOrigin: Int64] = [:]
  private var services: [String: Int64] = [:]
  private var lastService: (name: String, id: Int64)?

  /// More than this many are not kept in memory; the table has them all.
  private static let most = 20_000

  mutating func id(of origin: LogOrigin, _ database: Database) throws -> Int64 {
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
    return id
  }

  /// The name's bytes are made a text only when it is not the one of the record before.
  mutating func id(ofService name: UnsafeBufferPointer<UInt8>, _ database: Database) throws -> Int64 {
    if let lastService, lastService.name.utf8.elementsEqual(name) { return lastService.id }
    return try id(ofService: String(decoding: name, as: UTF8.self), database)
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
