import Application
import Foundation
import JSONBytes
import StrictYAML
import Testing

private let invoices = """
  name: invoices
  namespace: accounting
  services:
    - {name: gateway, port: 9000}
    - {name: archive}
  values:
    - {name: customer, from: 7, to: 9, prefix: c-, digits: 3}
    - {name: pages, from: 1, to: 2}
  requests:
    - name: file-invoice
      service: gateway
      method: PUT
      path: /invoices/${id}
      headers: {idempotency-key: "key-${id}"}
      body:
        customer: ${customer}
        pages: ${pages}
      status: 202
      hops: [gateway, archive]
    - name: read-invoice
      service: gateway
      route: /invoices/{id}
      follows: file-invoice
  traffic:
    - {request: file-invoice, share: 3}
    - {request: read-invoice}
  """

@Suite("App profile")
struct AppProfileTests {
  @Test("the shipped profile has no findings")
  func shipped() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../ReferenceApp/app.yaml")
    let (profile, diagnostics) = AppProfileParser.parse(try String(contentsOf: file, encoding: .utf8), file: "app.yaml")
    #expect(diagnostics.isEmpty, "\(diagnostics.map(\.text))")
    let read = try #require(profile)
    #expect(read.followedRequests.map(\.name) == ["place-order", "ask-for-report"])
    #expect(read.operators?.port == 8081)
  }

  @Test("a request is filled from the profile's values and its own id")
  func filled() throws {
    let profile = try #require(AppProfileParser.parse(invoices, file: "app.yaml").profile)
    let request = try profile.request(named: "file-invoice")
    let sent = request.filled(profile.firstValues(id: "r1"))
    #expect(sent.path == "/invoices/r1")
    #expect(sent.headers == [NamedRequest.Header("idempotency-key", "key-r1")])
    #expect(String(decoding: sent.body, as: UTF8.self) == #"{"customer":"c-007","pages":1}"#)
    #expect(request.port == 9000 && request.display == "PUT /invoices/${id}")
    #expect(request.isSuccess(202) && !request.isSuccess(200))
    #expect(throws: UnknownRequest.self) { try profile.request(named: "file-invoce") }
    #expect(
      UnknownRequest(name: "file-invoce", known: ["file-invoice"]).sentence
        == "the app profile has no request 'file-invoce', it has file-invoice; did you mean 'file-invoice'?")
    var random = SystemRandomNumberGenerator()
    for _ in 0..<20 {
      let drawn = profile.drawnValues(id: "r", using: &random)
      #expect(["c-007", "c-008", "c-009"].contains(drawn.values["customer"]))
    }
  }

  @Test("traffic is spread evenly by its shares; the share of a service that is not there goes to the rest")
  func cycle() throws {
    let profile = try #require(AppProfileParser.parse(invoices, file: "app.yaml").profile)
    let cycle = TrafficCycle(profile, services: ["gateway"])
    #expect(
      (1...8).map { cycle.request($0)?.name } == [
        "file-invoice", "file-invoice", "read-invoice", "file-invoice", "file-invoice", "file-invoice", "read-invoice", "file-invoice",
      ])
    #expect(TrafficCycle(profile, services: ["archive"]).isEmpty)
    #expect(TrafficCycle(profile, services: []).request(1) == nil)
  }

  @Test("every error of a bad profile at once")
  func bad() {
    let text = """
      name: x
      namspace: y
      services:
        - {name: a, port: 80800}
        - {name: b}
      values: [{name: v, from: 3, to: 2}]
      requests:
        - {name: r, service: b, path: x, body: "${w}"}
        - {name: s, service: c}
      traffic: [{request: t}]
      """
    let (profile, diagnostics) = AppProfileParser.parse(text, file: "p")
    #expect(profile == nil)
    #expect(
      diagnostics.map { "\($0.line): \($0.message)\($0.suggestion.map { " ~\($0)" } ?? "")" } == [
        "1: the file: an app profile needs 'namespace' (text): the namespace it runs in",
        "2: unknown key 'namspace' in an app profile ~namespace",
        "4: services[0].port: expected a whole number from 1 to 65535, came the number 80800",
        "6: to: expected 3 or more, came the number 2",
        "8: service 'b' has no port, so nothing can be sent to it",
        "8: path: expected a leading slash, came 'x'",
        "8: nothing sets '${w}'",
        "9: a request needs 'path', or 'follows' with the request whose Location it goes to",
        "9: there is no service 'c'",
        "10: there is no request 't'",
      ])
  }
}
