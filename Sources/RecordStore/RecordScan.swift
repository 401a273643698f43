internal import GRDB
import TelemetryModel
import TimeFormat

/// Runs queries over records on one connection. Rows are looked at one by one; only those that match are kept.
struct RecordScan {
  let database: Database
  /// The name that ids and cursors carry.
  let source: String

  func page(_ query: LogQuery) throws -> LogPage {
    var plan = try LogPlan(query, database)
    // Within the one transaction of the reading: nothing is stored between this and the search.
    let last = try query.storedUpTo.map { try StorePlace.storedID($0, of: source) } ?? Self.newestID(database)
    let end = StorePlace.stored(last).cursor(of: source)
    if query.storedUpTo != nil { plan.add("id <= \(last)") }
    guard !plan.isEmpty, query.limit > 0 else { return LogPage(records: [], next: nil, storedUpTo: end) }
    let isOldestFirst = query.order == .oldestFirst
    if let cursor = query.cursor {
      guard case .inTime(let at, let id) = try StorePlace(cursor, of: source) else {
        throw LogSourceError.foreignCursor(cursor, at: source)
      }
      plan.add("(at, id) \(isOldestFirst ? ">" : "<") (\(at), \(id))")
    }
    if let after = query.storedAfter {
      var page = try stored(after: try StorePlace.storedID(after, of: source), query, plan)
      page.storedUpTo = end
      return page
    }
    let direction = isOldestFirst ? "ASC" : "DESC"
    // SQLite's own limit lets it stop early where nothing is left to test.
    let limit = plan.rest.isEmpty && query.limit < Int.max ? "LIMIT \(query.limit + 1)" : ""
    let sql = """
      SELECT \(RecordRows.columns) FROM \(plan.table) \(plan.whereClause)
      ORDER BY at \(direction), id \(direction) \(limit)
      """
    let statement = try plan.statement(sql, database)
    let matcher = try Self.matcher(plan.rest)
    var rows = RecordRows(database, source)
    var records: [LogRecord] = []
    var place = StorePlace.stored(0)
    var undecided = 0
    while try statement.step() {
      let here = StorePlace.inTime(at: statement.int(1), id: statement.int(0))
      guard let record = try Self.match(statement, matcher, &rows, &undecided) else { continue }
      if records.count == query.limit {
        statement.reset()
        return LogPage(records: records, next: place.cursor(of: source), storedUpTo: end, undecided: undecided)
      }
      records.append(record)
      place = here
    }
    return LogPage(records: records, next: nil, storedUpTo: end, undecided: undecided)
  }

  static func newestID(_ database: Database) throws -> Int64 {
    try Int64.fetchOne(database.cachedStatement(sql: "SELECT max(id) FROM record")) ?? 0
  }

  /// In the order of storing, which is that of the ids.
  private func stored(after: Int64, _ query: LogQuery, _ plan: LogPlan) throws -> LogPage {
    var plan = plan
    plan.add("id > \(after)")
    let sql = "SELECT \(RecordRows.columns) FROM record NOT INDEXED \(plan.whereClause) ORDER BY id"
    let statement = try plan.statement(sql, database)
    let matcher = try Self.matcher(plan.rest)
    var rows = RecordRows(database, source)
    var records: [LogRecord] = []
    var last = after
    var undecided = 0
    while records.count < query.limit, try statement.step() {
      let id = statement.int(0)
      guard let record = try Self.match(statement, matcher, &rows, &undecided) else { continue }
      records.append(record)
      last = id
    }
    guard records.count == query.limit else { return LogPage(records: records, next: nil, undecided: undecided) }
    statement.reset()
    return LogPage(records: records, next: StorePlace.stored(last).cursor(of: source), undecided: undecided)
  }

  func histogram(_ query: LogQuery, over range: Range<Timestamp>, buckets: Int) throws -> [Int] {
    guard buckets > 0, !range.isEmpty else { return Array(repeating: 0, count: Swift.max(0, buckets)) }
    var counts = Array(repeating: 0, count: buckets)
    var wanted = query
    wanted.range = query.range.map { $0.clamped(to: range) } ?? range
    var plan = try LogPlan(wanted, database)
    if let after = query.storedAfter { plan.add("id > \(try StorePlace.storedID(after, of: source))") }
    if let last = query.storedUpTo { plan.add("id <= \(try StorePlace.storedID(last, of: source))") }
    guard !plan.isEmpty, wanted.range?.isEmpty == false else { return counts }
    let lower = range.lowerBound.nanoseconds
    let span = UInt64(bitPattern: range.upperBound.nanoseconds &- lower)
    let width = span / UInt64(buckets) + (span % UInt64(buckets) == 0 ? 0 : 1)
    func add(_ at: Int64, _ count: Int) {
      let bucket = Int(UInt64(bitPattern: at &- lower) / width)
      counts[Swift.min(bucket, buckets - 1)] += count
    }
    if plan.rest.isEmpty, span <= UInt64(Int64.max), plan.candidates == nil {
      let sql = """
        SELECT (at - (\(lower))) / \(width), count(*) FROM record INDEXED BY record_at \(plan.whereClause) GROUP BY 1
        """
      let statement = try SQLStatement(sql, database)
      while try statement.step() { counts[Swift.min(Int(statement.int(0)), buckets - 1)] += Int(statement.int(1)) }
      return counts
    }
    let statement = try plan.statement("SELECT \(RecordRows.columns) FROM \(plan.table) \(plan.whereClause)", database)
    let matcher = try Self.matcher(plan.rest)
    var rows = RecordRows(database, source)
    while try statement.step() {
      if try Self.isMatch(statement, matcher, &rows) { add(statement.int(1), 1) }
    }
    return counts
  }

  private static func matcher(_ conditions: [LogQuery.Condition]) throws -> LogMatcher {
    let scratch = MatchScratch()
    return try LogMatcher(
      conditions,
      text: { text throws(StoreError) in
        // A text as machine code is found several times as fast as by a loop.
        guard !text.isEmpty else { return { _ in true } }
        let expression = try RegularExpression(text: text)
        return { expression.test($0, scratch) }
      },
      regex: { pattern throws(StoreError) in
        let expression = try RegularExpression(pattern)
        return { expression.test($0, scratch) }
      })
  }

  private static func match(
    _ row: SQLStatement, _ matcher: LogMatcher, _ rows: inout RecordRows, _ undecided: inout Int
  ) throws -> LogRecord? {
    let raw = row.bytes(9)
    if matcher.isEmpty { return try rows.record(row, raw) }
    var made: Result<LogRecord, any Error>?
    let isMatch = matcher.matches(raw) { Self.make(row, raw, &rows, &made) }
    if isMatch == nil { undecided += 1 }
    switch made {
    case .failure(let error): throw error
    case .success(let record): return isMatch == true ? record : nil
    case nil: return isMatch == true ? try rows.record(row, raw) : nil
    }
  }

  private static func isMatch(_ row: SQLStatement, _ matcher: LogMatcher, _ rows: inout RecordRows) throws -> Bool {
    let raw = row.bytes(9)
    if matcher.isEmpty { return true }
    var made: Result<LogRecord, any Error>?
    let isMatch = matcher.matches(raw) { Self.make(row, raw, &rows, &made) }
    if case .failure(let error) = made { throw error }
    return isMatch == true
  }

  private static func make(
    _ row: SQLStatement, _ raw: UnsafeBufferPointer<UInt8>, _ rows: inout RecordRows, _ made: inout Result<LogRecord, any Error>?
  ) -> LogRecord {
    do {
      let record = try rows.record(row, raw)
      made = .success(record)
      return record
    } catch {
      made = .failure(error)
      return LogRecord(
        at: Timestamp(nanoseconds: 0), level: nil, service: "", message: "",
        origin: .init(cluster: "", namespace: "", pod: "", podUID: "", container: ""), raw: [])
    }
  }
}
