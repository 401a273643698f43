import ArgumentParser
import GRDB
import Hummingbird
import Logging
import ServiceKit

/// The balances of accounts, and their entries.
struct Billing: ShopService {
  static let configuration = CommandConfiguration(
    abstract: "Balances: GET /billing/accounts/{id}, /billing/accounts/{id}/entries; POST to entries is idempotent by entryId.")
  static let type = "billing"

  @OptionGroup var options: CommonOptions

  func assemble(_ service: inout Microservice) async throws {
    let store = try BillingStore(path: try Storage.path("billing.sqlite", service.environment))
    let logger = service.logger
    service.require("store") { _ = try await store.accounts(limit: 1) }

    service.router.get("/billing/accounts") { request, _ in
      let accounts = try await store.accounts(limit: try Wire.limit(request))
      logger.info("Listed \(accounts.count) accounts")
      return Items(items: accounts)
    }
    service.router.get("/billing/accounts/:id") { _, context in
      let id = try Wire.parameter("id", context)
      guard let account = try await store.account(id) else { throw noAccount(id) }
      logger.info(
        "Account \(id): balance \(account.balanceCents) cents, \(account.entryCount) entries", metadata: ["accountId": .string(id)])
      return account
    }
    service.router.get("/billing/accounts/:id/entries") { request, context in
      let id = try Wire.parameter("id", context)
      guard try await store.account(id) != nil else { throw noAccount(id) }
      let entries = try await store.entries(of: id, limit: try Wire.limit(request))
      logger.info("Listed \(entries.count) entries of account \(id)", metadata: ["accountId": .string(id)])
      return Items(items: entries)
    }
    service.router.post("/billing/accounts/:id/entries") { request, context in
      let id = try Wire.parameter("id", context)
      let requested = try await Wire.body(
        EntryRequest.self, of: request, expected: #"{"entryId":"e-1","orderId":"o-1","amountCents":1200}"#)
      guard !requested.entryId.isEmpty, requested.entryId.utf8.count <= 128,
        (-1_000_000_000...1_000_000_000).contains(requested.amountCents)
      else {
        throw HTTPError(.unprocessableContent, message: "Expected an entryId of 1 to 128 bytes and an amount of at most 1000000000 cents.")
      }
      guard let (entry, isNew) = try await store.add(requested, to: id) else { throw noAccount(id) }
      guard isNew || entry.accountId == id && entry.amountCents == requested.amountCents && entry.orderId == requested.orderId else {
        logger.warning(
          "Entry \(entry.entryId) refused: it exists with another account, order or amount", metadata: ["entryId": .string(entry.entryId)])
        throw HTTPError(
          .conflict,
          message:
            "Entry '\(entry.entryId)' already exists in account \(entry.accountId) with \(entry.amountCents) cents: use another entryId.")
      }
      if isNew {
        logger.info(
          "Charged account \(id) \(entry.amountCents) cents, entry \(entry.entryId)",
          metadata: ["accountId": .string(id), "entryId": .string(entry.entryId)])
      } else {
        logger.info("Entry \(entry.entryId) already exists, balance unchanged", metadata: ["entryId": .string(entry.entryId)])
      }
      return EditedResponse(status: isNew ? .created : .ok, response: entry)
    }
  }

  private func noAccount(_ id: String) -> HTTPError { HTTPError(.notFound, message: "Account '\(id)' not found.") }
}

struct BillingStore: Sendable {
  static let accountCount = 200

  private let database: DatabasePool

  init(path: String) throws {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1 accounts") { db in
      try db.execute(
        sql: """
          CREATE TABLE accounts (
            id TEXT PRIMARY KEY,
            balance_cents INTEGER NOT NULL DEFAULT 0,
            entry_count INTEGER NOT NULL DEFAULT 0
          ) WITHOUT ROWID;
          CREATE TABLE entries (
            number INTEGER PRIMARY KEY,
            entry_id TEXT NOT NULL UNIQUE,
            account_id TEXT NOT NULL REFERENCES accounts (id),
            order_id TEXT,
            amount_cents INTEGER NOT NULL,
            created_at TEXT NOT NULL
          );
          CREATE INDEX entries_by_account ON entries (account_id, number);
          """)
      for number in 1...Self.accountCount {
        let digits = String(number)
        try db.execute(
          sql: "INSERT INTO accounts (id) VALUES (?)", arguments: ["acct-" + String(repeating: "0", count: 3 - digits.count) + digits])
      }
    }
    database = try SharedDatabase.open(path, durable: true, migrations: migrator)
  }

  func account(_ id: String) async throws -> Account? {
    try await database.read { db in try Row.fetchOne(db, sql: "SELECT * FROM accounts WHERE id = ?", arguments: [id]).map(Self.account) }
  }

  func accounts(limit: Int) async throws -> [Account] {
    try await database.read { db in
      try Row.fetchAll(db, sql: "SELECT * FROM accounts ORDER BY id LIMIT ?", arguments: [limit]).map(Self.account)
    }
  }

  func entries(of account: String, limit: Int) async throws -> [Entry] {
    try await database.read { db in
      try Row.fetchAll(db, sql: "SELECT * FROM entries WHERE account_id = ? ORDER BY number DESC LIMIT ?", arguments: [account, limit])
        .map(Self.entry)
    }
  }

  /// The entry and the balance change together or not at all, and once for each entry id.
  ///
  /// - Returns: `nil` when there is no such account.
  func add(_ request: EntryRequest, to account: String) async throws -> (Entry, isNew: Bool)? {
    let now = Wire.now()
    return try await database.write { db in
      guard try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM accounts WHERE id = ?)", arguments: [account]) == true else {
        return nil
      }
      try db.execute(
        sql: "INSERT OR IGNORE INTO entries (entry_id, account_id, order_id, amount_cents, created_at) VALUES (?, ?, ?, ?, ?)",
        arguments: [request.entryId, account, request.orderId, request.amountCents, now])
      let isNew = db.changesCount == 1
      if isNew {
        try db.execute(
          sql: "UPDATE accounts SET balance_cents = balance_cents + ?, entry_count = entry_count + 1 WHERE id = ?",
          arguments: [request.amountCents, account])
      }
      return try Row.fetchOne(db, sql: "SELECT * FROM entries WHERE entry_id = ?", arguments: [request.entryId]).map {
        (Self.entry($0), isNew)
      }
    }
  }

  private static func account(_ row: Row) -> Account {
    Account(id: row["id"], balanceCents: row["balance_cents"], entryCount: row["entry_count"])
  }

  private static func entry(_ row: Row) -> Entry {
    Entry(
      entryId: row["entry_id"], accountId: row["account_id"], orderId: row["order_id"], amountCents: row["amount_cents"],
      createdAt: row["created_at"])
  }
}
