import FoundationEssentials
import GRDB
import JSONBytes

/// The state file. One row per object, and the revision of the last write.
///
/// A commit is in the operating system's hands when `write` returns: it survives the end of the process by any signal.
/// WAL with `synchronous = NORMAL` may lose the last commits when the machine loses power, never the file's integrity.
struct Persistence: Sendable {
  private let queue: DatabaseQueue
  private let path: String

  struct Entry {
    var resource: String
    var namespace: String
    var name: String
    var object: JSONValue
  }

  init(path: String) throws(APIError) {
    self.path = path
    do {
      var configuration = Configuration()
      configuration.label = "ground-state"
      configuration.prepareDatabase { database in
        try database.execute(sql: "PRAGMA journal_mode = WAL")
        try database.execute(sql: "PRAGMA synchronous = NORMAL")
      }
      queue = try DatabaseQueue(path: path, configuration: configuration)
      var migrator = DatabaseMigrator()
      migrator.registerMigration("objects") { database in
        try database.execute(
          sql: """
            CREATE TABLE objects (
              resource TEXT NOT NULL, namespace TEXT NOT NULL, name TEXT NOT NULL, revision INTEGER NOT NULL, json BLOB NOT NULL,
              PRIMARY KEY (resource, namespace, name)) WITHOUT ROWID;
            CREATE TABLE counter (id INTEGER PRIMARY KEY CHECK (id = 1), revision INTEGER NOT NULL);
            INSERT INTO counter VALUES (1, 1);
            """)
      }
      try migrator.migrate(queue)
    } catch {
      throw .internalError(
        "The cluster's state file \(path) cannot be opened (\(Self.words(error))): move it away, and the cluster starts empty.")
    }
  }

  /// What is stored. A row that is no readable object is left out, and named: the rest of the cluster starts without it.
  func load() throws(APIError) -> (objects: [Entry], unreadable: [String], revision: Int64) {
    do {
      return try queue.read { database in
        var entries: [Entry] = []
        var unreadable: [String] = []
        let rows = try Row.fetchCursor(database, sql: "SELECT resource, namespace, name, json FROM objects")
        while let row = try rows.next() {
          let bytes: [UInt8] = Array(row[3] as Data)
          if let object = try? JSONValue(parsing: bytes), object.objectValue != nil {
            entries.append(Entry(resource: row[0], namespace: row[1], name: row[2], object: object))
          } else {
            unreadable.append("\(row[0] as String) \(row[1] as String)/\(row[2] as String)")
          }
        }
        let revision = try Int64.fetchOne(database, sql: "SELECT revision FROM counter") ?? 1
        return (entries, unreadable, min(max(revision, 1), .max / 2))
      }
    } catch {
      throw .internalError(
        "The cluster's state file \(path) cannot be read (\(Self.words(error))): move it away, and the cluster starts empty.")
    }
  }

  func write(_ writes: [ObjectStore.Write], _ stored: [JSONValue], revision: Int64) throws(APIError) {
    do {
      try queue.write { database in
        for (write, object) in zip(writes, stored) {
          if write.removes {
            let statement = try database.cachedStatement(sql: "DELETE FROM objects WHERE resource = ? AND namespace = ? AND name = ?")
            try statement.execute(arguments: [write.resource.id, write.key.namespace, write.key.name])
          } else {
            let statement = try database.cachedStatement(
              sql: """
                INSERT INTO objects VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (resource, namespace, name) DO UPDATE SET revision = excluded.revision, json = excluded.json
                """)
            let version = object.at("metadata", "resourceVersion")?.stringValue.flatMap { Int64($0) }
            try statement.execute(
              arguments: [write.resource.id, write.key.namespace, write.key.name, version, Data(object.jsonBytes)])
          }
        }
        try database.cachedStatement(sql: "UPDATE counter SET revision = ?").execute(arguments: [revision])
      }
    } catch {
      throw .internalError(
        "The cluster's state file \(path) cannot be written (\(Self.words(error))): free space on its disk and try again.")
    }
  }

  private static func words(_ error: any Error) -> String {
    if let error = error as? DatabaseError { return error.message ?? "SQLite code \(error.resultCode.rawValue)" }
    return "its content is not readable JSON"
  }
}
