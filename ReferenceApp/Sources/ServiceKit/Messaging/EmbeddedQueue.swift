import Foundation
import GRDB
import JSONBytes
import TimeFormat

/// A queue in a SQLite file that several processes share on one volume.
public final class EmbeddedQueue: MessageQueue {
  private let database: DatabasePool
  private let path: String
  private let maximumDeliveries: Int
  private let clock: @Sendable () -> Int64

  /// - Parameters:
  ///   - path: the file; its folder must exist.
  ///   - maximumDeliveries: a message that failed, or whose lease expired, that often becomes a dead letter.
  ///   - clock: milliseconds since 1970; the processes' clocks must differ by much less than a lease.
  /// - Throws: ``ConfigurationError`` when the folder is not writable, else SQLite's error.
  public init(path: String, maximumDeliveries: Int = 10, clock: (@Sendable () -> Int64)? = nil) throws {
    self.path = path
    self.maximumDeliveries = maximumDeliveries
    self.clock = clock ?? { RecordLine.now().nanoseconds / 1_000_000 }
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1 messages") { db in
      try db.execute(
        sql: """
          CREATE TABLE messages (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            topic TEXT NOT NULL,
            body BLOB NOT NULL,
            headers TEXT NOT NULL,
            deliveries INTEGER NOT NULL DEFAULT 0,
            visible_at INTEGER NOT NULL,
            lease TEXT
          );
          CREATE INDEX messages_by_topic ON messages (topic, visible_at, id);
          CREATE TABLE dead_letters (
            id INTEGER PRIMARY KEY,
            topic TEXT NOT NULL,
            body BLOB NOT NULL,
            headers TEXT NOT NULL,
            deliveries INTEGER NOT NULL,
            reason TEXT NOT NULL,
            died_at INTEGER NOT NULL
          );
          """)
    }
    database = try SharedDatabase.open(path, durable: true, migrations: migrator)
  }

  /// Returns when the message is on disk.
  @discardableResult
  public func publish(topic: String, body: [UInt8], headers: [String: String]) async throws -> Int64 {
    var headers = headers
    if headers[CurrentRequest.header] == nil, let id = CurrentRequest.id { headers[CurrentRequest.header] = id }
    let text = Self.encode(headers)
    let now = clock()
    return try await database.write { db in
      try db.execute(
        sql: "INSERT INTO messages (topic, body, headers, visible_at) VALUES (?, ?, ?, ?)", arguments: [topic, Data(body), text, now])
      return db.lastInsertedRowID
    }
  }

  /// Delivers the oldest visible messages and hides them from other consumers until the lease expires.
  public func claim(topic: String, limit: Int, lease: Duration) async throws -> [Message] {
    let now = clock()
    // Reading takes no lock; only when there is something to claim is the write lock taken.
    let waiting = try await database.read { db in
      try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM messages WHERE topic = ? AND visible_at <= ?)", arguments: [topic, now])
        ?? false
    }
    guard waiting else { return [] }
    let name = CurrentRequest.makeID()
    let until = now + lease.microseconds / 1000
    let most = maximumDeliveries
    return try await database.write { db in
      // The lease of the last permitted delivery expired: each consumer crashed or hung.
      try Self.moveToDeadLetters(
        db, whereClause: "topic = ? AND visible_at <= ? AND deliveries >= ?", [topic, now, most], "never acknowledged", at: now)
      let rows = try Row.fetchAll(
        db,
        sql: """
          UPDATE messages SET deliveries = deliveries + 1, visible_at = ?, lease = ?
          WHERE id IN (SELECT id FROM messages WHERE topic = ? AND visible_at <= ? ORDER BY id LIMIT ?)
          RETURNING id, body, headers, deliveries
          """,
        arguments: [until, name, topic, now, limit])
      return rows.map { row in
        var message = Self.message(row, topic: topic, lease: name)
        message.isLastDelivery = message.deliveries >= most
        return message
      }.sorted { $0.id < $1.id }
    }
  }

  /// Removes the message; false when the lease had expired.
  @discardableResult
  public func acknowledge(_ message: Message) async throws -> Bool {
    try await database.write { db in
      try db.execute(sql: "DELETE FROM messages WHERE id = ? AND lease = ?", arguments: [message.id, message.lease])
      return db.changesCount == 1
    }
  }

  /// Makes the message visible again after the delay, or a dead letter after its last permitted delivery.
  @discardableResult
  public func reject(_ message: Message, reason: String, delay: Duration) async throws -> Bool {
    let now = clock()
    let most = maximumDeliveries
    return try await database.write { db in
      if message.deliveries >= most {
        try Self.moveToDeadLetters(db, whereClause: "id = ? AND lease = ?", [message.id, message.lease], reason, at: now)
        return false
      } else {
        try db.execute(
          sql: "UPDATE messages SET visible_at = ?, lease = NULL WHERE id = ? AND lease = ?",
          arguments: [now + delay.microseconds / 1000, message.id, message.lease])
        return true
      }
    }
  }

  /// Makes the message a dead letter now: another delivery would fail as this one did.
  @discardableResult
  public func discard(_ message: Message, reason: String) async throws -> Bool {
    let now = clock()
    return try await database.write { db in
      try Self.moveToDeadLetters(db, whereClause: "id = ? AND lease = ?", [message.id, message.lease], reason, at: now)
      return db.changesCount > 0
    }
  }

  /// After each commit of a process of this machine; the write-ahead log tells of it.
  public func changes(of topic: String) -> AsyncStream<Void> { FileChanges.of(path + "-wal") }

  /// Messages of the topic that wait or are leased.
  public func depth(topic: String) async throws -> Int {
    try await database.read { db in
      try Int.fetchOne(db, sql: "SELECT count(*) FROM messages WHERE topic = ?", arguments: [topic]) ?? 0
    }
  }

  /// Dead letters of the topic, oldest first.
  public func deadLetters(topic: String, limit: Int) async throws -> [DeadLetter] {
    try await database.read { db in
      try Row.fetchAll(
        db, sql: "SELECT id, body, headers, deliveries, reason FROM dead_letters WHERE topic = ? ORDER BY died_at, id LIMIT ?",
        arguments: [topic, limit]
      ).map { DeadLetter(message: Self.message($0, topic: topic, lease: ""), reason: $0["reason"]) }
    }
  }

  /// For a readiness check: throws when the file cannot be read.
  public func check() async throws {
    _ = try await database.read { db in try Int.fetchOne(db, sql: "SELECT 1 FROM messages LIMIT 1") }
  }

  private static func moveToDeadLetters(
    _ db: Database, whereClause: String, _ arguments: [any DatabaseValueConvertible], _ reason: String, at now: Int64
  ) throws {
    try db.execute(
      sql: """
        INSERT OR IGNORE INTO dead_letters (id, topic, body, headers, deliveries, reason, died_at)
        SELECT id, topic, body, headers, deliveries, ?, ? FROM messages WHERE \(whereClause)
        """,
      arguments: StatementArguments([reason, now] + arguments))
    try db.execute(sql: "DELETE FROM messages WHERE \(whereClause)", arguments: StatementArguments(arguments))
  }

  private static func message(_ row: Row, topic: String, lease: String) -> Message {
    let body: Data = row["body"] ?? Data()
    return Message(
      id: row["id"], topic: topic, body: Array(body), headers: decode(row["headers"]), deliveries: row["deliveries"], lease: lease)
  }

  private static func encode(_ headers: [String: String]) -> String {
    JSONValue.object(JSONObject(headers.sorted { $0.key < $1.key }.map { .init(key: $0.key, value: .string($0.value)) })).jsonString
  }

  private static func decode(_ text: String) -> [String: String] {
    guard let members = (try? JSONValue(parsing: text))?.objectValue else { return [:] }
    return Dictionary(members.compactMap { member in member.value.stringValue.map { (member.key, $0) } }) { _, last in last }
  }
}
