import Glibc
public import GRDB

/// Opens SQLite files that the replicas of a service share.
public enum SharedDatabase {
  /// Opens the file in WAL mode, in which readers and the one writer do not wait for each other; a second writer waits up to five seconds.
  ///
  /// - Parameters:
  ///   - durable: whether a commit survives a power cut (`synchronous = FULL`), not only a crash of the process.
  ///   - migrations: bring the file to this program's schema; replicas that start together do it one after the other.
  /// - Throws: ``ConfigurationError`` when the folder is not writable, else SQLite's error.
  public static func open(_ path: String, durable: Bool = false, migrations: DatabaseMigrator) throws -> DatabasePool {
    // Two processes that switch a file to WAL at the same time get SQLITE_BUSY at once, whatever the timeout; and a migration is looked up
    // and applied in two steps.
    let lock = Glibc.open(path + ".lock", O_CREAT | O_RDWR | O_CLOEXEC, 0o644)
    guard lock >= 0 else {
      throw ConfigurationError(
        "Cannot open the database \(path) (\(String(cString: strerror(errno)))): make its folder writable for this service.")
    }
    // Closing the file releases the lock.
    defer { close(lock) }
    while flock(lock, LOCK_EX) != 0, errno == EINTR {}

    var configuration = Configuration()
    configuration.busyMode = .timeout(5)
    configuration.maximumReaderCount = 4
    let pool = try DatabasePool(path: path, configuration: configuration)
    // GRDB sets NORMAL when it opens the pool, after prepareDatabase.
    if durable { try pool.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA synchronous = FULL") } }
    try migrations.migrate(pool)
    return pool
  }
}
