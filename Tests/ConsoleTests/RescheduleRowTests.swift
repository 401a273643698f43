import ClusterModel
import Console
import Screen
import TestKits
import Testing
import TimeFormat
import Views

@Suite("Folded reschedules")
struct RescheduleRowTests {
  private static func entry(
    _ key: String, _ time: String, _ workload: String = "ledger", change: Reschedule.Change = .restarted, cause: Reschedule.Cause = .crash,
    exit: Int? = 64, downtime: Double? = nil, pending: Bool = false, pod: String = "ledger-77-q9s2d"
  ) -> Reschedule {
    var entry = Reschedule(
      key: key, at: Fixture.at(time), cluster: "prd-fra", namespace: "shop", workload: "Deployment/\(workload)", change: change,
      cause: cause, old: .init(name: pod, uid: pod, node: "node-2"), container: workload, exitCode: exit, downtimeSeconds: downtime,
      isPending: pending)
    if pending, downtime == nil { (entry.downtimeSince, entry.downtimeCountedTo) = (entry.at, entry.at) }
    return entry
  }

  private func words(_ rows: [RescheduleRow]) -> [String] {
    rows.map { row in
      switch row {
      case .entry(let entry, let isInside): (isInside ? "  " : "") + entry.key
      case .run(let run, let isUnfolded): "\(run.entries.map(\.key).joined(separator: "+"))\(isUnfolded ? " v" : "")"
      }
    }
  }

  @Test("equal entries of a workload fold, whatever others do between them")
  func folds() {
    let entries = [
      Self.entry("e5", "14:00:00"), Self.entry("o1", "13:59:00", "orders"), Self.entry("e4", "13:58:00"),
      Self.entry("e3", "13:57:00", exit: 1), Self.entry("e2", "13:56:00"), Self.entry("e1", "13:55:00"),
    ]
    #expect(words(RescheduleRow.rows(entries)) == ["e5+e4", "o1", "e3", "e2+e1"])
    #expect(
      words(RescheduleRow.rows(entries, unfolded: { $0.contains("e4") })) == ["e5+e4 v", "  e5", "  e4", "o1", "e3", "e2+e1"])
    let counted = RescheduleRow.rows(entries).reduce(0) { sum, row in
      if case .run(let run, _) = row { sum + run.entries.count } else { sum + 1 }
    }
    #expect(counted == entries.count)
  }

  @Test("what is ready again is not ongoing, also while its cause may still be explained otherwise")
  func settled() {
    #expect(Self.entry("a", "14:00:00", pending: true).isOngoing)
    #expect(!Self.entry("b", "14:00:00", downtime: 0, pending: true).isOngoing)
    #expect(RescheduleRow.entry(Self.entry("b", "14:00:00", downtime: 2, pending: true), isInside: false).ongoingSince == nil)
  }

  @Test("another cluster, change, cause or container ends a run")
  func ends() {
    var other = Self.entry("e1", "13:00:00")
    other.cluster = "dev-fra"
    for odd in [
      other, Self.entry("e1", "13:00:00", change: .replaced), Self.entry("e1", "13:00:00", cause: .oomKilled),
      Self.entry("e1", "13:00:00", exit: nil),
    ] {
      #expect(RescheduleRow.rows([Self.entry("e2", "13:01:00"), odd]).count == 2)
    }
  }

  @Test("an outage that is open grows, and overlapping downtimes count once")
  func downtime() {
    let open = RescheduleRun(
      entries: [
        Self.entry("e3", "13:50:00", pending: true), Self.entry("e2", "13:48:11", pending: true), Self.entry("e1", "13:40:00", downtime: 3),
      ])
    #expect(open.ongoingSince == Fixture.at("13:48:11") && open.downSince == Fixture.at("13:48:11"))
    #expect(Reschedule.ongoing(since: Fixture.at("13:48:11"), now: Fixture.now) == "ongoing, 16 min")
    let closed = [
      Self.entry("e1", "13:00:00", downtime: 120), Self.entry("e2", "13:01:00", downtime: 60), Self.entry("e3", "13:10:00", downtime: 5),
    ]
    #expect(closed.totalDowntime == 125)
    #expect([Self.entry("e1", "13:00:00")].totalDowntime == nil)
  }

  private static func driver(_ entries: [Reschedule], _ shortages: [Shortage] = []) async throws -> (ConsoleDriver, MemoryLedger) {
    let ledger = MemoryLedger(entries, shortages: shortages)
    let driver = try await ConsoleDriver(Place(.reschedules), ports: .fake(ledger: ledger), size: Size(columns: 80, rows: 24))
    try await driver.press("v")
    return (driver, ledger)
  }

  /// 37 restarts within six minutes; nothing is ready after the first.
  private static let loop = (0..<37).map { index in
    entry("e\(index)", "13:\(48 + index / 6):\(10 + index % 6 * 5)", downtime: index == 0 ? 2 : nil, pending: index > 0)
  }
  private static let probe = entry("o1", "13:20:00", "orders", cause: .probe, exit: 143, downtime: 1)

  @Test("a row says first and last, how often, the exit code and since when it is open; Enter unfolds it")
  func page() async throws {
    let open = Shortage(
      cluster: "prd-fra", namespace: "shop", workload: "Deployment/ledger", workloadUID: "ledger", from: Fixture.at("13:48:15"), to: nil,
      ready: 0, desired: 2)
    let (driver, _) = try await Self.driver(Self.loop + [Self.probe], [open])
    let folded = await driver.text()
    #expect(folded.contains("13:48–13:54  shop/ledger   restarted ×37, crash, exit 64, ongoing, 15 min"), "\(folded)")
    // The title counts entries, not rows.
    #expect(folded.contains("last 24 h: 38"))
    try await driver.press("Enter")
    #expect(await driver.text().contains("    13:54:10"))
    try await driver.press("Enter")
    #expect(await driver.text() == folded)
  }

  @Test("the cursor stays on its row while a run grows, folded and unfolded")
  func cursor() async throws {
    let (driver, ledger) = try await Self.driver(Self.loop + [Self.probe])
    try await driver.press("j")
    #expect(await driver.text().contains("▸ 13:20:00"))
    try await driver.press("k", "Enter", "j", "j")
    #expect(await driver.text().contains("▸   13:53:35"))
    ledger.add([Self.entry("e37", "14:00:00", pending: true)])
    await driver.console.look()
    let grown = await driver.text()
    #expect(grown.contains("▸   13:53:35") && grown.contains("13:48–14:00") && grown.contains("×38"), "\(grown)")
    try await driver.press("g", "Enter")
    ledger.add([Self.entry("o2", "14:01:00", "orders")])
    await driver.console.look()
    let folded = await driver.text()
    #expect(folded.contains("▸ 13:48–14:00") && folded.contains("  14:01:00"), "\(folded)")
  }

  @Test("reports and JSON keep every entry; a folded report says so")
  func report() {
    let view = ReschedulesView(Self.loop + [Self.probe], gaps: [], ledger: nil, now: Fixture.now)
    #expect(view.jsonLines.count == 38)
    #expect(view.report(face: .utc, span: "24 h", order: .byTime).text(width: 200).count { $0.contains("restarted") } == 38)
    let folded = view.report(face: .utc, span: "24 h", order: .byTime, isFolded: true).text(width: 200)
    #expect(folded.count { $0.contains("restarted") } == 2)
    #expect(folded.contains { $0.contains("restarted ×37") && $0.contains("exit 64") && $0.contains("ongoing, 15 min") })
    #expect(folded.contains { $0.hasPrefix("38 entries in 2 rows") && $0.contains("--json and --linear write every entry") })
  }
}
