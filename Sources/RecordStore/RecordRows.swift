internal import GRDB
import TelemetryModel
import TimeFormat

/// Rows of the record table as records.
struct RecordRows {
  static let columns = "id, at, origin, service, level, flags, request_id, trace_id, message, raw"

  private let database: Database
  private let source: String
  private var origins: [Int64: LogOrigin] = [:]
  private var services: [Int64: String] = [:]

  /// - Parameter source: the name that ids carry.
  init(_ database: Database, _ source: String) {
    self.database = database
    self.source = source
  }

  mutating func record(_ row: SQLStatement, _ raw: UnsafeBufferPointer<UInt8>) throws -> LogRecord {
    LogRecord(
      id: RecordID(row.int(0), of: source), at: Timestamp(nanoseconds: row.int(1)),
      level: row.isNull(4) ? nil : LogLevel(rawValue: Int(row.int(4))),
      service: try service(row.int(3)), message: part(row, 8, raw) ?? "", requestID: part(row, 6, raw), traceID: part(row, 7, raw),
      origin: try origin(row.int(2)), flags: LogFlags(rawValue: UInt8(truncatingIfNeeded: row.int(5))), raw: Array(raw))
  }

  private func part(_ row: SQLStatement, _ column: Int32, _ raw: UnsafeBufferPointer<UInt8>) -> String? {
    if row.isNull(column) { return nil }
    guard row.isInt(column) else { return row.text(column) }
    return PartOfRaw.bytes(row.int(column), in: raw).map { String(decoding: $0, as: UTF8.self) }
  }

  private mutating func service(_ id: Int64) throws -> String {
    if let known = services[id] { return known }
    let name = try String.fetchOne(database.cachedStatement(sql: "SELECT name FROM service WHERE id = ?"), arguments: [id]) ?? ""
    services[id] = name
    return name
  }

  private mutating func origin(_ id: Int64) throws -> LogOrigin {
    if let known = origins[id] { return known }
    let origin = try OriginRows.one(id, database) ?? LogOrigin(cluster: "", namespace: "", pod: "", podUID: "", container: "")
    origins[id] = origin
    return origin
  }
}
