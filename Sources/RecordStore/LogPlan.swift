internal import GRDB
import TelemetryModel
import TimeFormat

/// How a query is answered: what SQLite does by index and small columns, and what is left to be tested on each row's bytes.
struct LogPlan {
  /// Conditions for SQL, all of them with numbers only: nothing a person wrote becomes SQL text.
  private(set) var sql: [String] = []
  /// What each row that SQL gives must fulfil besides.
  private(set) var rest: [LogQuery.Condition] = []
  /// Some condition can never hold.
  private(set) var isEmpty = false
  /// The records that may match, in ascending order, when request ids tell; `nil`: any.
  private(set) var candidates: [Int64]?

  init(_ query: LogQuery, _ database: Database) throws {
    if let range = query.range {
      if range.lowerBound.nanoseconds != .min { sql.append("at >= \(range.lowerBound.nanoseconds)") }
      if range.upperBound.nanoseconds != .max { sql.append("at < \(range.upperBound.nanoseconds)") }
    }
    for condition in query.conditions {
      if let ids = Self.requestIDs(condition) {
        // One condition is enough to find few; each is tested on the records besides.
        if candidates == nil {
          candidates = try RequestIndex.records(of: ids, database)
          if candidates != nil { sql.append("id IN (SELECT value FROM json_each(?1))") }
        }
        rest.append(condition)
      } else if let pushed = try Self.push(condition, database) {
        if pushed == "0" { isEmpty = true }
        sql.append(pushed)
      } else {
        rest.append(condition)
      }
    }
  }

  mutating func add(_ condition: String) { sql.append(condition) }

  /// The table, and the way into it that is known to be the best.
  var table: String { candidates == nil ? "record INDEXED BY record_at" : "record NOT INDEXED" }

  /// A statement with ``table`` and ``whereClause`` in it.
  func statement(_ sql: String, _ database: Database) throws -> SQLStatement {
    let statement = try SQLStatement(sql, database)
    if let candidates { statement.bind(1, "[\(candidates.map { String($0) }.joined(separator: ","))]") }
    return statement
  }

  var whereClause: String { sql.isEmpty ? "" : "WHERE \(sql.joined(separator: " AND "))" }

  /// The ids when the condition can hold only for records of these requests.
  private static func requestIDs(_ condition: LogQuery.Condition) -> [String]? {
    switch condition {
    case .requestID(let id): return [id]
    case .any(let members):
      var ids: [String] = []
      for member in members {
        guard let more = requestIDs(member) else { return nil }
        ids += more
      }
      return ids.isEmpty || ids.count > 10_000 ? nil : ids
    default: return nil
    }
  }

  /// The condition as SQL over small columns; `nil` when only the record itself can tell.
  private static func push(_ condition: LogQuery.Condition, _ database: Database) throws -> String? {
    switch condition {
    case .field(let name, let comparison, let value):
      let test = FieldTest(field: name, comparison, value)
      switch LogFieldReader.Known(name: name) {
      case .service: return try services(test, database)
      case .level:
        let fitting = LogLevel.allCases.filter { test.matches($0.word) }.map { String($0.rawValue) }
        let isNullFitting = test.matches(nil)
        if fitting.isEmpty, !isNullFitting { return "0" }
        let known = "level IN (\(fitting.joined(separator: ",")))"
        return isNullFitting ? "(level IS NULL OR \(known))" : known
      case .pod: return try origins(database) { test.matches($0.pod) }
      case .namespace: return try origins(database) { test.matches($0.namespace) }
      case .cluster: return try origins(database) { test.matches($0.cluster) }
      case .container: return try origins(database) { test.matches($0.container) }
      case .stream: return try origins(database) { test.matches($0.stream) }
      case .restart: return try origins(database) { test.matches(String($0.restart)) }
      default: return nil
      }
    case .not(let inner):
      guard let pushed = try push(inner, database) else { return nil }
      return "(NOT \(pushed == "0" ? "0" : "coalesce(\(pushed), 0)"))"
    case .any(let members):
      var parts: [String] = []
      for member in members {
        guard let pushed = try push(member, database) else { return nil }
        if pushed != "0" { parts.append(pushed) }
      }
      return parts.isEmpty ? "0" : "(\(parts.joined(separator: " OR ")))"
    case .requestID, .text, .regex: return nil
    }
  }

  private static func services(_ test: FieldTest, _ database: Database) throws -> String {
    let rows = try Row.fetchAll(database, sql: "SELECT id, name FROM service")
    return list("service", rows.filter { test.matches($0[1] as String) }.map { $0[0] as Int64 }, of: rows.count)
  }

  private static func origins(_ database: Database, _ fits: (LogOrigin) -> Bool) throws -> String {
    let all = try OriginRows.all(database)
    return list("origin", all.filter { fits($0.value) }.map(\.key), of: all.count)
  }

  private static func list(_ column: String, _ ids: [Int64], of count: Int) -> String {
    if ids.isEmpty { return "0" }
    if ids.count == count { return "1" }
    return "\(column) IN (\(ids.sorted().map { String($0) }.joined(separator: ",")))"
  }
}

/// The origins of records as rows.
enum OriginRows {
  private static let columns = "id, cluster, namespace, pod, pod_uid, container, restart, stream"

  static func all(_ database: Database) throws -> [Int64: LogOrigin] {
    let rows = try Row.fetchAll(database, sql: "SELECT \(columns) FROM origin")
    return Dictionary(uniqueKeysWithValues: rows.map { ($0[0] as Int64, origin($0)) })
  }

  static func one(_ id: Int64, _ database: Database) throws -> LogOrigin? {
    try Row.fetchOne(database.cachedStatement(sql: "SELECT \(columns) FROM origin WHERE id = ?"), arguments: [id]).map(origin)
  }

  private static func origin(_ row: Row) -> LogOrigin {
    LogOrigin(cluster: row[1], namespace: row[2], pod: row[3], podUID: row[4], container: row[5], restart: row[6], stream: row[7])
  }
}
