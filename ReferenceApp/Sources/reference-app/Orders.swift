import ArgumentParser
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import ServiceKit

/// Places orders and publishes `order.placed`.
struct Orders: ShopService {
  static let configuration = CommandConfiguration(
    abstract: "Orders: POST /orders with an Idempotency-Key, GET /orders, /orders/{id}.")
  static let type = "sales"

  @OptionGroup var options: CommonOptions

  func assemble(_ service: inout Microservice) async throws {
    let store = try OrderStore(path: try Storage.path("orders.sqlite", service.environment))
    let queue = try Storage.queue(service.environment)
    let placement = OrderPlacement(
      store: store, queue: queue, catalog: service.upstream("catalog"), billing: service.upstream("billing"), logger: service.logger)
    let logger = service.logger
    service.require("store") { _ = try await store.latest(limit: 1) }
    service.require("queue") { try await queue.check() }

    service.router.post("/orders") { request, _ in
      let requested = try await Wire.body(
        OrderRequest.self, of: request, expected: #"{"accountId":"acct-001","itemId":"item-01","quantity":2}"#)
      let (order, isNew) = try await placement.place(requested, key: try Self.key(request))
      var headers: HTTPFields = [.location: "/orders/\(order.id)"]
      if !isNew { headers[.idempotentReplayed] = "true" }
      return EditedResponse(status: .created, headers: headers, response: order)
    }
    service.router.get("/orders") { request, _ in
      let orders = try await store.latest(limit: try Wire.limit(request))
      logger.info("Listed \(orders.count) orders")
      return Items(items: orders)
    }
    service.router.get("/orders/:id") { _, context in
      let id = try Wire.parameter("id", context)
      guard let order = try await store.order(id) else { throw HTTPError(.notFound, message: "Order '\(id)' not found.") }
      logger.info("Order \(id): \(order.status)", metadata: ["orderId": .string(id)])
      return order
    }
    service.inBackground("order outbox") { state in await placement.publishOutbox(until: state) }
  }

  /// The client's key, so that a retry places no second order; a request without one gets a key of its own.
  private static func key(_ request: Request) throws -> String {
    guard let key = request.headers[.idempotencyKey] else { return "once:" + CurrentRequest.makeID() }
    guard (1...255).contains(key.utf8.count), key.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
      throw HTTPError(.badRequest, message: "Expected an Idempotency-Key of 1 to 255 visible ASCII characters.")
    }
    return key
  }
}

extension HTTPField.Name {
  static let idempotencyKey = named("Idempotency-Key")
  static let idempotentReplayed = named("Idempotent-Replayed")

  private static func named(_ text: String) -> HTTPField.Name {
    guard let name = HTTPField.Name(text) else { preconditionFailure("\(text) is a valid field name") }
    return name
  }
}

/// Checks, stores and publishes an order.
struct OrderPlacement: Sendable {
  let store: OrderStore
  let queue: EmbeddedQueue
  let catalog: Upstream
  let billing: Upstream
  let logger: Logger

  /// One order per key, however many requests have it, also concurrent ones.
  func place(_ requested: OrderRequest, key: String) async throws -> (Order, isNew: Bool) {
    guard (1...1000).contains(requested.quantity), Identifiers.isValid(requested.itemId), Identifiers.isValid(requested.accountId) else {
      throw HTTPError(.unprocessableContent, message: "Expected a quantity from 1 to 1000, an itemId and an accountId.")
    }
    if let known = try await store.order(key: key) {
      let order = try same(known, requested)
      // The replica that stored it may have crashed before it published.
      try await publishIfNeeded(order)
      return (order, false)
    }

    let price = try await self.price(of: requested.itemId)
    try await checkAccount(requested.accountId)
    let order = Order(
      id: Identifiers.make("o"), accountId: requested.accountId, itemId: requested.itemId, quantity: requested.quantity,
      unitPriceCents: price,
      totalCents: price * requested.quantity, status: "placed", createdAt: Wire.now())
    let kept = try await store.insert(order, key: key, requestID: CurrentRequest.id)
    guard kept.id == order.id else { return (try same(kept, requested), false) }
    logger.info(
      "Placed order \(order.id): \(order.quantity) × \(order.itemId) for account \(order.accountId), \(order.totalCents) cents",
      metadata: ["orderId": .string(order.id), "accountId": .string(order.accountId), "totalCents": .stringConvertible(order.totalCents)])
    try await publishIfNeeded(order)
    return (order, true)
  }

  private func same(_ known: Order, _ requested: OrderRequest) throws -> Order {
    guard known.accountId == requested.accountId, known.itemId == requested.itemId, known.quantity == requested.quantity else {
      throw HTTPError(.unprocessableContent, message: "This Idempotency-Key was used for another order: use a new key for a new order.")
    }
    logger.info("Idempotency key already used, returning order \(known.id)", metadata: ["orderId": .string(known.id)])
    return known
  }

  private func price(of item: String) async throws -> Int {
    let response = try await catalog.send(.get, "/catalog/items/\(item)")
    switch response.status {
    case 200: return try Wire.decode(CatalogItem.self, response.body.readableBytesView).priceCents
    case 404: throw HTTPError(.unprocessableContent, message: "Item '\(item)' not found in the catalog.")
    default: throw catalog.unexpected(response)
    }
  }

  private func checkAccount(_ id: String) async throws {
    let response = try await billing.send(.get, "/billing/accounts/\(id)")
    switch response.status {
    case 200: return
    case 404: throw HTTPError(.unprocessableContent, message: "Account '\(id)' not found.")
    default: throw billing.unexpected(response)
    }
  }

  /// The order is stored before its message is published; ``publishOutbox(until:)`` publishes what a crash left between the two. A message
  /// may be published twice, so its consumers must be idempotent.
  private func publishIfNeeded(_ order: Order) async throws {
    guard try await !store.isPublished(order.id) else { return }
    try await publish(order)
  }

  private func publish(_ order: Order) async throws {
    let message = OrderPlaced(orderId: order.id, accountId: order.accountId, totalCents: order.totalCents)
    try await queue.publish(topic: OrderPlaced.topic, body: try Wire.bytes(message), headers: [:])
    try await store.markPublished(order.id)
    logger.info("Published \(OrderPlaced.topic): order \(order.id)", metadata: ["orderId": .string(order.id)])
  }

  /// Every three seconds publishes the orders that were stored five seconds ago or earlier and never published.
  func publishOutbox(until state: ServiceState) async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await state.untilDraining() }
      group.addTask {
        while !Task.isCancelled {
          do { try await Task.sleep(for: .seconds(3)) } catch { return }
          await publishStored()
        }
      }
      await group.next()
      group.cancelAll()
    }
  }

  private func publishStored() async {
    do {
      for (order, requestID) in try await store.unpublished(olderThan: .seconds(5)) {
        try await CurrentRequest.$id.withValue(requestID) {
          logger.warning("Order \(order.id) was stored but not published, publishing it now", metadata: ["orderId": .string(order.id)])
          try await publish(order)
        }
      }
    } catch is CancellationError {
    } catch {
      logger.warning("Publishing stored orders failed, next attempt in 3 s: \(error)")
    }
  }
}
