import Foundation
import JSONBytes
import TestSupport
import Testing

/// Drill sizes: small in `make test`, full in `make proof`.
enum Drill {
  static func count(_ name: String, _ small: Int) -> Int {
    ProcessInfo.processInfo.environment[name].flatMap(Int.init) ?? small
  }
  /// Random choices that can be had again: the seed is printed, and `PERIPLUS_SEED` gives it.
  static func random(_ what: String) -> SeededGenerator {
    let seed = SeededGenerator.anySeed
    print("\(what): PERIPLUS_SEED=\(seed)")
    return SeededGenerator(seed: seed)
  }
  static let requests = count("PERIPLUS_DRILL_REQUESTS", 200)
  static let kills = count("PERIPLUS_DRILL_KILLS", 20)
  /// Connections and watches of the attack on the API, and connections that trickle into the app.
  static let connections = count("PERIPLUS_DRILL_CONNECTIONS", 200)
  /// Orders at once under one key.
  static let orders = count("PERIPLUS_DRILL_ORDERS", 200)
  /// Rounds of eight orders in which pods of orders and ledger are killed.
  static let orderKills = count("PERIPLUS_DRILL_ORDER_KILLS", 4)
  /// Moments at which a `down` meets an `up`.
  static let meetings = count("PERIPLUS_DRILL_MEETINGS", 2)
  /// Whether the attack on the processes tries every combination.
  static let triesAll = meetings > 2
  /// Sizes of the terminal, one every other millisecond.
  static let resizes = count("PERIPLUS_DRILL_RESIZES", 300)
  /// The size of the archives that expand, in MiB.
  static let bomb = count("PERIPLUS_DRILL_BOMB_MIB", 256)
  /// The longest line that is read, in MiB.
  static let longLine = count("PERIPLUS_DRILL_LINE_MIB", 20)
}

extension Program.Outcome {
  func json() throws -> [JSONValue] { try lines.map { try JSONValue(parsing: $0) } }
}

@Suite("A live ground", .serialized, .onGround)
struct GroundTests {
  var ground: GroundFixture { get throws { try #require(GroundFixture.current) } }

  @Test("status names the kubeconfig, the components and the sources")
  func status() throws {
    let outcome = try ground.periplus("status", "--json")
    #expect(outcome.status == 0, "\(outcome.errors)")
    let status = try #require(try outcome.json().first)
    let kubeconfig = try #require(status["kubeconfig"]?.stringValue)
    #expect(FileManager.default.fileExists(atPath: kubeconfig))
    #expect((status["components"]?.arrayValue?.count ?? 0) >= 2)
    #expect(status["sources"]?.arrayValue?.isEmpty == false)
  }

  @Test("an id leads to every record of its request, in time order, from at least four services")
  func followAnID() async throws {
    let ground = try ground
    try await ground.eventually(within: 60, "all deployments are ready") { try ground.allReady() }
    let traffic = try ground.periplus("traffic", "--requests", "\(Drill.requests)", "--rate", "100", "--json")
    #expect(traffic.status == 0, "\(traffic.errors)\(traffic.output)")
    let summary = try #require(try traffic.json().last)
    #expect(summary["failed"]?.intValue == 0)
    let id = try #require(summary.at("lastIdsByRequest", "place-order")?.arrayValue?.last?.stringValue)
    try await ground.eventually(within: 15, "records of \(id) from four services") {
      let records = try ground.periplus("logs", "--request-id", id, "--json").json()
      return Set(records.compactMap { $0["service"]?.stringValue }).count >= 4
    }
    let records = try ground.periplus("logs", "--request-id", id, "--json").json()
    let times = records.compactMap { $0["at"]?.stringValue }
    #expect(times.count == records.count)
    #expect(times == times.sorted())
    #expect(records.allSatisfy { $0["requestId"]?.stringValue == id })
    let request = try ground.periplus("request", id)
    #expect(request.status == 0)
    for service in ["orders", "catalog", "ledger", "billing"] { #expect(request.output.contains(service)) }
    let unknown = try ground.periplus("request", "no-such-request-id")
    #expect(unknown.status == 1)
  }

  @Test("kubectl works on it", .needsKubectl)
  func kubectl() async throws {
    let ground = try ground
    try await ground.eventually(within: 60, "all deployments are ready") { try ground.allReady() }
    for kind in ["pods", "deployments", "nodes", "events", "services", "replicasets"] {
      let outcome = try ground.kubectl("get", kind, "-A")
      #expect(outcome.status == 0 && outcome.lines.count > 1, "get \(kind): \(outcome.errors)")
    }
    let pod = try #require(try ground.pods("catalog").first)
    let described = try ground.kubectl("describe", "pod", pod, "-n", "shop")
    #expect(described.status == 0 && described.output.contains("Started"), "\(described.errors)")
    let logs = try ground.kubectl("logs", pod, "-n", "shop", "--tail", "3")
    #expect(logs.status == 0 && logs.output.contains("logRequestId"))
    #expect(try ground.kubectl("scale", "deployment/reports", "-n", "shop", "--replicas=3").status == 0)
    try await ground.eventually(within: 60, "reports has three ready pods") { try ground.pods("reports").count == 3 && ground.allReady() }
    #expect(try ground.kubectl("scale", "deployment/reports", "-n", "shop", "--replicas=1").status == 0)
    #expect(try ground.kubectl("rollout", "restart", "deployment/catalog", "-n", "shop").status == 0)
    let rollout = try ground.kubectl("rollout", "status", "deployment/catalog", "-n", "shop", "--timeout=90s", limit: 100)
    #expect(rollout.status == 0, "\(rollout.errors)\(rollout.output)")
  }

  @Test("a deleted pod is replaced, the ledger says so, and its records are still found")
  func deletedPod() async throws {
    let ground = try ground
    try await ground.eventually(within: 60, "all deployments are ready") { try ground.allReady() }
    let pod = try #require(try ground.pods("orders").first)
    let traffic = try ground.periplus("traffic", "--requests", "40", "--rate", "40", "--json")
    #expect(traffic.status == 0)
    #expect(try RawAPI(ground).send("DELETE", "/api/v1/namespaces/shop/pods/\(pod)")?.status == 200)
    try await ground.eventually(within: 60, "the ledger names the deletion of \(pod)") {
      try ground.periplus("reschedules", "--json").json().contains {
        $0.at("old", "name")?.stringValue == pod && $0["cause"]?.stringValue == "deleted" && $0.at("new", "name") != nil
      }
    }
    let records = try ground.periplus("logs", "--grep", pod, "--service", "orders", "--json")
    #expect(records.status == 0 && !records.lines.isEmpty)
    try await ground.eventually(within: 60, "the deleted pod is gone") { try !ground.pods("orders").contains(pod) }
  }

  @Test("the checks of the first facility pass, and the plan says so")
  func checks() async throws {
    let ground = try ground
    try await ground.eventually(within: 60, "all deployments are ready") { try ground.allReady() }
    let check = try ground.periplus("check")
    #expect(check.status == 0, "\(check.output)\(check.errors)")
    let plan = try ground.periplus("plan", "status", "--json")
    #expect(plan.status == 0)
    #expect(plan.output.contains("logging"))
  }

  @Test("every line of every service holds to the standard")
  func everyLine() throws {
    let ground = try ground
    let invalid = try ground.periplus("check", "logging.records-valid")
    #expect(invalid.status == 0, "\(invalid.output)")
  }
}

@Suite("Start and stop", .serialized)
struct LifecycleTests {
  @Test("after down nothing is left: no process, no port")
  func down() async throws {
    let ground = try GroundFixture()
    defer { ground.remove() }
    let up = try ground.periplus("up", "--detach", limit: 180)
    #expect(up.status == 0, "\(up.errors)")
    #expect(!ground.processes().isEmpty)
    let down = try ground.periplus("down")
    #expect(down.status == 0, "\(down.errors)")
    try await ground.eventually(within: 15, "no process of this home is left") { ground.processes().isEmpty }
  }

  @Test("two homes side by side do not disturb each other")
  func twoHomes() async throws {
    let one = try GroundFixture()
    defer { one.remove() }
    let two = try GroundFixture()
    defer { two.remove() }
    #expect(try one.periplus("up", "--detach", limit: 180).status == 0)
    #expect(try two.periplus("up", "--detach", limit: 180).status == 0)
    try await one.eventually(within: 60, "both are ready") { try one.allReady() && two.allReady() }
    #expect(try one.periplus("down").status == 0)
    #expect(try two.allReady())
    #expect(two.processes().contains { $0.command.contains("orders") })
  }
}
