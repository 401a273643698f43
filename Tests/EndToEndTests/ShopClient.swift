import Foundation
import JSONBytes
import Testing

/// A client of the reference app on a ground, which sends what no HTTP library would.
struct ShopClient {
  /// The cluster addresses of the services.
  let orders: String
  let billing: String

  init(_ ground: GroundFixture) throws {
    let api = try RawAPI(ground)
    func address(_ service: String) throws -> String {
      let answer = api.send("GET", "/api/v1/namespaces/shop/services/\(service)")
      return try #require(answer?.body.at("spec", "clusterIP")?.stringValue, "the service \(service) has no address")
    }
    orders = try address("orders")
    billing = try address("billing")
  }

  func connection(_ host: String? = nil) throws -> RawConnection {
    try #require(RawConnection(host ?? orders, port: 8080), "nobody listens at \(host ?? orders)")
  }

  /// The bytes of an order, which always closes its connection.
  static func order(key: String, account: String = "acct-200", quantity: Int = 1, id: String? = nil) -> [UInt8] {
    let body = #"{"accountId":"\#(account)","itemId":"item-01","quantity":\#(quantity)}"#
    let fields = [
      "POST /orders HTTP/1.1", "Host: orders", "Connection: close", "Content-Type: application/json",
      "Content-Length: \(body.utf8.count)", "Idempotency-Key: \(key)",
    ]
    return Array(((fields + (id.map { ["x-request-id: \($0)"] } ?? [])).joined(separator: "\r\n") + "\r\n\r\n" + body).utf8)
  }

  /// The status codes of all answers in what came, in their order.
  static func statuses(_ bytes: [UInt8]) -> [Int] {
    String(decoding: bytes, as: UTF8.self).matches(of: /HTTP\/1\.1 ([0-9]{3})/).compactMap { Int($0.1) }
  }

  /// Sends all at once, each on a connection of its own, does something meanwhile, then takes the answers; `nil` where none came.
  func send(_ requests: [[UInt8]], seconds: Int = 30, meanwhile: () -> Void = {}) -> [(status: Int, body: JSONValue, text: String)?] {
    let connections = requests.map { request in
      let connection = RawConnection(orders, port: 8080)
      connection?.send(request)
      return connection
    }
    meanwhile()
    return connections.map { connection in
      guard let bytes = connection?.receive(seconds: seconds), let answer = RawAPI.answer(bytes) else { return nil }
      return (answer.status, answer.body, String(decoding: bytes, as: UTF8.self))
    }
  }

  /// The orders of the newest entries of an account, of at most 500.
  func bookedOrders(of account: String) throws -> [String] {
    let connection = try connection(billing)
    connection.send("GET /billing/accounts/\(account)/entries?limit=500 HTTP/1.1\r\nHost: billing\r\nConnection: close\r\n\r\n".utf8)
    let answer = RawAPI.answer(connection.receive(seconds: 10))
    return (answer?.body["items"]?.arrayValue ?? []).compactMap { $0["orderId"]?.stringValue }
  }
}
