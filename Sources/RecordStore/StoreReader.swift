package import ClusterModel
internal import GRDB
package import MigrationPlan
package import TelemetryModel
package import TimeFormat

/// Reads a store that another process may be writing. A store that does not exist yet is empty; it is read as soon as it appears.
package final class StoreReader: Sendable {
  /// What the recorder tells of its commits, until it does not answer. The first element is empty and says that it listens.
  package typealias Pushes = @Sendable () -> AsyncStream<StoreChange>

  package let directory: String
  package let sourceID: String
  private let connection: StoreConnection
  private let watch: StoreWatch

  /// - Parameters:
  ///   - sourceID: the name that ids and cursors carry; a reader of another recorder's store has another.
  ///   - pushes: subscribes to the recorder's commits; without it the store is looked at once a second.
  ///   - pause: waits between two looks; throws when it is cancelled.
  package init(
    directory: String, sourceID: String = "store", pushes: Pushes? = nil,
    pause: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
  ) {
    self.directory = directory
    self.sourceID = sourceID
    let connection = StoreConnection(StoreFiles(directory: directory))
    self.connection = connection
    watch = StoreWatch(
      pushes: pushes, look: { .init(revision: await connection.revision(), sources: await connection.completeness()) }, pause: pause)
  }

  private func read<Value: Sendable>(_ empty: Value, _ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
    try await connection.read(empty, body)
  }
}

extension StoreConnection {
  /// What the writer counted for each source; a store that cannot be read is a source with an error, and so is a disk that is full: there
  /// the writer itself can note nothing.
  func completeness() async -> [SourceStatus] {
    let disk = files.isDiskFull ? [SourceStatus(name: "disk", cluster: "", lastError: Self.fullDisk(files.directory))] : []
    do {
      return try await read([]) { try SourceRows.all($0) } + disk
    } catch {
      return [SourceStatus(name: "store", cluster: "", lastError: "\(error)")]
    }
  }

  private static func fullDisk(_ folder: String) -> String {
    "The disk of \(folder) is full: what is shown may be as of the moment when it filled; free some space, and what came since then is stored."
  }

  /// Grows with each transaction of the writer that has news; 0 while there is no store.
  func revision() async -> Int64 {
    let sql = "SELECT value FROM meta WHERE key = 'revision'"
    return (try? await read(0) { try Int64.fetchOne($0.cachedStatement(sql: sql)) ?? 0 }) ?? 0
  }
}

extension StoreReader: LogSource, CompletenessSource, RescheduleSource, EvidenceLog {
  package var kind: SourceKind { .embedded }
  package var limits: LogSourceLimits { .none }

  package func records(matching query: LogQuery) async throws -> LogPage {
    let source = sourceID
    // A store that is not there is followed from its beginning.
    let empty = LogPage(records: [], next: nil, storedUpTo: StorePlace.stored(0).cursor(of: source))
    return try await read(empty) { try RecordScan(database: $0, source: source).page(query) }
  }

  package func histogram(matching query: LogQuery, over range: Range<Timestamp>, buckets: Int) async throws -> [Int] {
    let source = sourceID
    return try await read(Array(repeating: 0, count: Swift.max(0, buckets))) {
      try RecordScan(database: $0, source: source).histogram(query, over: range, buckets: buckets)
    }
  }

  package func completeness() async -> [SourceStatus] { await connection.completeness() }
  package func revision() async -> Int64 { await connection.revision() }

  package func changes() -> AsyncStream<Void> { watch.changes(.records) }
  package func completenessChanges() -> AsyncStream<Void> { watch.changes(.sources) }
  package func ledgerChanges() -> AsyncStream<Void> { watch.changes(.ledger) }
  package func evidenceChanges() -> AsyncStream<Void> { watch.changes(.evidence) }

  package func reschedules(since: Timestamp?) async throws -> [Reschedule] {
    try await read([]) { try LedgerRows.reschedules(since: since, $0) }
  }

  package func gaps(since: Timestamp?) async throws -> [LedgerGap] {
    try await read([]) { try LedgerRows.gaps(since: since, $0) }
  }

  package func shortages(since: Timestamp?) async throws -> [Shortage] {
    try await read([]) { try ShortageRows.shortages(since: since, $0) }
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

  /// What the store holds; `nil` while there is none.
  package func extent() async throws -> StoreExtent? {
    let span = try await timeSpan()
    return try await read(nil) { database in
      let records = try Int64.fetchOne(database, sql: "SELECT coalesce(max(id) - min(id) + 1, 0) FROM record") ?? 0
      let (used, size) = try StoreExtent.bytes(database)
      return StoreExtent(records: records, span: span, usedBytes: used, fileBytes: size)
    }
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
