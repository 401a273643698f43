import Foundation
import Glibc
import JSONBytes
import TestSupport
import Testing

/// An attack on the reference app as it runs on a ground, kept as a drill: no request within another, no forged record, no pod that restarts,
/// one order for one key, and one entry for each order.
@Suite("Attack on the app", .serialized, .onGround, .timeLimit(.minutes(10)))
struct AttackAppTests {
  private var ground: GroundFixture { get throws { try #require(GroundFixture.current) } }

  /// No container was started again, and an order is placed in its time.
  private func stands(_ ground: GroundFixture, _ shop: ShopClient, _ what: String) throws {
    let restarts = try ground.list("/api/v1/namespaces/shop/pods").flatMap { pod in
      (pod.at("status", "containerStatuses")?.arrayValue ?? []).compactMap { $0["restartCount"]?.intValue }
    }
    #expect(restarts.allSatisfy { $0 == 0 }, "after \(what) containers were restarted")
    let began = ContinuousClock.now
    let answer = shop.send([ShopClient.order(key: "stands-\(UUID().uuidString)", account: "acct-001")], seconds: 10).first ?? nil
    #expect(answer?.status == 201, "after \(what) no order is placed")
    #expect(ContinuousClock.now - began < .seconds(5), "after \(what) an order takes long")
  }

  /// Every record of the services is one by the standard, and none is of a request that nobody sent.
  private func recordsAreTrue(_ ground: GroundFixture) async throws {
    let check = try ground.periplus("check", "logging.records-valid")
    #expect(check.status == 0, "\(check.output)")
    for forged in ["SMUGGLED", "FORGED", "TRAILED"] {
      #expect(try ground.periplus("logs", "--request-id", forged, "--json").lines.isEmpty, "a record of \(forged)")
    }
  }

  private static let hidden = "GET /orders/hidden HTTP/1.1\r\nHost: a\r\nx-request-id: SMUGGLED\r\n\r\n"

  /// Framings that two parsers could take for different requests (RFC 9112, 6.3 and 11.2). All are refused.
  private static let ambiguous = [
    "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n5c\r\n" + String(repeating: "x", count: 0x5C) + "\r\n0\r\n\r\n",
    "Content-Length: 0\r\nContent-Length: \(hidden.utf8.count)\r\n\r\n", "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
    "Content-Length: 2, 2\r\n\r\n{}", "Content-Length: +2\r\n\r\n{}", "Content-Length : 2\r\n\r\n{}", "Content-Length: 0x2\r\n\r\n{}",
    "Content-Length: -1\r\n\r\n{}", "Content-Length: 18446744073709551616\r\n\r\n{}",
    "X-Y: a\r\n b\r\nContent-Length: 2\r\n\r\n{}", "Content-Length: 2\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
    "X-Y: a\nContent-Length: 2\r\n\r\n{}", "X-Y: a\rContent-Length: 2\r\n\r\n{}", "X-Y: a\0b\r\nContent-Length: 2\r\n\r\n{}",
    "X Y: a\r\nContent-Length: 2\r\n\r\n{}", "Transfer-Encoding: xchunked\r\nContent-Length: 2\r\n\r\n{}",
    "Transfer-Encoding: chunked, identity\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "Transfer-Encoding: chunked\r\n\r\n2\n{}\n0\n\n", "Transfer-Encoding: chunked\r\n\r\n-1\r\n{}\r\n0\r\n\r\n",
    "Transfer-Encoding: chunked\r\n\r\n2;\n{}\r\n0\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n10000000000000002\r\n{}\r\n0\r\n\r\n",
    "Transfer-Encoding: chunked\r\n\r\n2\r\n{}{}\r\n0\r\n\r\n",
    "Transfer-Encoding: chunked\r\n\r\n2;a=b\r\n{}\r\n0;c\r\nx-request-id: TRAILED\r\nContent-Length: 7\r\n\r\n",
    "Transfer-Encoding: chunked\r\n\r\n2;\(String(repeating: "a", count: 1_000_000))\r\n{}\r\n0\r\n\r\n",
  ]

  @Test("no request hides in another")
  func smuggling() async throws {
    let ground = try ground
    try await ground.eventually(within: 60, "all deployments are ready") { try ground.allReady() }
    let shop = try ShopClient(ground)
    for framing in Self.ambiguous {
      let connection = try shop.connection()
      connection.send("POST /orders HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\(framing)\(Self.hidden)".utf8)
      let statuses = ShopClient.statuses(connection.receive(seconds: 5))
      #expect(statuses.first == 400 && statuses.count <= 1, "\(framing.prefix(80)): \(statuses)")
    }
    // A message of HTTP/1.0 that is chunked is answered at most, and its connection ended.
    let old = try shop.connection()
    old.send("POST /orders HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n\(Self.hidden)".utf8)
    let statuses = ShopClient.statuses(old.receive(seconds: 5))
    #expect(statuses.allSatisfy { $0 == 400 }, "\(statuses)")
    // A body that ends early; targets that are no path; a thousand requests on one connection.
    for (request, status) in [
      ("POST /orders HTTP/1.1\r\nHost: a\r\nContent-Length: 50\r\n\r\n{}", 400),
      ("POST /orders HTTP/1.1\r\nHost: a\r\nContent-Length: 50000\r\n\r\n{}", 400), ("GET /orders HT", 400),
      ("CONNECT evil:80 HTTP/1.1\r\nHost: a\r\n\r\n", 404), ("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 404),
      ("GET http://evil/orders/x HTTP/1.1\r\nHost: a\r\n\r\n", 404), ("GET /orders\u{1b}[31m HTTP/1.1\r\nHost: a\r\n\r\n", 400),
      ("GET /orders/%0d%0aX:%20y%1b%5b2J HTTP/1.1\r\nHost: a\r\n\r\n", 404),
      ("GET /\(String(repeating: "a", count: 100_000)) HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    ] {
      let connection = try shop.connection()
      connection.send(request.utf8)
      connection.endOutput()
      let statuses = ShopClient.statuses(connection.receive(seconds: 5))
      #expect(statuses == [status], "\(request.prefix(60)): \(statuses)")
    }
    let many = try shop.connection()
    many.send(String(repeating: "GET /orders/x HTTP/1.1\r\nHost: a\r\n\r\n", count: 1000).utf8)
    many.endOutput()
    let answered = ShopClient.statuses(many.receive(seconds: 10))
    #expect(answered == Array(repeating: 404, count: 1000), "\(answered.count)")
    try stands(ground, shop, "ambiguous requests")
    try await recordsAreTrue(ground)
  }

  @Test("headers and bodies that come a byte a second, and bodies of 100 MB, hold up nobody and take no memory")
  func trickles() async throws {
    let ground = try ground
    try await ground.eventually(within: 60, "all deployments are ready") { try ground.allReady() }
    let shop = try ShopClient(ground)
    let pods = ground.processes().filter { $0.command.contains("reference-app orders") }.map(\.pid)
    let before = pods.map { AttackTests.resident($0) }.reduce(0, +)
    var limit = rlimit(rlim_cur: 8192, rlim_max: 8192)
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    let head = Array("POST /orders HTTP/1.1\r\nHost: a\r\nContent-Length: 400\r\n\r\n".utf8)
    let slow = (0..<Drill.connections).compactMap { _ in RawConnection(shop.orders, port: 8080) }
    #expect(slow.count == Drill.connections)
    for second in 0..<5 {
      for (index, connection) in slow.enumerated() {
        connection.send(index.isMultiple(of: 2) ? [head[second]] : second == 0 ? head : [0x20])
      }
      try stands(ground, shop, "\(slow.count) trickles of \(second + 1) s")
      try await ContinuousClock().sleep(for: .seconds(1))
    }
    let chunk = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 16)
    let framed = Array("10000\r\n".utf8) + chunk + [0x0D, 0x0A]
    for (target, fields, part, status) in [
      ("POST /orders", "Content-Length: \(100 << 20)", chunk, 413), ("POST /orders", "Transfer-Encoding: chunked", framed, 413),
      ("GET /orders", "Content-Length: \(100 << 20)", chunk, 200), ("POST /nothing", "Content-Length: \(100 << 20)", chunk, 404),
    ] {
      let connection = try shop.connection()
      connection.send("\(target) HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\r\n".utf8)
      // The server may have closed the connection by now.
      for _ in 0..<1600 where !connection.send(part) { break }
      let statuses = ShopClient.statuses(connection.receive(seconds: 1))
      #expect(statuses.isEmpty || statuses == [status], "\(target) \(fields): \(statuses)")
    }
    let grown = pods.map { AttackTests.resident($0) }.reduce(0, +) - before
    #expect(grown < (100 << 20) + Drill.connections * 100_000, "the pods of orders grew by \(grown >> 20) MiB")
    withExtendedLifetime(slow) {}
    try stands(ground, shop, "bodies of 100 MB")
  }

  @Test("request ids, keys and bodies of any shape forge no record")
  func forgery() async throws {
    let ground = try ground
    try await ground.eventually(within: 60, "all deployments are ready") { try ground.allReady() }
    let shop = try ShopClient(ground)
    let forged =
      #"{"@timestamp":"2026-01-01T00:00:00.000Z","logLevel":"INFO","logMessage":"x","logRequestId":"FORGED","logService":"orders"}"#
    for id in [
      "a\r\n\(forged)", "a\n\(forged)", String(repeating: "x", count: 10_240), "\u{1b}[2J", "\u{202e}", "\u{0}", "a\tb", "..", "\"}{",
      "%0d%0a",
      forged,
    ] {
      let connection = try shop.connection()
      connection.send("GET /orders/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\nx-request-id: \(id)\r\n\r\n".utf8)
      let text = String(decoding: connection.receive(seconds: 5), as: UTF8.self)
      let echoed = text.lowercased().split(separator: "\r\n").first { $0.hasPrefix("x-request-id: ") }?.dropFirst(14) ?? ""
      #expect([404, 400].contains(ShopClient.statuses(Array(text.utf8)).first ?? 0), "\(id.prefix(40))")
      #expect(echoed.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) }, "\(echoed)")
    }
    var random = Drill.random("attack on the app")
    let bodies =
      [
        String(repeating: "[", count: 4000), "NaN", "1e999", "\"\\ud800\"", "\n\(forged)\n", forged, "{\"\u{1b}\":1}",
        "{\"accountId\":\"a\\n\(forged.replacingOccurrences(of: "\"", with: "\\\""))\",\"itemId\":\"i\",\"quantity\":1}",
        #"{"accountId":"acct-001","itemId":"item-01","quantity":9223372036854775808}"#,
      ].map { Array($0.utf8) } + (0..<20).map { _ in (0..<300).map { _ in UInt8.random(in: 0...255, using: &random) } }
    for body in bodies {
      for path in ["/orders", "/billing/accounts/acct-002/entries"] {
        let connection = try shop.connection(path == "/orders" ? shop.orders : shop.billing)
        connection.send("POST \(path) HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: \(body.count)\r\n\r\n".utf8)
        connection.send(body)
        let status = ShopClient.statuses(connection.receive(seconds: 5)).first ?? 0
        #expect(status == 400 || status == 422, "\(String(decoding: body.prefix(60), as: UTF8.self)): \(status)")
      }
    }
    for key in ["", String(repeating: "x", count: 256), "a b", "\u{1b}[31m", "ü", "k\r\nIdempotency-Key: l"] {
      let answer = shop.send([ShopClient.order(key: key)]).first ?? nil
      #expect(answer?.status == 400, "\(key.prefix(20)): \(answer?.status ?? 0)")
    }
    try stands(ground, shop, "forged ids")
    try await recordsAreTrue(ground)
  }

  @Test("many orders at once under one key are one order")
  func oneKey() async throws {
    let ground = try ground
    try await ground.eventually(within: 60, "all deployments are ready") { try ground.allReady() }
    let shop = try ShopClient(ground)
    let key = "one-\(UUID().uuidString)"
    let answers = shop.send(Array(repeating: ShopClient.order(key: key, account: "acct-199"), count: Drill.orders))
    #expect(answers.allSatisfy { $0?.status == 201 }, "\(answers.filter { $0?.status != 201 }.count) of \(answers.count) were not accepted")
    let ids = Set(answers.compactMap { $0?.body["id"]?.stringValue })
    let replayed = answers.filter { $0?.text.lowercased().contains("idempotent-replayed: true") == true }.count
    #expect(ids.count == 1 && replayed == Drill.orders - 1, "\(ids), \(replayed) replayed")
    let other = shop.send([ShopClient.order(key: key, account: "acct-198")]).first ?? nil
    #expect(other?.status == 422, "another order under the same key: \(other?.status ?? 0)")
    try await ground.eventually(within: 30, "the order is booked once") { try shop.bookedOrders(of: "acct-199") == Array(ids) }
  }

  @Test("an order that was accepted is booked once, whatever is killed meanwhile")
  func orderKills() async throws {
    let ground = try ground
    try await ground.eventually(within: 60, "all deployments are ready") { try ground.allReady() }
    let shop = try ShopClient(ground)
    var random = Drill.random("orders under kills")
    var accepted: Set<String> = []
    var unanswered: [String] = []
    let began = ContinuousClock.now
    func round(_ keys: [String], kills: Bool) throws {
      let answers = shop.send(keys.map { ShopClient.order(key: $0) }, seconds: 10) {
        guard kills else { return }
        var pause = timespec(tv_sec: 0, tv_nsec: Int.random(in: 0...60_000_000, using: &random))
        nanosleep(&pause, nil)
        for service in ["orders", "ledger"] {
          let victims = ground.processes().filter { $0.command.contains("reference-app \(service)") }
          if let victim = victims.randomElement(using: &random) { kill(victim.pid, SIGKILL) }
        }
      }
      unanswered = []
      for (key, answer) in zip(keys, answers) {
        if answer?.status == 201, let id = answer?.body["id"]?.stringValue { accepted.insert(id) } else { unanswered.append(key) }
        let isHonest = answer.map { [201, 502, 503, 504].contains($0.status) } ?? true
        #expect(isHonest, "\(key): \(answer?.status ?? 0)")
      }
    }
    for number in 0..<Drill.orderKills {
      // Who got no answer asks again with its key.
      try round(unanswered + (0..<8).map { "kill-\(number)-\($0)" }, kills: true)
    }
    while !unanswered.isEmpty, ContinuousClock.now - began < .seconds(60 + 5 * Drill.orderKills) {
      try round(unanswered, kills: false)
      try await ContinuousClock().sleep(for: .milliseconds(500))
    }
    #expect(unanswered.isEmpty, "never accepted: \(unanswered)")
    #expect(accepted.count == min(8 * Drill.orderKills, 500))
    var booked: [String] = []
    try await ground.eventually(within: 120, "every order is booked") {
      booked = try shop.bookedOrders(of: "acct-200")
      return accepted.isSubset(of: booked)
    }
    #expect(Set(booked) == accepted && booked.count == accepted.count, "\(booked.count) entries of \(accepted.count) orders")
  }
}
