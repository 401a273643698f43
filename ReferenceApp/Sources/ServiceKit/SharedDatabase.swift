import Glibc
public import GRDB

/// Opens SQLite files that the replicas of a service share.
public enum SharedDatabase {
  /// WAL mode, so that readers and the one writer do not wait for each other; a second writer waits up to five seconds.
  ///
  /// - Parameters:
  ///   - durable: whether a commit survives a power cut (`synchronous = FULL`), not only the process's death.
  ///   - migrations: bring the file to this program's schema; replicas that start together do it one after the other.
  public static func open(_ path: String, durable: Bool = false, migrations: DatabaseMigrator) throws -> DatabasePool {
    // SQLite answers "busy" at once, without its patience, to who switches a file to WAL beside another; and a migration is
    // looked up and made in two steps.
    let lock = Glibc.open(path + ".lock", O_CREAT | O_RDWR | O_CLOEXEC, 0o644)
    guard lock >= 0 else {
      throw ConfigurationError(
        "The store \(path) cannot be opened (\(String(cString: strerror(errno)))): make its folder writable for this service.")
    }
    // Closing the file gives the lock back.
    defer { close(lock) }
    while flock(lock, LOCK_EX) != 0, errno == EINTR {}

    var configuration = Configuration()
    configuration.busyMode = .timeout(5)
    configuration.maximumReaderCount = 4
    let pool = try DatabasePool(path: path, configuration: configuration)
    // GRDB sets NORMAL when it opens the pool, after any preparation of ours.
    if durable { try pool.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA synchronous = FULL") } }
    try migrations.migrate(pool)
    return pool
  }
}
