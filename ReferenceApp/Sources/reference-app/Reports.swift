import ArgumentParser
import GRDB
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import ServiceKit

/// Reports that take a while: requested now, fetched later.
struct Reports: ShopService {
  static let configuration = CommandConfiguration(
    abstract: "Reports: POST /billing/reports responds 202 with a Location; GET it for the status, and its /result.")
  static let type = "billing"

  @OptionGroup var options: CommonOptions

  func assemble(_ service: inout Microservice) async throws {
    let store = try ReportStore(path: try Storage.path("reports.sqlite", service.environment))
    let queue = try Storage.queue(service.environment)
    let billing = service.upstream("billing")
    let logger = service.logger
    service.require("store") { _ = try await store.status("r-0") }
    service.require("queue") { try await queue.check() }

    service.router.post("/billing/reports") { request, _ in
      let requested = try await Wire.body(ReportRequest.self, of: request, expected: #"{"accountId":"acct-001"}"#)
      guard Identifiers.isValid(requested.accountId) else {
        throw HTTPError(
          .unprocessableContent, message: "Expected an accountId such as acct-001, but got '\(requested.accountId.prefix(64))'.")
      }
      let report = ReportStatus(id: Identifiers.make("r"), accountId: requested.accountId, status: "queued", requestedAt: Wire.now())
      try await store.add(report)
      try await queue.publish(
        topic: ReportRequested.topic, body: try Wire.bytes(ReportRequested(reportId: report.id, accountId: report.accountId)), headers: [:])
      logger.info("Queued report \(report.id) for account \(report.accountId)", metadata: ["reportId": .string(report.id)])
      return EditedResponse(status: .accepted, headers: [.location: "/billing/reports/\(report.id)", .retryAfter: "1"], response: report)
    }
    service.router.get("/billing/reports/:id") { _, context in
      let id = try Wire.parameter("id", context)
      guard let report = try await store.status(id) else { throw noReport(id) }
      logger.info("Report \(id): \(report.status)", metadata: ["reportId": .string(id)])
      return report
    }
    service.router.get("/billing/reports/:id/result") { _, context in
      let id = try Wire.parameter("id", context)
      guard let report = try await store.status(id) else { throw noReport(id) }
      if let reason = report.reason {
        throw HTTPError(.gone, message: "Report \(id) has failed: \(reason). Request another one.")
      }
      guard let result = try await store.result(id) else {
        throw HTTPError(.conflict, headers: [.retryAfter: "1"], message: "Report \(id) is \(report.status): try again later.")
      }
      logger.info("Report \(id): result sent", metadata: ["reportId": .string(id)])
      return result
    }

    service.consume(ReportRequested.topic, from: queue) { message in
      let requested = try Wire.decode(ReportRequested.self, message.body)
      logger.info(
        "Building report \(requested.reportId) for account \(requested.accountId)", metadata: ["reportId": .string(requested.reportId)])
      let result: ReportResult
      do {
        result = try await Self.make(requested, billing)
      } catch let error where error is ReportRefused || message.isLastDelivery {
        try await store.fail(requested.reportId, reason: String(describing: error))
        throw error
      }
      try await store.finish(result)
      logger.info(
        "Finished report \(requested.reportId): \(result.entryCount) entries", metadata: ["reportId": .string(requested.reportId)])
    }
  }

  private static func make(_ requested: ReportRequested, _ billing: Upstream) async throws -> ReportResult {
    let path = "/billing/accounts/\(requested.accountId)"
    let response = try await billing.send(.get, path)
    if Wire.isPermanent(response.status) {
      throw ReportRefused(reason: "upstream billing returned \(response.status) for account \(requested.accountId)")
    }
    guard response.status == 200 else {
      throw ReportFailed(
        report: requested.reportId, reason: "upstream billing returned \(response.status) for account \(requested.accountId)")
    }
    let account = try Wire.decode(Account.self, response.body.readableBytesView)
    let list = try await billing.send(.get, path + "/entries?limit=500")
    guard list.status == 200 else {
      throw ReportFailed(report: requested.reportId, reason: "upstream billing returned \(list.status) for its entries")
    }
    let entries = try Wire.decode(Items<Entry>.self, list.body.readableBytesView).items
    return ReportResult(
      reportId: requested.reportId, accountId: requested.accountId, balanceCents: account.balanceCents, entryCount: account.entryCount,
      largestEntryCents: entries.map(\.amountCents).max() ?? 0)
  }

  private func noReport(_ id: String) -> HTTPError { HTTPError(.notFound, message: "Report '\(id)' not found.") }
}

/// No further attempt can make this report.
struct ReportRefused: PermanentFailure, CustomStringConvertible {
  var reason: String
  var description: String { reason }
}

struct ReportFailed: Error, CustomStringConvertible {
  var report: String
  var reason: String
  var description: String { "report \(report): \(reason)" }
}

struct ReportStore: Sendable {
  private let database: DatabasePool

  init(path: String) throws {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1 reports") { db in
      try db.execute(
        sql: """
          CREATE TABLE reports (
            id TEXT PRIMARY KEY,
            account_id TEXT NOT NULL,
            requested_at TEXT NOT NULL,
            balance_cents INTEGER,
            entry_count INTEGER,
            largest_entry_cents INTEGER
          ) WITHOUT ROWID;
          """)
    }
    migrator.registerMigration("2 failures") { db in try db.execute(sql: "ALTER TABLE reports ADD COLUMN failure TEXT") }
    database = try SharedDatabase.open(path, durable: true, migrations: migrator)
  }

  func add(_ report: ReportStatus) async throws {
    try await database.write { db in
      try db.execute(
        sql: "INSERT INTO reports (id, account_id, requested_at) VALUES (?, ?, ?)",
        arguments: [report.id, report.accountId, report.requestedAt])
    }
  }

  func finish(_ result: ReportResult) async throws {
    try await database.write { db in
      try db.execute(
        sql: "UPDATE reports SET balance_cents = ?, entry_count = ?, largest_entry_cents = ?, failure = NULL WHERE id = ?",
        arguments: [result.balanceCents, result.entryCount, result.largestEntryCents, result.reportId])
    }
  }

  /// A report that is done stays so.
  func fail(_ id: String, reason: String) async throws {
    try await database.write { db in
      try db.execute(sql: "UPDATE reports SET failure = ? WHERE id = ? AND balance_cents IS NULL", arguments: [reason, id])
    }
  }

  func status(_ id: String) async throws -> ReportStatus? {
    try await database.read { db in
      try Row.fetchOne(db, sql: "SELECT * FROM reports WHERE id = ?", arguments: [id]).map { row in
        let isDone = row["balance_cents"] as Int? != nil
        let failure: String? = row["failure"]
        return ReportStatus(
          id: id, accountId: row["account_id"], status: isDone ? "done" : failure == nil ? "queued" : "failed",
          requestedAt: row["requested_at"], result: isDone ? "/billing/reports/\(id)/result" : nil, reason: failure)
      }
    }
  }

  func result(_ id: String) async throws -> ReportResult? {
    try await database.read { db in
      try Row.fetchOne(db, sql: "SELECT * FROM reports WHERE id = ? AND balance_cents IS NOT NULL", arguments: [id]).map { row in
        ReportResult(
          reportId: id, accountId: row["account_id"], balanceCents: row["balance_cents"], entryCount: row["entry_count"],
          largestEntryCents: row["largest_entry_cents"])
      }
    }
  }
}
