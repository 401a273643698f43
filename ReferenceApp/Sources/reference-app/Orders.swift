import ArgumentParser
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import ServiceKit

/// Takes orders.
struct Orders: ShopService {
  static let configuration = CommandConfiguration(
    abstract: "Orders: POST /orders with an Idempotency-Key, GET /orders, /orders/{id}.")
  static let type = "sales"

  @OptionGroup var options: CommonOptions

  func assemble(_ service: inout Microservice) async throws {
    let store = try OrderStore(path: try Storage.path("orders.sqlite", service.environment))
    let queue = try Storage.queue(service.environment)
    let desk = OrderDesk(
      store: store, queue: queue, catalog: service.upstream("catalog"), billing: service.upstream("billing"), logger: service.logger)
    let logger = service.logger
    service.require("store") { _ = try await store.latest(limit: 1) }
    service.require("queue") { try await queue.check() }

    service.router.post("/orders") { request, _ in
      let wanted = try await Wire.body(
        OrderRequest.self, of: request, expected: #"{"accountId":"acct-001","itemId":"item-01","quantity":2}"#)
      let (order, isNew) = try await desk.place(wanted, key: try Self.key(request))
      var headers: HTTPFields = [.location: "/orders/\(order.id)"]
      if !isNew { headers[.idempotentReplayed] = "true" }
      return EditedResponse(status: .created, headers: headers, response: order)
    }
    service.router.get("/orders") { request, _ in
      let orders = try await store.latest(limit: try Wire.limit(request))
      logger.info("The last \(orders.count) orders are shown.")
      return Items(items: orders)
    }
    service.router.get("/orders/:id") { _, context in
      let id = try Wire.parameter("id", context)
      guard let order = try await store.order(id) else { throw HTTPError(.notFound, message: "There is no order '\(id)'.") }
      logger.info("Order \(id) is shown.", metadata: ["orderId": .string(id)])
      return order
    }
    service.inBackground("late announcements") { state in await desk.announceLate(until: state) }
  }

  /// The client's key makes a repeated request harmless; a request without one stands for itself.
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

/// What happens between an order's arrival and its announcement.
struct OrderDesk: Sendable {
  let store: OrderStore
  let queue: EmbeddedQueue
  let catalog: Upstream
  let billing: Upstream
  let logger: Logger

  /// One order for each key, however often and however concurrently it is asked for.
  func place(_ wanted: OrderRequest, key: String) async throws -> (Order, isNew: Bool) {
    guard (1...1000).contains(wanted.quantity), Identifiers.isValid(wanted.itemId), Identifiers.isValid(wanted.accountId) else {
      throw HTTPError(.unprocessableContent, message: "Expected a quantity from 1 to 1000, an itemId and an accountId.")
    }
    if let known = try await store.order(key: key) {
      let order = try same(known, wanted)
      // Its first taker may have died before the announcement.
      try await announceIfNeeded(order)
      return (order, false)
    }

    let price = try await self.price(of: wanted.itemId)
    try await checkAccount(wanted.accountId)
    let order = Order(
      id: Identifiers.make("o"), accountId: wanted.accountId, itemId: wanted.itemId, quantity: wanted.quantity, unitPriceCents: price,
      totalCents: price * wanted.quantity, status: "placed", createdAt: Wire.now())
    let kept = try await store.insert(order, key: key, requestID: CurrentRequest.id)
    guard kept.id == order.id else { return (try same(kept, wanted), false) }
    logger.info(
      "Order \(order.id) is placed: \(order.quantity) × \(order.itemId) for account \(order.accountId), \(order.totalCents) cents.",
      metadata: ["orderId": .string(order.id), "accountId": .string(order.accountId), "totalCents": .stringConvertible(order.totalCents)])
    try await announceIfNeeded(order)
    return (order, true)
  }

  private func same(_ known: Order, _ wanted: OrderRequest) throws -> Order {
    guard known.accountId == wanted.accountId, known.itemId == wanted.itemId, known.quantity == wanted.quantity else {
      throw HTTPError(.unprocessableContent, message: "This Idempotency-Key belongs to another order: take a new key for a new order.")
    }
    logger.info("This was asked before, and is order \(known.id) already.", metadata: ["orderId": .string(known.id)])
    return known
  }

  private func price(of item: String) async throws -> Int {
    let answer = try await catalog.send(.get, "/catalog/items/\(item)")
    switch answer.status {
    case 200: return try Wire.decode(CatalogItem.self, answer.body.readableBytesView).priceCents
    case 404: throw HTTPError(.unprocessableContent, message: "The catalog has no item '\(item)'.")
    default: throw UpstreamError(service: "catalog", reason: "it answered \(answer.status)")
    }
  }

  private func checkAccount(_ id: String) async throws {
    let answer = try await billing.send(.get, "/billing/accounts/\(id)")
    switch answer.status {
    case 200: return
    case 404: throw HTTPError(.unprocessableContent, message: "There is no account '\(id)'.")
    default: throw UpstreamError(service: "billing", reason: "it answered \(answer.status)")
    }
  }

  /// The order is on disk before it is announced; one that was stored and not announced is announced by ``announceLate(until:)``.
  /// It may then be announced twice, which its reader must bear.
  private func announceIfNeeded(_ order: Order) async throws {
    guard try await !store.isAnnounced(order.id) else { return }
    try await announce(order)
  }

  private func announce(_ order: Order) async throws {
    let message = OrderPlaced(orderId: order.id, accountId: order.accountId, totalCents: order.totalCents)
    try await queue.publish(topic: OrderPlaced.topic, body: try Wire.bytes(message), headers: [:])
    try await store.markAnnounced(order.id)
    logger.info("Order \(order.id) is announced as \(OrderPlaced.topic).", metadata: ["orderId": .string(order.id)])
  }

  /// Announces what a process that died between storing and announcing has left behind.
  func announceLate(until state: ServiceState) async {
    var rounds = 0
    while !state.isDraining {
      do { try await Task.sleep(for: .milliseconds(200)) } catch { return }
      rounds += 1
      guard rounds % 15 == 0 else { continue }
      do {
        for (order, requestID) in try await store.unannounced(olderThan: .seconds(5)) {
          try await CurrentRequest.$id.withValue(requestID) {
            logger.warning("Order \(order.id) was stored and never announced.", metadata: ["orderId": .string(order.id)])
            try await announce(order)
          }
        }
      } catch {
        logger.warning("Late announcements must wait: \(error).")
      }
    }
  }
}
