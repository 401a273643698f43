import ClusterModel
import Console
import Screen
import TelemetryModel
import TestKits
import Testing
import TimeFormat
import Views

/// Nothing is cut while rows are empty.
@Suite("Whole sentences")
struct FullTextTests {
  private static let long =
    "Readiness probe failed: Get http://10.0.0.7:8080/health/ready: dial tcp 10.0.0.7:8080: connect: connection refused, 17 times in a row"

  /// Without the breaks between the rows of a screen.
  private static func joined(_ screen: [String]) -> String {
    screen.joined(separator: " ").split(separator: " ").joined(separator: " ")
  }

  @Test("a pod's events and its reasons are wrapped")
  func pod() async throws {
    var snapshot = Fixture.snapshot("prd-fra")
    snapshot.events = [
      ClusterEvent(
        uid: "e9", namespace: "shop", object: ObjectReference(kind: "Pod", namespace: "shop", name: "reports-7f7b8-4ftrr"),
        type: "Warning", reason: "Unhealthy", message: Self.long, last: Fixture.at("14:03:50"))
    ]
    var ports = ConsolePorts.fake()
    ports.clusters = [StillCluster(snapshot)]
    let driver = try await ConsoleDriver(ports: ports)
    try await driver.press("Enter", "Enter")
    let text = Self.joined(await driver.screen())
    #expect(text.contains(Self.long))
    #expect(text.contains("reports: waiting: CrashLoopBackOff, back-off 40s restarting; last end OOMKilled 137"))
  }

  @Test("the evidence of a reschedule stands in full at the cursor")
  func reschedule() async throws {
    let entry = Reschedule(
      key: "k", at: Fixture.at("13:58:00"), cluster: "prd-fra", namespace: "shop", workload: "Deployment/orders", change: .restarted,
      cause: .probe, old: .init(name: "orders-7f7b8-4ftrr", uid: "u", node: "node-2"), container: "orders", exitCode: 143,
      evidence: ["event Unhealthy: " + Self.long])
    let ports = ConsolePorts.fake(ledger: MemoryLedger([entry]))
    let driver = try await ConsoleDriver(Place(.reschedules), ports: ports)
    try await driver.press("Enter")
    #expect(Self.joined(await driver.screen()).contains(Self.long))
  }

  @Test("a long message of a log record, and the end of a pod among records, stand in full below the list")
  func logs() async throws {
    let record = Fixture.record(400, "14:03:50.000", .warn, "orders", "orders-7f7b8-4ftrr", Self.long)
    var end = Fixture.lifecycle[0]
    (end.pod, end.podUID, end.at) = ("orders-7f7b8-4ftrr", "uid-orders-7f7b8-4ftrr", Fixture.at("14:03:52"))
    end.detail = "container orders-with-a-long-name-of-its-own exited 143"
    let ports = ConsolePorts.fake(
      logs: MemoryLogs([record], sourceID: Fixture.source), ledger: MemoryLedger([], lifecycle: [end]))
    let driver = try await ConsoleDriver(Place(.logs), ports: ports)
    try await driver.press("k")
    #expect(Self.joined(await driver.screen()).contains(Self.long))
    try await driver.press("j")
    #expect(Self.joined(await driver.screen()).contains("own exited 143, about 2 s after the record above"))
  }
}
