import ClusterModel
import Console
import JSONBytes
import Screen
import TestKits
import Testing
import TimeFormat
import Views

@Suite("Downtime on the page and in JSON")
struct DowntimeViewTests {
  private static func piece(_ from: String, _ to: String?, ready: Int = 0, _ phase: Shortage.Phase = .running, of name: String = "ledger")
    -> Shortage
  {
    Shortage(
      cluster: "prd-fra", namespace: "shop", workload: "Deployment/\(name)", workloadUID: name, phase: phase, from: Fixture.at(from),
      to: to.map(Fixture.at), ready: ready, desired: 2)
  }

  private static func entry(_ key: String, _ time: String, seconds: Double?, since: String, counted: String? = nil) -> Reschedule {
    var entry = Reschedule(
      key: key, at: Fixture.at(time), cluster: "prd-fra", namespace: "shop", workload: "Deployment/ledger", change: .replaced,
      cause: .nodeLost, old: .init(name: "ledger-77-q9s2d", uid: key, node: "node-2"), downtimeSeconds: seconds,
      isPending: counted != nil)
    entry.downtimeSince = Fixture.at(since)
    entry.downtimeCountedTo = counted.map(Fixture.at)
    return entry
  }

  private func view(_ entries: [Reschedule], _ shortages: [Shortage], gaps: [LedgerGap] = [], now: Timestamp = Fixture.now)
    -> ReschedulesView
  {
    ReschedulesView(entries, gaps: gaps, shortages: shortages, ledger: nil, now: now)
  }

  @Test("three entries of one outage: the workload's downtime is that outage, once")
  func merged() throws {
    let entries = ["a", "b", "c"].map { Self.entry($0, "13:05:00", seconds: 309, since: "13:00:00") }
    let group = try #require(view(entries, [Self.piece("13:00:00", "13:05:09")]).groups.first)
    #expect(group.count == 3 && group.downtimeSeconds == 309 && group.gapSeconds == 618)
  }

  @Test("what had no ready pod is on the page without an entry, and says how long it has gone on")
  func withoutEntries() async throws {
    let now = Fixture.now
    let minute = Duration.seconds(60)
    var open = Self.piece("13:00:00", nil)
    open.from = now - minute * 24
    let view = view([], [open])
    let group = try #require(view.groups.first)
    #expect(group.count == 0 && group.downSince == open.from && group.downtimeSeconds == 1440)
    let lines = view.report(face: .utc, span: "24 h", order: .byWorkload).text(width: 120)
    #expect(lines.contains { $0.contains("shop/ledger") && $0.contains("ongoing, 24 min") }, "\(lines)")
    let json = try view.jsonLines.map { try JSONValue(parsing: Array($0.utf8)) }
    #expect(json.map { $0["type"]?.stringValue } == ["outage"])
    #expect(json[0]["downtimeSeconds"]?.doubleValue == 1440 && json[0]["ongoing"]?.boolValue == true && json[0]["to"] == nil)
    let ledger = MemoryLedger(shortages: [open])
    let driver = try await ConsoleDriver(Place(.reschedules), ports: .fake(ledger: ledger), size: Size(columns: 120, rows: 40))
    let text = await driver.text()
    #expect(text.contains("shop/ledger") && text.contains("ongoing, 24 min"), "\(text)")
  }

  @Test("an open outage grows in JSON, and a gap is a line of its own")
  func json() throws {
    let open = Self.entry("a", "13:00:00", seconds: 5, since: "12:59:00", counted: "13:00:00")
    let gap = LedgerGap(cluster: "prd-fra", from: Fixture.at("12:00:00"), to: Fixture.at("12:00:10"), reason: "away")
    func seconds(_ now: Timestamp) throws -> Double? {
      try JSONValue(parsing: Array(try #require(view([open], [], gaps: [gap], now: now).jsonLines.last).utf8))["downtimeSeconds"]?
        .doubleValue
    }
    #expect(try seconds(Fixture.at("13:01:00")) == 65)
    #expect(try seconds(Fixture.at("13:02:00")) == 125)
    let lines = try view([open], [], gaps: [gap]).jsonLines.map { try JSONValue(parsing: Array($0.utf8)) }
    #expect(lines.map { $0["type"]?.stringValue } == ["gap", nil] && lines[1]["ongoing"]?.boolValue == true)
  }

  @Test("what nobody watched is no downtime of an outage that goes on")
  func unwatched() {
    let pieces = [
      Self.piece("13:00:00", "13:01:00"), Self.piece("13:01:00", "13:31:00", .unwatched), Self.piece("13:31:00", "13:32:00"),
    ]
    #expect(pieces.outages.count == 1 && pieces.outages[0].seconds(at: Fixture.now) == 120)
    #expect(pieces.downtimeSeconds(from: Fixture.at("12:00:00"), to: Fixture.now) == 120)
    #expect([Self.piece("13:00:00", "13:01:00", .starting)].outages.isEmpty)
  }

  @Test("revised and retracted entries say so; those retracted count nowhere")
  func marks() throws {
    var revised = Self.entry("a", "13:00:00", seconds: 1, since: "13:00:00")
    (revised.revisedAt, revised.formerly) = (Fixture.at("13:00:30"), "removed, scale")
    var retracted = Self.entry("b", "13:10:00", seconds: 1, since: "13:10:00")
    retracted.retractedAt = Fixture.at("13:11:00")
    let view = view([revised, retracted], [])
    #expect(view.count == 1 && view.groups.map(\.count) == [1] && view.causes.map(\.count) == [1])
    #expect(view.entries.map(\.changeWord) == ["retracted", "replaced*"])
    let lines = try view.jsonLines.map { try JSONValue(parsing: Array($0.utf8)) }
    #expect(lines[0]["revisedAt"]?.stringValue == Fixture.at("13:00:30").rfc3339() && lines[0]["formerly"]?.stringValue == "removed, scale")
    #expect(lines[1]["retractedAt"] != nil)
  }

  @Test("the cursor's pane says since when, and what it was told as before")
  func pane() async throws {
    var revised = Self.entry("a", "13:00:00", seconds: 309, since: "12:55:00")
    (revised.revisedAt, revised.formerly) = (Fixture.at("13:00:30"), "removed, scale")
    let ledger = MemoryLedger([revised])
    let driver = try await ConsoleDriver(Place(.reschedules), ports: .fake(ledger: ledger), size: Size(columns: 120, rows: 40))
    try await driver.press("v", "Enter")
    let text = await driver.text()
    #expect(text.contains("no ready endpoint for 5 min since 12:55:00"), "\(text)")
    #expect(text.contains("told as removed, scale before"), "\(text)")
  }
}
