import Foundation
import GRDB
import TelemetryModel
import TimeFormat

/// A log query as SQL, with what SQL cannot say cheaply left to a filter on each row.
struct QueryPlan: Sendable {
  private let query: LogQuery
  private var clauses: [String]
  private var arguments: [any DatabaseValueConvertible & Sendable]
  private let matcher: LogMatcher

  static let columns = """
    logs.id, logs.at, logs.level, services.name, logs.message, logs.request_id, logs.trace_id, logs.flags, logs.raw,
    origins.cluster, origins.namespace, origins.pod, origins.pod_uid, origins.container, origins.restart, origins.stream
    """
  static let joins = "logs JOIN services ON services.id = logs.service JOIN origins ON origins.id = logs.origin"

  init(_ query: LogQuery) throws {
    self.query = query
    var translated = Translation()
    for condition in query.conditions { translated.add(condition) }
    clauses = translated.clauses
    arguments = translated.arguments
    matcher = try LogMatcher(translated.rest) { (pattern) throws(StoreError) in
      let compiled = try Pattern(pattern)
      return { compiled.matches($0) }
    }
    if let range = query.range {
      clauses.append("logs.at >= ? AND logs.at < ?")
      arguments += [range.lowerBound.nanoseconds, range.upperBound.nanoseconds]
    }
  }

  /// What SQL can say.
  private struct Translation {
    var clauses: [String] = []
    var arguments: [any DatabaseValueConvertible & Sendable] = []
    var rest: [LogQuery.Condition] = []

    mutating func add(_ condition: LogQuery.Condition) {
      switch condition {
      case .requestID(let id):
        clauses.append("logs.request = ? AND logs.request_id = ?")
        arguments += [Schema.hash(id), id]
      case .field("service", .equal, let name) where !name.contains("*"):
        clauses.append("logs.service IN (SELECT id FROM services WHERE name = ?)")
        arguments.append(name)
      case .field(let column, .equal, let value)
      where ["cluster", "namespace", "pod", "container"].contains(column) && !value.contains("*"):
        clauses.append("logs.origin IN (SELECT id FROM origins WHERE \(column) = ?)")
        arguments.append(value)
      default: rest.append(condition)
      }
    }
  }

  private func holds(_ row: Row) throws -> Bool {
    try row.withUnsafeData(atIndex: 8) { data in
      (data ?? Data()).withUnsafeBytes { raw in matcher.matches(raw.bindMemory(to: UInt8.self)) { Self.record(row) } }
    }
  }

  func page(_ db: Database) throws -> LogPage {
    var clauses = self.clauses
    var arguments = self.arguments
    let isForward = query.order == .oldestFirst
    if let cursor = query.cursor {
      clauses.append("(logs.at, logs.id) \(isForward ? ">" : "<") (?, ?)")
      arguments += [cursor.at.nanoseconds, cursor.id]
    }
    let direction = isForward ? "ASC" : "DESC"
    var sql = "SELECT \(Self.columns) FROM \(Self.joins)"
    if !clauses.isEmpty { sql += " WHERE \(clauses.joined(separator: " AND "))" }
    sql += " ORDER BY logs.at \(direction), logs.id \(direction)"
    if matcher.isEmpty { sql += " LIMIT \(query.limit + 1)" }
    var records: [LogRecord] = []
    let rows = try Row.fetchCursor(db, sql: sql, arguments: StatementArguments(arguments))
    while let row = try rows.next() {
      guard try matcher.isEmpty || holds(row) else { continue }
      if records.count == query.limit {
        return LogPage(records: records, next: records.last.map { LogCursor(at: $0.at, id: $0.id) })
      }
      records.append(Self.record(row))
    }
    return LogPage(records: records, next: nil)
  }

  func histogram(_ db: Database, over range: Range<Timestamp>, buckets: Int) throws -> [Int] {
    var counts = Array(repeating: 0, count: buckets)
    let width = max(1, (range.upperBound.nanoseconds - range.lowerBound.nanoseconds) / Int64(max(buckets, 1)))
    let start = range.lowerBound.nanoseconds
    let condition = clauses.isEmpty ? "" : " WHERE \(clauses.joined(separator: " AND "))"
    if matcher.isEmpty {
      let sql = "SELECT (logs.at - \(start)) / \(width) AS bucket, count(*) FROM logs\(condition) GROUP BY bucket"
      for row in try Row.fetchAll(db, sql: sql, arguments: StatementArguments(arguments)) {
        counts[min(buckets - 1, max(0, row[0]))] += row[1]
      }
      return counts
    }
    let sql = "SELECT \(Self.columns) FROM \(Self.joins)\(condition)"
    let rows = try Row.fetchCursor(db, sql: sql, arguments: StatementArguments(arguments))
    while let row = try rows.next() {
      guard try matcher.isEmpty || holds(row) else { continue }
      let at: Int64 = row[1]
      counts[min(buckets - 1, max(0, Int((at - start) / width)))] += 1
    }
    return counts
  }

  static func record(_ row: Row) -> LogRecord {
    let level: Int? = row[2]
    let flags: Int = row[7]
    return LogRecord(
      id: row[0], at: Timestamp(nanoseconds: row[1]), level: level.flatMap(LogLevel.init(rawValue:)), service: row[3], message: row[4],
      requestID: row[5], traceID: row[6],
      origin: LogOrigin(
        cluster: row[9], namespace: row[10], pod: row[11], podUID: row[12], container: row[13], restart: row[14], stream: row[15]),
      flags: LogFlags(rawValue: UInt8(truncatingIfNeeded: flags)), raw: Blob.bytes(row, at: 8))
  }
}
