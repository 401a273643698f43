import ClusterModel
import Console
import Screen
import TestKits
import Testing
import TimeFormat
import Views

@Suite("The palette")
struct PaletteTests {
  /// A console that sees one cluster of many workloads.
  private func driver(workloads: Int) async throws -> ConsoleDriver {
    var ports = ConsolePorts.fake()
    ports.verdicts = { snapshot, _, _ in
      (0..<workloads).map { number in
        HealthVerdict(subject: Fixture.deployment("service-\(number)"), cluster: snapshot.cluster, status: .green, ready: 1, desired: 1)
      }
    }
    ports.clusters = [StillCluster(Fixture.snapshot("dev-fra"))]
    return try await ConsoleDriver(ports: ports, size: Size(columns: 100, rows: 40))
  }

  @Test("more letters narrow, fewer widen again, and the last workload is found among many")
  func narrowing() async throws {
    let driver = try await driver(workloads: 5000)
    try await driver.press(":")
    #expect(await driver.text().contains("best 200 of 50"))
    try await driver.press("type:service-4999")
    var text = await driver.text()
    #expect(text.contains("service-4999        Deployment in dev-fra, green"), "\(text)")
    #expect(!text.contains("service-4998"))
    try await driver.press("Backspace", "type:8")
    text = await driver.text()
    #expect(text.contains("service-4998") && !text.contains("service-4999"), "\(text)")
    try await driver.press("Enter")
    #expect(await driver.value("page") == "workload")
  }

  @Test("a megabyte that is pasted is searched for once", .timeLimit(.minutes(3)))
  func longPaste() async throws {
    let driver = try await driver(workloads: 100)
    try await driver.press(":")
    await driver.console.handle(.paste(String(repeating: "service-7\n", count: 100_000)))
    try await driver.press("ctrl-u", "type:service-77")
    let text = await driver.text()
    #expect(text.contains("service-77        "), "\(text)")
  }

  @Test("a command that is written out comes before what is merely like it")
  func exact() async throws {
    let driver = try await driver(workloads: 100)
    try await driver.press(":", "type:sort")
    let lines = await driver.screen()
    #expect(lines.first { $0.contains("▸") && !$0.contains("service-") }?.contains("sort") == true, "\(lines)")
    try await driver.press("Esc", ":", "type:at 13:00", "Enter")
    #expect(await driver.value("pinned") == "yes")
  }

  @Test("words of the detail find workloads too")
  func details() async throws {
    let driver = try await driver(workloads: 10)
    try await driver.press(":", "type:in dev-fra")
    #expect(await driver.text().contains("service-9"))
  }

  @Test("Enter runs what is called so, not what only says so: that takes an arrow")
  func byName() async throws {
    let driver = try await driver(workloads: 10)
    try await driver.press(":", "type:in dev-fra", "Enter")
    #expect(await driver.value("page") == "health")
    #expect(await driver.value("message")?.hasPrefix("Nothing is called \"in dev-fra\"") == true)
    try await driver.press("Down", "Enter")
    #expect(await driver.value("page") == "workload")
  }
}
