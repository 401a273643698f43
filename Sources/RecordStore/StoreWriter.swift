internal import GRDB
import Glibc
import Synchronization
package import TelemetryModel
package import TimeFormat

/// The one writer of a store. Other processes read the same files through ``StoreReader``.
///
/// Each call is one transaction. What it stored when it returned survives the kill of any process (`synchronous=NORMAL` with a
/// write-ahead log); a loss of power may lose the last moments, never the file. A call that throws has stored nothing and may
/// be repeated.
package final class StoreWriter: Sendable {
  package let directory: String
  /// What opening it met and did, in sentences: a damaged file that was moved aside.
  package let notices: [String]
  /// Tells of each commit, for readers in this process and for those that ask over the control socket.
  package let changes = ChangeHub()

  let files: StoreFiles
  private let lock: WriterLock
  private let queue: DatabaseQueue
  private let memory = Mutex(WriterMemory())

  /// Opens the store for writing, and makes it if there is none. A file that is not a store, or a damaged one, is moved aside.
  package convenience init(directory: String, now: Timestamp) throws(StoreError) {
    try self.init(directory: directory, now: now, maximumPages: nil)
  }

  /// - Parameter maximumPages: an upper limit of the file's size, to try what a full disk does.
  package init(directory: String, now: Timestamp, maximumPages: Int?) throws(StoreError) {
    self.directory = directory
    let files = StoreFiles(directory: directory)
    self.files = files
    if mkdir(directory, 0o700) != 0, errno != EEXIST {
      throw StoreError(kind: .failed, sentence: "Making the folder \(directory) failed: \(String(cString: strerror(errno))).")
    }
    lock = try WriterLock(files)
    var notices: [String] = []
    if case .foreign(let why) = files.look() { notices.append(try Self.startAnew(files, why, now)) }
    do {
      queue = try Self.open(files, maximumPages: maximumPages)
    } catch {
      let failure = StoreError.wrap(error, path: files.records, doing: "Opening")
      guard failure.kind == .unreadable else { throw failure }
      notices.append(try Self.startAnew(files, "it is damaged", now))
      do { queue = try Self.open(files, maximumPages: maximumPages) } catch {
        throw StoreError.wrap(error, path: files.records, doing: "Opening")
      }
    }
    self.notices = notices
  }

  private static func startAnew(_ files: StoreFiles, _ why: String, _ now: Timestamp) throws(StoreError) -> String {
    let target = try files.moveAside(now: now)
    return "Expected a record store at \(files.records), but \(why): it was moved to \(target), and a new store was begun."
  }

  /// Pages that are held, changed ones too: a transaction that changes more writes them to the log before it ends.
  private static let cacheKiB = 16384

  private static func open(_ files: StoreFiles, maximumPages: Int?) throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.journalMode = .wal
    configuration.busyMode = .timeout(10)
    configuration.label = "store.writer"
    configuration.prepareDatabase { database in
      try database.execute(
        sql: """
          PRAGMA page_size = \(StoreFiles.pageSize);
          PRAGMA synchronous = NORMAL;
          PRAGMA secure_delete = OFF;
          PRAGMA wal_autocheckpoint = 2000;
          PRAGMA journal_size_limit = 67108864;
          PRAGMA cache_size = -\(cacheKiB);
          PRAGMA temp_store = MEMORY;
          """)
    }
    let queue = try DatabaseQueue(path: files.records, configuration: configuration)
    try queue.writeWithoutTransaction { database in
      let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
      guard version <= StoreSchema.version else {
        throw StoreError(
          kind: .newer,
          sentence:
            "The store \(files.records) has format \(version), but this program knows formats up to \(StoreSchema.version); use the newer periplus."
        )
      }
      if access(files.suspect, F_OK) == 0 {
        let verdict = try String.fetchOne(database, sql: "PRAGMA quick_check(1)") ?? ""
        guard verdict == "ok" else { throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: verdict) }
        unlink(files.suspect)
      }
      try StoreSchema.migrate(database)
      // Readers know a store by its first page: it must not be in the log alone.
      if files.look() != .store { _ = try database.checkpoint(.truncate) }
      if let maximumPages { try database.execute(sql: "PRAGMA max_page_count = \(maximumPages)") }
    }
    return queue
  }

  // MARK: Transactions

  /// Runs `body` in one transaction and tells subscribers what it changed. News of records, ledger or evidence moves the revision on,
  /// for readers whom nobody tells.
  func transaction(changing change: StoreChange, _ body: (Database, inout WriterMemory) throws -> Void) throws(StoreError) {
    do {
      try memory.withLock { memory in
        do {
          try queue.write { database in
            try body(database, &memory)
            if !change.isSubset(of: .sources) {
              try database.cachedStatement(sql: "UPDATE meta SET value = value + 1 WHERE key = 'revision'").execute()
            }
          }
        } catch {
          // Rows made in the transaction are undone: their numbers must not be used again.
          memory = WriterMemory()
          throw error
        }
      }
    } catch {
      let failure = StoreError.wrap(error, path: files.records, doing: "Writing")
      if failure.kind == .unreadable { close(Glibc.open(files.suspect, O_CREAT | O_WRONLY | O_CLOEXEC, 0o600)) }
      // Readers see for themselves why nothing new comes.
      if failure.kind == .diskFull { changes.publish(.sources) }
      throw failure
    }
    changes.publish(change)
  }

  func reading<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
    do { return try queue.read(body) } catch { throw StoreError.wrap(error, path: files.records, doing: "Reading") }
  }

  /// Stores a batch: its records, checkpoints and counts become durable together, or none of them.
  package func append(_ batch: StoreBatch) throws(StoreError) {
    guard !batch.isEmpty else { return }
    let change: StoreChange = [batch.records.isEmpty ? [] : .records, batch.sources.isEmpty ? [] : .sources]
    try transaction(changing: change) { database, memory in
      if !batch.records.isEmpty {
        let requests = try RecordInsert(database).run(batch.records, &memory.interns)
        try RequestIndex.add(requests, database, &memory)
      }
      for checkpoint in batch.checkpoints { try TailRows.write(checkpoint, database) }
      for source in batch.sources { try SourceRows.write(source, database) }
    }
  }

  /// How far every file was read, as of the last stored batch.
  package func positions() throws(StoreError) -> [TailPosition] { try reading { try TailRows.all($0) } }

  /// Forgets the positions of files in and below a folder that was removed.
  package func forget(tailsBelow folder: String) throws(StoreError) { try append(StoreBatch(checkpoints: [.folderGone(folder)])) }

  /// Forgets the position of one file that was removed.
  package func forget(tailIn folder: String, inode: UInt64) throws(StoreError) {
    try transaction(changing: []) { database, _ in try TailRows.forget(in: folder, inode: inode, database) }
  }

  /// Counts and states of sources, without records.
  package func record(_ sources: [SourceUpdate]) throws(StoreError) { try append(StoreBatch(sources: sources)) }
}
