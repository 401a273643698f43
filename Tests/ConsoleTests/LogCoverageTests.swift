import Console
import Screen
import TelemetryModel
import TestKits
import Testing
import TimeFormat
import Views

/// Where logs are not collected, a page says so and not that nothing matches.
@Suite("Logs that are not collected")
struct LogCoverageTests {
  private static let inPlace = SourceStatus(name: "logs", cluster: "staging", dropReason: "they stay in the cluster")
  private static let copied = SourceStatus(name: "logs", cluster: "prd", currentAt: Fixture.now, recordsIn: 7)

  @Test("clusters without collected logs are named with what collects them")
  func complaint() throws {
    let coverage = LogCoverage([Self.inPlace, Self.copied])
    #expect(
      coverage.complaint(of: ["staging", "prd"], query: nil, ground: nil)
        == "Logs of staging are not collected: periplus record --context staging --logs copy collects them.")
    #expect(coverage.complaint(of: ["prd"], query: nil, ground: nil) == nil)
    let onlyOther = try LogQueryParser.parse("cluster:prd level:ERROR", now: Fixture.now)
    #expect(coverage.complaint(of: ["staging", "prd"], query: onlyOther, ground: nil) == nil)
    #expect(LogCoverage([]).complaint(of: ["ground"], query: nil, ground: "ground") == nil)
  }

  @Test("nothing can match where nothing is collected, unless files were read")
  func blind() throws {
    let none = LogCoverage([Self.inPlace])
    #expect(none.isBlind(to: ["staging"], query: nil, ground: nil))
    let files = LogCoverage([Self.inPlace, SourceStatus(name: "ingest", cluster: "files", recordsIn: 3)])
    #expect(!files.isBlind(to: ["staging"], query: nil, ground: nil))
    #expect(files.isBlind(to: ["staging"], query: try LogQueryParser.parse("cluster:staging", now: Fixture.now), ground: nil))
    #expect(!LogCoverage([Self.inPlace, Self.copied]).isBlind(to: ["staging", "prd"], query: nil, ground: nil))
  }

  @Test("the Logs page says it", arguments: [80, 120])
  func page(columns: Int) async throws {
    let logs = MemoryLogs(sources: [SourceStatus(name: "logs", cluster: "dev-fra", dropReason: "they stay in the cluster")])
    let ports = ConsolePorts.fake(clusters: ["dev-fra"], logs: logs, ledger: MemoryLedger())
    let driver = try await ConsoleDriver(Place(.logs, filter: "level:ERROR"), ports: ports, size: Size(columns: columns, rows: columns / 3))
    let text = await driver.text()
    #expect(text.contains("Logs of dev-fra are not collected"))
    #expect(!text.contains("No record matches"))
  }
}
