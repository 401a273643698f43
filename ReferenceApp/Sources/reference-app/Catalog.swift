import ArgumentParser
import GRDB
import Hummingbird
import Logging
import ServiceKit

/// Items and their prices, read only.
struct Catalog: ShopService {
  static let configuration = CommandConfiguration(abstract: "Items and prices: GET /catalog/items, /catalog/items/{id}.")
  static let type = "sales"

  @OptionGroup var options: CommonOptions

  func assemble(_ service: inout Microservice) async throws {
    let store = try CatalogStore(path: try Storage.path("catalog.sqlite", service.environment))
    let logger = service.logger
    service.require("store") { _ = try await store.count() }

    service.router.get("/catalog/items") { request, _ in
      let items = try await store.items(limit: try Wire.limit(request))
      logger.info("Listed \(items.count) items")
      return Items(items: items)
    }
    service.router.get("/catalog/items/:id") { _, context in
      let id = try Wire.parameter("id", context)
      guard let item = try await store.item(id) else { throw HTTPError(.notFound, message: "Item '\(id)' not found.") }
      logger.info(
        "Item \(id): price \(item.priceCents) cents", metadata: ["itemId": .string(id), "priceCents": .stringConvertible(item.priceCents)])
      return item
    }
  }
}

/// A store that its migration fills, and that is only read after that.
struct CatalogStore: Sendable {
  private let database: DatabasePool

  static let nouns = [
    "Lantern", "Compass", "Rope", "Anchor", "Chart", "Telescope", "Barrel", "Sail", "Oar", "Hourglass", "Bell", "Sextant", "Amphora", "Net",
    "Hammock", "Log book", "Pilot's knife", "Signal flag", "Block and tackle", "Spare plank",
  ]

  init(path: String) throws {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1 items") { db in
      try db.execute(sql: "CREATE TABLE items (id TEXT PRIMARY KEY, name TEXT NOT NULL, price_cents INTEGER NOT NULL) WITHOUT ROWID")
      for (index, noun) in Self.nouns.enumerated() {
        let number = index + 1
        try db.execute(
          sql: "INSERT INTO items VALUES (?, ?, ?)",
          arguments: ["item-" + (number < 10 ? "0" : "") + "\(number)", noun, 250 + (number * 737) % 9000])
      }
    }
    database = try SharedDatabase.open(path, migrations: migrator)
  }

  func count() async throws -> Int { try await database.read { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM items") ?? 0 } }

  func item(_ id: String) async throws -> CatalogItem? {
    try await database.read { db in
      try Row.fetchOne(db, sql: "SELECT id, name, price_cents FROM items WHERE id = ?", arguments: [id]).map(Self.item)
    }
  }

  func items(limit: Int) async throws -> [CatalogItem] {
    try await database.read { db in
      try Row.fetchAll(db, sql: "SELECT id, name, price_cents FROM items ORDER BY id LIMIT ?", arguments: [limit]).map(Self.item)
    }
  }

  private static func item(_ row: Row) -> CatalogItem { CatalogItem(id: row["id"], name: row["name"], priceCents: row["price_cents"]) }
}
