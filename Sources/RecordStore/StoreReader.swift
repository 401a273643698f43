package import ClusterModel
internal import GRDB
import Glibc
package import MigrationPlan
import Synchronization
package import TelemetryModel
package import TimeFormat

/// Reads a store that another process may be writing. A store that does not exist yet is empty; it is read as soon as it appears.
package final class StoreReader: Sendable {
  package let directory: String
  private let files: StoreFiles
  private let opened = Mutex<Opened?>(nil)

  private struct Opened {
    var pool: DatabasePool
    var inode: UInt64
  }

  package init(directory: String) {
    self.directory = directory
    files = StoreFiles(directory: directory)
  }

  /// `nil` while there is no store. A file that was replaced is opened anew.
  private func pool() throws -> DatabasePool? {
    try opened.withLock { opened in
      guard let inode = files.inode else {
        opened = nil
        return nil
      }
      if let opened, opened.inode == inode { return opened.pool }
      opened = nil
      switch files.look() {
      case .absent: return nil
      // A young store is in the log beside the file alone, until the first checkpoint.
      case .empty where access(files.records + "-wal", F_OK) != 0: return nil
      case .empty: break
      case .foreign(let why): throw StoreError.unreadable(files.records, why)
      case .store: break
      }
      var configuration = Configuration()
      configuration.readonly = true
      configuration.busyMode = .timeout(5)
      configuration.maximumReaderCount = 4
      configuration.label = "store.reader"
      configuration.prepareDatabase { try $0.execute(sql: "PRAGMA mmap_size = 1073741824; PRAGMA temp_store = MEMORY;") }
      let pool = try DatabasePool(path: files.records, configuration: configuration)
      let version = try pool.read { try Int.fetchOne($0, sql: "PRAGMA user_version") ?? 0 }
      // The writer has not made its tables yet.
      guard version > 0 else { return nil }
      guard version <= StoreSchema.version else {
        throw StoreError(
          kind: .newer,
          sentence:
            "The store \(files.records) has format \(version), but this program knows formats up to \(StoreSchema.version); use the newer periplus."
        )
      }
      opened = Opened(pool: pool, inode: inode)
      return pool
    }
  }

  private func read<Value: Sendable>(_ empty: Value, _ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
    do {
      guard let pool = try pool() else { return empty }
      return try await pool.read(body)
    } catch let error as CancellationError {
      throw error
    } catch let error as DatabaseError where error.resultCode == .SQLITE_INTERRUPT || error.resultCode == .SQLITE_ABORT {
      throw CancellationError()
    } catch {
      throw StoreError.wrap(error, path: files.records, doing: "Reading")
    }
  }
}

extension StoreReader: LogSource, RescheduleSource, EvidenceLog {
  package func records(matching query: LogQuery) async throws -> LogPage {
    try await read(LogPage(records: [], next: nil)) { try RecordScan(database: $0).page(query) }
  }

  package func histogram(matching query: LogQuery, over range: Range<Timestamp>, buckets: Int) async throws -> [Int] {
    try await read(Array(repeating: 0, count: Swift.max(0, buckets))) {
      try RecordScan(database: $0).histogram(query, over: range, buckets: buckets)
    }
  }

  /// What the writer counted for each source; a store that cannot be read is a source with an error.
  package func completeness() async -> [SourceStatus] {
    do {
      return try await read([]) { try SourceRows.all($0) }
    } catch {
      return [SourceStatus(name: "store", cluster: "", lastError: "\(error)")]
    }
  }

  /// Grows with each transaction of the writer, whatever it stored; 0 while there is no store.
  package func revision() async -> Int64 {
    let sql = "SELECT value FROM meta WHERE key = 'revision'"
    return (try? await read(0) { try Int64.fetchOne($0.cachedStatement(sql: sql)) ?? 0 }) ?? 0
  }

  /// The id of the record that was stored last; 0 while there is none.
  package func newestID() async -> Int64 {
    (try? await read(0) { try Int64.fetchOne($0.cachedStatement(sql: "SELECT max(id) FROM record")) ?? 0 }) ?? 0
  }

  package func reschedules(since: Timestamp?) async throws -> [Reschedule] {
    try await read([]) { try LedgerRows.reschedules(since: since, $0) }
  }

  package func gaps(since: Timestamp?) async throws -> [LedgerGap] {
    try await read([]) { try LedgerRows.gaps(since: since, $0) }
  }

  package func lifecycle(ofPods uids: [String]) async throws -> [PodLifecycleEvent] {
    try await read([]) { try LedgerRows.lifecycle(ofPods: uids, $0) }
  }

  package func latest() async throws -> [Evidence] {
    try await read([]) { try LedgerRows.latestEvidence($0) }
  }

  package func history(since: Timestamp?) async throws -> [Evidence] {
    try await read([]) { try LedgerRows.evidence(since: since, $0) }
  }

  /// How many records there are, as far as their ids tell.
  package func count() async throws -> Int {
    try await read(0) { try Int.fetchOne($0, sql: "SELECT coalesce(max(id), 0) FROM record") ?? 0 }
  }

  /// The moments of the oldest and the newest record; `nil` while there are none.
  package func timeSpan() async throws -> ClosedRange<Timestamp>? {
    try await read(nil) { database in
      guard let first = try Int64.fetchOne(database, sql: "SELECT min(at) FROM record"),
        let last = try Int64.fetchOne(database, sql: "SELECT max(at) FROM record")
      else { return nil }
      return Timestamp(nanoseconds: first)...Timestamp(nanoseconds: last)
    }
  }
}
