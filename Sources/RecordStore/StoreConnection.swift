internal import GRDB
import Glibc
import Synchronization
import TelemetryModel

/// A reader's connection to a store that may not be there yet, or be replaced.
final class StoreConnection: Sendable {
  let files: StoreFiles
  private let opened = Mutex<Opened?>(nil)

  private struct Opened {
    var pool: DatabasePool
    var inode: UInt64
  }

  init(_ files: StoreFiles) { self.files = files }

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

  func read<Value: Sendable>(_ empty: Value, _ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
    do {
      guard let pool = try pool() else { return empty }
      return try await pool.read(body)
    } catch let error as CancellationError {
      throw error
    } catch let error as LogSourceError {
      throw error
    } catch let error as DatabaseError where error.resultCode == .SQLITE_INTERRUPT || error.resultCode == .SQLITE_ABORT {
      throw CancellationError()
    } catch {
      throw StoreError.wrap(error, path: files.records, doing: "Reading")
    }
  }
}
