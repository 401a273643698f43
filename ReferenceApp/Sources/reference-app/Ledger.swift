import ArgumentParser
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import ServiceKit

/// Consumes `order.placed`: one entry per order in the account.
struct Ledger: ShopService {
  static let configuration = CommandConfiguration(abstract: "Consumes order.placed: adds one entry per order to its account.")
  static let type = "billing"

  @OptionGroup var options: CommonOptions

  func assemble(_ service: inout Microservice) async throws {
    let queue = try Storage.queue(service.environment)
    let billing = service.upstream("billing")
    let logger = service.logger
    service.require("queue") { try await queue.check() }

    service.consume(OrderPlaced.topic, from: queue) { message in
      let order = try Wire.decode(OrderPlaced.self, message.body)
      logger.info(
        "Received order.placed: order \(order.orderId), account \(order.accountId)",
        metadata: [
          "orderId": .string(order.orderId), "messageId": .stringConvertible(message.id),
          "deliveries": .stringConvertible(message.deliveries),
        ])
      // The entry's id is derived from the order's, so that a message delivered twice adds one entry.
      let entry = EntryRequest(entryId: "order:\(order.orderId)", orderId: order.orderId, amountCents: order.totalCents)
      let response = try await billing.send(.post, "/billing/accounts/\(order.accountId)/entries", json: try Wire.buffer(entry))
      switch response.status {
      case 201:
        logger.info("Booked order \(order.orderId): \(order.totalCents) cents", metadata: ["orderId": .string(order.orderId)])
      case 200: logger.info("Order \(order.orderId) already booked, nothing changed", metadata: ["orderId": .string(order.orderId)])
      case let status where Wire.isPermanent(status): throw EntryRefused(order: order.orderId, status: status)
      case let status: throw EntryRejected(order: order.orderId, status: status)
      }
    }
  }
}

/// The billing service will never take this entry: its account does not exist, or another entry has its id.
struct EntryRefused: PermanentFailure, CustomStringConvertible {
  var order: String
  var status: Int
  var description: String { "upstream billing refused the entry of order \(order) with \(status)" }
}

struct EntryRejected: Error, CustomStringConvertible {
  var order: String
  var status: Int
  var description: String { "upstream billing returned \(status) for the entry of order \(order)" }
}
