import GRDB
import Glibc
import Synchronization
package import TelemetryModel
package import TimeFormat

/// Reads the store while its writer writes, from any process. A store that does not exist yet is empty.
package final class StoreReader: Sendable {
  package let path: String
  private let connection = Mutex<DatabasePool?>(nil)
  private let watch = Mutex<DatabaseQueue?>(nil)

  /// - Parameter directory: `Home.store`. Nothing is opened before the first read.
  package init(directory: String) { path = "\(directory)/\(Schema.fileName)" }

  /// Runs a read; answers `empty` while there is no store.
  func read<Result: Sendable>(orWhenAbsent empty: Result, _ body: @escaping @Sendable (Database) throws -> Result) async throws -> Result {
    guard let pool = try open() else { return empty }
    do {
      return try await pool.read(body)
    } catch {
      throw StoreError.from(error, path: path)
    }
  }

  private func open() throws -> DatabasePool? {
    try connection.withLock { pool in
      if let pool { return pool }
      guard access(path, R_OK) == 0 else { return nil }
      do {
        let opened = try DatabasePool(path: path, configuration: Schema.configuration(readOnly: true))
        // The file appears before its tables do.
        guard try opened.read({ try $0.tableExists("notes") }) else { return nil }
        pool = opened
        return opened
      } catch {
        throw StoreError.from(error, path: path)
      }
    }
  }

  /// A number that changes with each commit of the writer: one page of shared memory is read.
  func dataVersion() -> Int64 {
    watch.withLock { queue in
      if queue == nil {
        guard access(path, R_OK) == 0 else { return 0 }
        queue = try? DatabaseQueue(path: path, configuration: Schema.configuration(readOnly: true))
      }
      return (try? queue?.read { try Int64.fetchOne($0, sql: "PRAGMA data_version") }) ?? 0
    }
  }

  /// The number of log records.
  package func count() async throws -> Int {
    try await read(orWhenAbsent: 0) { try Int.fetchOne($0, sql: "SELECT coalesce(max(id), 0) FROM logs") ?? 0 }
  }
}

extension StoreReader: LogSource {
  package func records(matching query: LogQuery) async throws -> LogPage {
    let plan = try QueryPlan(query)
    return try await read(orWhenAbsent: LogPage(records: [], next: nil)) { try plan.page($0) }
  }

  package func histogram(matching query: LogQuery, over range: Range<Timestamp>, buckets: Int) async throws -> [Int] {
    var query = query
    query.range = query.range.map { $0.clamped(to: range) } ?? range
    query.cursor = nil
    let plan = try QueryPlan(query)
    return try await read(orWhenAbsent: Array(repeating: 0, count: buckets)) { try plan.histogram($0, over: range, buckets: buckets) }
  }

  package func completeness() async -> [SourceStatus] { (try? await read(orWhenAbsent: [], SourceRows.fetch)) ?? [] }

  package func revision() async -> Int64 { dataVersion() }
}
