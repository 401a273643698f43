import Application
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import JSONBytes
import Load
import NIOCore
import Synchronization
import Testing

@Suite("Traffic by an app profile")
struct TrafficTests {
  /// What the server saw, as `METHOD path body`.
  private final class Seen: Sendable {
    private let lines = Mutex<[String]>([])
    func add(_ line: String) { lines.withLock { $0.append(line) } }
    var all: [String] { lines.withLock { $0 } }
  }

  @Test("clients of another application behave as its profile says, and come back to the Location of an earlier answer")
  func another() async throws {
    let text = """
      name: invoices
      namespace: accounting
      services: [{name: gateway, port: 9000}]
      values: [{name: customer, from: 7, to: 7}]
      requests:
        - name: file-invoice
          service: gateway
          method: PUT
          path: /invoices/${id}
          headers: {content-type: application/json}
          body:
            customer: ${customer}
        - name: read-invoice
          service: gateway
          route: /invoices/{id}
          follows: file-invoice
      traffic: [{request: read-invoice}]
      """
    let profile = try #require(AppProfileParser.parse(text, file: "app.yaml").profile)
    let seen = Seen()
    let id = HTTPField.Name("x-request-id") ?? .server
    let router = Router()
    router.put("/invoices/:id") { request, _ in
      let body = try await request.body.collect(upTo: 1024)
      seen.add("PUT \(request.uri.path == "/invoices/\(request.headers[id] ?? "")") \(String(buffer: body))")
      return Response(status: .accepted, headers: [.location: request.uri.path, id: request.headers[id] ?? ""])
    }
    router.get("/invoices/:id") { request, _ in
      seen.add("GET \(request.uri.path)")
      return Response(status: .ok, headers: [id: request.headers[id] ?? ""])
    }
    let server = Hummingbird.Application(router: router)
    try await server.test(.live) { client in
      let port = try #require(client.port)
      let options = TrafficOptions(
        profile: profile, services: ["gateway": "http://127.0.0.1:\(port)"], requests: 4, concurrency: 1, idPrefix: "t")
      let summary = await (try TrafficGenerator(options)).run()
      #expect(summary.sent == 4 && summary.failed == 0, "\(summary.failures)")
      #expect(summary.byStatus == [202: 2, 200: 2])
      let filed = try #require(summary.lastIDsByRequest["file-invoice"])
      #expect(
        seen.all == [
          #"PUT true {"customer":7}"#, "GET /invoices/\(filed[0])", #"PUT true {"customer":7}"#, "GET /invoices/\(filed[1])",
        ])
    }
  }

  @Test("requests that get no answer are counted beside the statuses")
  func unanswered() async throws {
    let text = """
      name: invoices
      namespace: accounting
      services: [{name: gateway, port: 9000}]
      requests: [{name: read, service: gateway, path: /}]
      traffic: [{request: read}]
      """
    let profile = try #require(AppProfileParser.parse(text, file: "app.yaml").profile)
    let options = TrafficOptions(
      profile: profile, services: ["gateway": "http://127.0.0.1:1"], requests: 3, concurrency: 1, idPrefix: "t")
    let summary = await (try TrafficGenerator(options)).run()
    #expect(summary.sent == 3 && summary.unanswered == 3 && summary.byStatus.isEmpty)
    #expect(summary.outcomes == "3 × no answer")
  }
}
