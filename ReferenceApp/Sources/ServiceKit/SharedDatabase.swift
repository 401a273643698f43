public import GRDB

/// Opens SQLite files that the replicas of a service share.
public enum SharedDatabase {
  /// WAL mode, so that readers and the one writer do not wait for each other; a second writer waits up to five seconds.
  ///
  /// - Parameter durable: whether a commit survives a power cut (`synchronous = FULL`), not only the process's death.
  public static func open(_ path: String, durable: Bool = false) throws -> DatabasePool {
    var configuration = Configuration()
    configuration.busyMode = .timeout(5)
    configuration.maximumReaderCount = 4
    let pool = try DatabasePool(path: path, configuration: configuration)
    // GRDB sets NORMAL when it opens the pool, after any preparation of ours.
    if durable { try pool.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA synchronous = FULL") } }
    return pool
  }
}
