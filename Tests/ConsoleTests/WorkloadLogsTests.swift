import ClusterModel
import Console
import Screen
import TelemetryModel
import TestKits
import Testing
import TimeFormat
import Views

@Suite("Logs of a workload")
struct WorkloadLogsTests {
  /// What a container wrote before it knew which service it is.
  private func cry(_ pod: String, _ message: String) -> LogRecord {
    LogRecord(
      id: Fixture.id(900), at: Fixture.at("14:04:00"), level: .error, service: "unknown", message: message,
      origin: LogOrigin(cluster: "prd-fra", namespace: "shop", pod: pod, podUID: "uid-\(pod)", container: "main"),
      raw: Array(#"{"msg":"\#(message)"}"#.utf8))
  }

  @Test("the last lines and l ask by the workload's pods, whatever service a crashing container says it is")
  func byPods() async throws {
    let logs = MemoryLogs.fixture(Fixture.records + [cry("reports-7f7b8-4ftrr", "no such option: --fast")])
    let driver = try await ConsoleDriver(
      Place(.workload, cluster: "prd-fra", object: Fixture.deployment("reports")), ports: .fake(logs: logs),
      size: Size(columns: 120, rows: 40))
    #expect(await driver.text().contains("no such option: --fast"))
    let health = try await ConsoleDriver(ports: .fake(logs: logs))
    try await health.press("l")
    #expect(await health.value("query") == "cluster:prd-fra namespace:shop pod:reports-*")
    #expect(await health.text().contains("no such option: --fast"))
  }

  @Test("the pods of a workload with a longer name are not its own")
  func longerNames() {
    var snapshot = ClusterSnapshot(cluster: "c", at: Fixture.now)
    func query() -> String { WorkloadLogs(of: Fixture.deployment("web"), in: snapshot).text }
    #expect(query() == "namespace:shop pod:web-*")
    snapshot.workloads = WorkloadTables([
      Workload(reference: Fixture.deployment("web")), Workload(reference: Fixture.deployment("web-api")),
      Workload(reference: Fixture.deployment("website")), Workload(reference: Fixture.deployment("web-api", "pay")),
    ])
    #expect(query() == "namespace:shop pod:web-* -pod:web-api-*")
  }
}
