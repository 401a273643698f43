import Application
import AsyncHTTPClient
import Foundation
import JSONBytes
import Load
import LogStandard
import NIOCore
import NIOHTTP1
import Testing

/// The real executable, from start-up over traffic, faults and a crash to shutdown.
@Suite(.enabled(if: ShopProcesses.executable != nil, "build the product reference-app to run these"), .serialized)
struct ReferenceAppTests {
  @Test func everyLineOfEveryServiceIsARecord() async throws {
    let executable = try #require(ShopProcesses.executable)
    let shop = ShopProcesses()
    defer { shop.cleanUp() }
    for name in ShopProcesses.names { try shop.start(name, executable) }
    for name in ShopProcesses.names { #expect(await shop.until { await shop.isReady(name) }, "\(name) does not get ready") }

    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../ReferenceApp/app.yaml")
    let profile = try #require(AppProfileParser.parse(try String(contentsOf: file, encoding: .utf8), file: "app.yaml").profile)
    let services = Dictionary(uniqueKeysWithValues: profile.services.filter { $0.port != nil }.map { ($0.name, shop.url($0.name)) })
    let summary = await (try TrafficGenerator(TrafficOptions(profile: profile, services: services, requests: 200, concurrency: 8))).run()
    #expect(summary.sent == 200)
    #expect(summary.failed == 0, "\(summary.failures.prefix(3))")
    let order = try #require(summary.lastIDsByRequest["place-order"]?.last)
    #expect(
      await shop.until {
        ["orders", "catalog", "billing", "ledger"].allSatisfy { name in shop.lines(name).contains { $0.contains("\"\(order)\"") } }
      },
      "the order's id is not found at every hop")

    // Faults: errors, stray prints, a client that goes away, then a crash.
    #expect(
      await shop.status("PUT", shop.operatorURL("orders") + "/debug/faults", body: #"{"print":true,"errorRate":1,"latencyMillis":50}"#)
        == 200)
    #expect(await shop.status("GET", shop.url("orders") + "/orders?token=abcdef123456", id: "fault-1") == 500)
    #expect(await shop.status("GET", shop.url("catalog") + "/nosuch", id: "missing-1") == 404)
    // A page of another site can send a POST, but no header of its own.
    #expect(await shop.status("POST", shop.operatorURL("billing") + "/debug/crash") == 403)
    #expect(await shop.status("POST", shop.operatorURL("billing") + "/debug/crash", header: "X-Periplus-Debug") == 202)
    let crash = await shop.end("billing", signal: nil)
    #expect(crash?.signalled == true)
    let impatient = HTTPClientRequest(url: shop.url("orders") + "/orders")
    _ = try? await HTTPClient.shared.execute(impatient, timeout: .milliseconds(5))

    for name in ShopProcesses.names where name != "billing" {
      let end = await shop.end(name)
      #expect(end?.code == 0 && end?.signalled == false, "\(name) ended with \(String(describing: end))")
    }
    for name in ShopProcesses.names {
      let lines = shop.lines(name)
      #expect(lines.count > 4)
      for line in lines { #expect(LogLineValidator.validate(line).isEmpty, "\(name): \(line)") }
      checkCompletions(shop.records(name), name)
    }
    #expect(shop.lines("billing").contains { $0.contains("Fatal error") })
    // What is said about a service that cannot say it any more carries that service's identity.
    let records = shop.records("billing")
    let crashed = try #require(records.last { $0["logMessage"]?.stringValue?.hasPrefix("Service crashed") == true })
    let own = try #require(records.first { $0["logCategory"] == "apiRequest" })
    #expect(crashed["logServiceName"] == "billing" && crashed["logServiceInstance"] == "billing-test")
    for field in ["logServiceName", "logServiceInstance", "logServiceVersion", "logServiceType"] {
      #expect(crashed[field] != nil && crashed[field] == own[field], "\(field)")
    }
    #expect(!shop.lines("orders").contains { $0.contains("abcdef123456") })
    for name in ShopProcesses.names { #expect(!shop.lines(name).contains { $0.contains("healthz") }) }
  }

  private func checkCompletions(_ records: [JSONObject], _ service: String) {
    var open: [String: Int] = [:]
    for record in records {
      let id = record["logRequestId"]?.stringValue ?? ""
      switch record["logCategory"]?.stringValue {
      case "apiRequest": open[id, default: 0] += 1
      case "apiResponse": open[id, default: 0] -= 1
      default: break
      }
    }
    #expect(open.allSatisfy { $0.value == 0 }, "\(service): requests and completions differ for \(open.filter { $0.value != 0 }.keys)")
  }

  @Test func aKeyMakesOneOrderAndAKilledServiceLeavesNobodyBehind() async throws {
    let executable = try #require(ShopProcesses.executable)
    let shop = ShopProcesses()
    defer { shop.cleanUp() }
    for name in ["catalog", "orders", "billing"] { try shop.start(name, executable) }
    for name in ["catalog", "orders", "billing"] { #expect(await shop.until { await shop.isReady(name) }) }

    let url = shop.url("orders") + "/orders"
    @Sendable func place() async throws -> String {
      var request = HTTPClientRequest(url: url)
      request.method = .POST
      request.headers = ["idempotency-key": "k-1"]
      request.body = .bytes(Array(#"{"accountId":"acct-003","itemId":"item-04","quantity":2}"#.utf8))
      let response = try await HTTPClient.shared.execute(request, timeout: .seconds(60))
      #expect(response.status.code == 201)
      let body = try await response.body.collect(upTo: 65536)
      return try JSONValue(parsing: body.readableBytesView).at("id")?.stringValue ?? ""
    }
    let ids = try await withThrowingTaskGroup(of: String.self) { group in
      for _ in 0..<6 { group.addTask { try await place() } }
      return try await group.reduce(into: Set<String>()) { $0.insert($1) }
    }
    #expect(ids.count == 1)

    // Without its first process a service must end at once, and free its addresses.
    let end = await shop.end("orders", signal: SIGKILL)
    #expect(end?.code == SIGKILL)
    #expect(await shop.until { await shop.status("GET", shop.operatorURL("orders") + "/healthz/ping") == nil })
    try shop.start("orders", executable)
    #expect(await shop.until { await shop.isReady("orders") })
    #expect(try await place() == ids.first)
  }

  @Test func anEntryIsOneEntryAndARefusedReportFails() async throws {
    let executable = try #require(ShopProcesses.executable)
    let shop = ShopProcesses()
    defer { shop.cleanUp() }
    for name in ["billing", "reports"] { try shop.start(name, executable) }
    for name in ["billing", "reports"] { #expect(await shop.until { await shop.isReady(name) }) }

    let entries = { (account: String) in shop.url("billing") + "/billing/accounts/\(account)/entries" }
    let entry = #"{"entryId":"e-1","orderId":"o-1","amountCents":1200}"#
    #expect(await shop.status("POST", entries("acct-001"), body: entry) == 201)
    #expect(await shop.status("POST", entries("acct-001"), body: entry) == 200)
    // The same id for something else is another entry, which must not be lost in silence.
    #expect(await shop.status("POST", entries("acct-002"), body: entry) == 409)
    #expect(await shop.status("POST", entries("acct-001"), body: #"{"entryId":"e-1","orderId":"o-1","amountCents":1300}"#) == 409)
    #expect(await shop.status("POST", entries("acct-001"), body: #"{"entryId":"e-1","orderId":"o-2","amountCents":1200}"#) == 409)
    #expect(await shop.answer("GET", shop.url("billing") + "/billing/accounts/acct-001")?.body?["balanceCents"] == 1200)

    // No account, no report: at once, not after every delivery.
    let requested = await shop.answer("POST", shop.url("reports") + "/billing/reports", body: #"{"accountId":"acct-999"}"#)
    #expect(requested?.status == 202)
    let report = shop.url("reports") + "/billing/reports/\(requested?.body?["id"]?.stringValue ?? "")"
    #expect(await shop.until { await shop.answer("GET", report)?.body?["status"] == "failed" })
    #expect(await shop.answer("GET", report)?.body?["reason"]?.stringValue?.contains("404") == true)
    #expect(await shop.status("GET", report + "/result") == 410)
  }

  @Test func aServiceThatCannotStartSaysSoInOneRecord() async throws {
    let executable = try #require(ShopProcesses.executable)
    let shop = ShopProcesses()
    defer { shop.cleanUp() }
    try shop.start("catalog", executable, environment: ["PORT": "eighty"])
    let end = await shop.end("catalog", signal: nil)
    #expect(end?.code == 1)
    for line in shop.lines("catalog") { #expect(LogLineValidator.validate(line).isEmpty, "\(line)") }
    #expect(shop.lines("catalog").contains { $0.contains("PORT must be a whole number") })
  }

  @Test func withoutTheFacilityTextWithoutIDs() async throws {
    let executable = try #require(ShopProcesses.executable)
    let shop = ShopProcesses()
    defer { shop.cleanUp() }
    try shop.start("catalog", executable, arguments: ["--sprint", "0"], environment: ["FACILITY_LOGGING": ""])
    #expect(await shop.until { await shop.isReady("catalog") })
    #expect(await shop.status("GET", shop.url("catalog") + "/catalog/items/item-01", id: "plain-1") == 200)
    let end = await shop.end("catalog")
    #expect(end?.code == 0)
    #expect(shop.lines("catalog").contains { $0.hasSuffix("Item item-01: price 987 cents") })
    #expect(!shop.lines("catalog").contains { $0.contains("{") || $0.contains("plain-1") })
  }

  @Test func aSprintTurnsOnItsFacilities() async throws {
    let executable = try #require(ShopProcesses.executable)
    let shop = ShopProcesses()
    defer { shop.cleanUp() }
    try shop.start("catalog", executable, arguments: ["--sprint", "1"], environment: ["FACILITY_LOGGING": ""])
    #expect(await shop.until { await shop.isReady("catalog") })
    _ = await shop.end("catalog")
    #expect(shop.lines("catalog").count > 2)
    for line in shop.lines("catalog") { #expect(LogLineValidator.validate(line).isEmpty, "\(line)") }
  }
}

@Suite struct TrafficOptionsTests {
  @Test(arguments: [
    "http://10.0.0.1:8080", "http://example.com", "http://127.0.0.1@evil.example", "ftp://127.0.0.1", "http://127.0.0.1.evil.example",
  ])
  func refusesOtherMachines(url: String) {
    #expect(throws: TrafficError.self) { try TrafficGenerator(TrafficOptions(profile: try profile(), services: ["web": url], requests: 1)) }
  }

  @Test(arguments: ["http://127.3.4.5:8080", "http://localhost:1", "http://[::1]:8080/"])
  func takesThisMachine(url: String) throws {
    _ = try TrafficGenerator(TrafficOptions(profile: try profile(), services: ["web": url], requests: 1))
  }

  @Test("what is in no profile, or gets no traffic, is refused in a sentence")
  func refusesStrangers() throws {
    #expect(
      throws: TrafficError("Expected one of the services web, idle, but got 'other'.")
    ) { try TrafficGenerator(TrafficOptions(profile: try profile(), services: ["other": "http://127.0.0.1:1"], requests: 1)) }
    #expect(
      throws: TrafficError("The traffic of small goes to none of idle: name their requests under 'traffic' in its app profile.")
    ) { try TrafficGenerator(TrafficOptions(profile: try profile(), services: ["idle": "http://127.0.0.1:1"], requests: 1)) }
  }

  private func profile() throws -> AppProfile {
    let text = """
      {name: small, namespace: n, services: [{name: web, port: 80}, {name: idle, port: 80}], requests: [{name: r, service: web, path: /}],
       traffic: [{request: r}]}
      """
    return try #require(AppProfileParser.parse(text, file: "app.yaml").profile)
  }
}

@Suite struct DeployTests {
  private static let render = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
    .appendingPathComponent("ReferenceApp/deploy/render").path

  private static func run(_ command: String) -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", command]
    process.standardOutput = FileHandle.nullDevice
    do { try process.run() } catch { return -1 }
    process.waitUntilExit()
    return process.terminationStatus
  }

  @Test(.enabled(if: run("kubectl kustomize --help 2>/dev/null") == 0, "needs kubectl on the path"))
  func committedManifestsAgreeWithTheirSources() { #expect(Self.run("'\(Self.render)' --check") == 0) }
}
