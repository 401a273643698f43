import Console
import TelemetryModel
import TestKits
import Testing
import Views

@Suite("Following logs")
struct LogFollowTests {
  private func record(_ number: Int64, _ message: String, at time: String = "14:04:10.500") -> LogRecord {
    Fixture.record(number, time, .info, "orders", "orders-7f7b8-4ftrr", message)
  }

  @Test("new records are added to those that are there, and only they are read")
  func adds() async throws {
    let logs = MemoryLogs.fixture()
    let driver = try await ConsoleDriver(Place(.logs), ports: .fake(logs: logs))
    let before = try #require(await driver.value("records").flatMap { Int($0) })
    #expect(logs.asked.allSatisfy { $0.storedAfter == nil })
    // One is of an earlier time than what is there already.
    logs.append([record(900, "one more"), record(901, "a late one", at: "14:03:02.130")])
    try await driver.console.wait(atMost: .zero)
    try await driver.console.settle()
    #expect(await driver.value("records") == "\(before + 2)")
    #expect(await driver.text().contains("one more"))
    #expect(logs.asked.last?.storedAfter != nil)
    // The next time only what came since.
    let (asked, place) = (logs.asked.count, logs.asked.last?.storedAfter)
    logs.append([record(902, "and another")])
    try await driver.console.wait(atMost: .zero)
    try await driver.console.settle()
    #expect(await driver.value("records") == "\(before + 3)")
    #expect(logs.asked.count == asked + 1)
    #expect(logs.asked.last?.storedAfter != place)
  }

  @Test("a search with the records around its matches is asked anew, and so is one in a source that cannot be followed")
  func anew() async throws {
    var limits = LogSourceLimits()
    limits.hasStoringOrder = false
    let logs = MemoryLogs(Fixture.records, sourceID: Fixture.source, limits: limits)
    let driver = try await ConsoleDriver(Place(.logs), ports: .fake(logs: logs))
    logs.append([record(900, "one more")])
    try await driver.console.wait(atMost: .zero)
    try await driver.console.settle()
    #expect(await driver.text().contains("one more"))
    #expect(logs.asked.allSatisfy { $0.storedAfter == nil })
  }
}
