import Foundation
import GRDB
import ServiceKit

/// Orders, in a file that all replicas share. The column `announced` says whether an order's message has been published.
struct OrderStore: Sendable {
  private let database: DatabasePool

  private static let columns = "id, account_id, item_id, quantity, unit_price_cents, total_cents, status, created_at"

  init(path: String) throws {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1 orders") { db in
      try db.execute(
        sql: """
          CREATE TABLE orders (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            idempotency_key TEXT NOT NULL UNIQUE,
            account_id TEXT NOT NULL,
            item_id TEXT NOT NULL,
            quantity INTEGER NOT NULL,
            unit_price_cents INTEGER NOT NULL,
            total_cents INTEGER NOT NULL,
            status TEXT NOT NULL,
            created_at TEXT NOT NULL,
            stored_at REAL NOT NULL,
            request_id TEXT,
            announced INTEGER NOT NULL DEFAULT 0
          );
          CREATE INDEX orders_unannounced ON orders (stored_at) WHERE announced = 0;
          """)
    }
    database = try SharedDatabase.open(path, durable: true, migrations: migrator)
  }

  /// Stores the order unless the key is taken.
  ///
  /// - Returns: the order that has the key.
  func insert(_ order: Order, key: String, requestID: String?) async throws -> Order {
    let now = Date().timeIntervalSince1970
    return try await database.write { db in
      try db.execute(
        sql: """
          INSERT INTO orders (\(Self.columns), idempotency_key, stored_at, request_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
          ON CONFLICT (idempotency_key) DO NOTHING
          """,
        arguments: [
          order.id, order.accountId, order.itemId, order.quantity, order.unitPriceCents, order.totalCents, order.status, order.createdAt,
          key, now,
          requestID,
        ])
      return try Self.fetch(db, "idempotency_key = ?", [key]) ?? order
    }
  }

  func order(_ id: String) async throws -> Order? { try await database.read { db in try Self.fetch(db, "id = ?", [id]) } }

  func order(key: String) async throws -> Order? { try await database.read { db in try Self.fetch(db, "idempotency_key = ?", [key]) } }

  func latest(limit: Int) async throws -> [Order] {
    try await database.read { db in
      try Row.fetchAll(db, sql: "SELECT \(Self.columns) FROM orders ORDER BY number DESC LIMIT ?", arguments: [limit]).map(Self.order)
    }
  }

  func isPublished(_ id: String) async throws -> Bool {
    try await database.read { db in try Bool.fetchOne(db, sql: "SELECT announced FROM orders WHERE id = ?", arguments: [id]) ?? false }
  }

  func markPublished(_ id: String) async throws {
    try await database.write { db in try db.execute(sql: "UPDATE orders SET announced = 1 WHERE id = ?", arguments: [id]) }
  }

  /// Orders stored before `age` ago whose message has not been published: the outbox. At most 100.
  func unpublished(olderThan age: Duration) async throws -> [(Order, requestID: String?)] {
    let limit = Date().timeIntervalSince1970 - Double(age.components.seconds)
    return try await database.read { db in
      try Row.fetchAll(
        db, sql: "SELECT \(Self.columns), request_id FROM orders WHERE announced = 0 AND stored_at < ? ORDER BY stored_at LIMIT 100",
        arguments: [limit]
      ).map { (Self.order($0), requestID: $0["request_id"]) }
    }
  }

  private static func fetch(_ db: Database, _ condition: String, _ arguments: StatementArguments) throws -> Order? {
    try Row.fetchOne(db, sql: "SELECT \(columns) FROM orders WHERE \(condition)", arguments: arguments).map(order)
  }

  private static func order(_ row: Row) -> Order {
    Order(
      id: row["id"], accountId: row["account_id"], itemId: row["item_id"], quantity: row["quantity"],
      unitPriceCents: row["unit_price_cents"],
      totalCents: row["total_cents"], status: row["status"], createdAt: row["created_at"])
  }
}
