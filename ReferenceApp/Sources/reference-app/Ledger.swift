import ArgumentParser
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import ServiceKit

/// Books each placed order once.
struct Ledger: ShopService {
  static let configuration = CommandConfiguration(abstract: "Turns each message order.placed into one entry of its account.")
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
        "Order \(order.orderId) has been placed, and is booked on account \(order.accountId).",
        metadata: [
          "orderId": .string(order.orderId), "messageId": .stringConvertible(message.id),
          "deliveries": .stringConvertible(message.deliveries),
        ])
      // The entry's id comes from the order: a message delivered twice books once.
      let entry = EntryRequest(entryId: "order:\(order.orderId)", orderId: order.orderId, amountCents: order.totalCents)
      let answer = try await billing.send(.post, "/billing/accounts/\(order.accountId)/entries", json: try Wire.buffer(entry))
      switch answer.status {
      case 201:
        logger.info("Order \(order.orderId) is in the books with \(order.totalCents) cents.", metadata: ["orderId": .string(order.orderId)])
      case 200: logger.info("Order \(order.orderId) was in the books already.", metadata: ["orderId": .string(order.orderId)])
      default: throw BookingRefused(order: order.orderId, status: answer.status)
      }
    }
  }
}

struct BookingRefused: Error, CustomStringConvertible {
  var order: String
  var status: Int
  var description: String { "billing answered \(status) to the entry for order \(order)" }
}
