import Hummingbird

/// Money is in cents everywhere.
struct CatalogItem: ResponseCodable, Sendable {
  var id: String
  var name: String
  var priceCents: Int
}

struct OrderRequest: Codable, Sendable {
  var accountId: String
  var itemId: String
  var quantity: Int
}

struct Order: ResponseCodable, Sendable {
  var id: String
  var accountId: String
  var itemId: String
  var quantity: Int
  var unitPriceCents: Int
  var totalCents: Int
  var status: String
  var createdAt: String
}

/// The message `order.placed`.
struct OrderPlaced: Codable, Sendable {
  static let topic = "order.placed"

  var orderId: String
  var accountId: String
  var totalCents: Int
}

struct Account: ResponseCodable, Sendable {
  var id: String
  var balanceCents: Int
  var entryCount: Int
}

struct EntryRequest: Codable, Sendable {
  /// Chosen by the writer: writing the same id again changes nothing.
  var entryId: String
  var orderId: String?
  var amountCents: Int
}

struct Entry: ResponseCodable, Sendable {
  var entryId: String
  var accountId: String
  var orderId: String?
  var amountCents: Int
  var createdAt: String
}

struct ReportRequest: Codable, Sendable {
  var accountId: String
}

/// The message `report.requested`.
struct ReportRequested: Codable, Sendable {
  static let topic = "report.requested"

  var reportId: String
  var accountId: String
}

struct ReportStatus: ResponseCodable, Sendable {
  var id: String
  var accountId: String
  /// `queued`, `done`, `failed`.
  var status: String
  var requestedAt: String
  /// Where the result is, once it is done.
  var result: String?
  /// Why there is no result, once it has failed.
  var reason: String?
}

struct ReportResult: ResponseCodable, Sendable {
  var reportId: String
  var accountId: String
  var balanceCents: Int
  var entryCount: Int
  var largestEntryCents: Int
}

struct Items<Element: Codable & Sendable>: ResponseCodable, Sendable {
  var items: [Element]
}
