import ClusterModel
import Console
import Screen
import Synchronization
import TelemetryModel
import TestKits
import Testing
import TimeFormat
import Views

@Suite("In an incident")
struct IncidentTests {
  @Test("while a page is still being read nothing is exported, and nothing says that it was")
  func export() {
    var core = ConsoleCore(
      state: ConsoleState(now: Fixture.now, place: Place(.request, item: "9f3c")), inbox: Inbox(), size: Size(columns: 80, rows: 24),
      theme: Theme(depth: .mono), glyphs: .unicode, now: { Fixture.now })
    for place in ["request 9f3c", "logs", "reschedules", "open health/prd-fra:shop/Deployment/reports"] {
      core.run(place)
      if place.hasPrefix("open") {
        core.receive(
          .cluster(ClusterUpdate(ClusterHealth(snapshot: ClusterSnapshot(cluster: "prd-fra", at: Fixture.now), verdicts: []))))
      }
      _ = core.takeEffects()
      core.run("export")
      #expect(!core.takeEffects().contains { if case .export = $0 { true } else { false } }, "\(place)")
      #expect(core.render().plainText().last?.contains("▲ The page is still being read; nothing was exported.") == true, "\(place)")
    }
  }

  @Test("what is read is exported")
  func exported() async throws {
    let driver = try await ConsoleDriver(Place(.request, item: Fixture.requestID))
    try await driver.press("e")
    #expect(await driver.value("message")?.contains("Exported to") == true)
  }

  @Test("the key of a page leads there from an overlay too", arguments: ["x", "?", "a"])
  func pageKeys(overlay: String) async throws {
    let driver = try await ConsoleDriver()
    try await driver.press(overlay, "4")
    #expect(await driver.value("page") == "logs")
    try await driver.press("Esc")
    #expect(await driver.value("page") == "health")
  }

  @Test("a wider screen never shows less of a reason", arguments: [80, 90, 99, 100, 110, 119, 120, 139, 140, 160])
  func reasons(columns: Int) async throws {
    let sentence = "pending 6 min: insufficient cpu on 3 of 3 nodes"
    let driver = try await ConsoleDriver(size: Size(columns: columns, rows: 40))
    let text = await driver.text()
    #expect(text.contains(sentence.prefix(47)), "\(text)")
  }

  @Test("past the fold a key moves the cursor and not the rows, until it reaches the edge", arguments: ["2", "3"])
  func scrolling(page: String) async throws {
    let ledger = MemoryLedger(
      (0..<60).map { index in
        Reschedule(
          key: "w\(index)", at: Fixture.now - .seconds(60 + index), cluster: "prd-fra", namespace: "shop",
          workload: "Deployment/work-\(index)", change: .restarted, cause: .crash,
          old: .init(name: "work-\(index)-a", uid: "u\(index)", node: "n"), container: "c", exitCode: index, evidence: [])
      })
    var ports = ConsolePorts.fake(clusters: ["prd-fra"], ledger: ledger)
    ports.verdicts = { snapshot, _, _ in
      (0..<60).map { index in
        HealthVerdict(
          subject: Fixture.deployment("work-\(index)"), cluster: snapshot.cluster, status: .amber,
          reasons: [.init(rule: "r", status: .amber, sentence: "reason \(index)")], ready: 0, desired: 1)
      }
    }
    let driver = try await ConsoleDriver(ports: ports)
    try await driver.press(page)
    if page == "3" { try await driver.press("v") }
    for _ in 0..<40 { try await driver.press("j") }
    // Below the rows stands what is said of the one at the cursor.
    func rows() async -> [Substring] {
      await driver.text().split(separator: "\n").filter { !$0.contains("2018-") && !$0.contains("old:") }
        .flatMap { $0.matches(of: /work-\d+/).prefix(1).map(\.output) }
    }
    let before = await rows()
    for _ in 0..<3 { try await driver.press("k") }
    #expect(await rows() == before)
    for _ in 0..<3 { try await driver.press("j") }
    #expect(await rows() == before)
    try await driver.press("j")
    #expect(await rows() != before)
  }

  @Test("ctrl-z and ctrl-l are keys of the key map like all others, and work over a layer")
  func controls() throws {
    let keys = try KeyMap.make(remapped: ["help": "ctrl-l", "redraw": "F5", "suspend": "ctrl-c"]).get()
    var state = ConsoleState(now: Fixture.now, keys: keys)
    #expect(state.handle(.control("l"), now: Fixture.now).isEmpty)
    #expect(state.linear(width: 100).contains { $0.contains("Keys of Health") })
    #expect(state.handle(.control("c"), now: Fixture.now) == [.suspend])
    #expect(state.handle(KeyPress(.function(5)), now: Fixture.now) == [.redraw])
    // Its standard keys, in the palette; and a letter that is given to one of them is still typed there.
    var standard = ConsoleState(now: Fixture.now)
    _ = standard.handle(.character(":"), now: Fixture.now)
    #expect(standard.handle(.control("z"), now: Fixture.now) == [.suspend])
    #expect(standard.handle(.control("l"), now: Fixture.now) == [.redraw])
    var lettered = ConsoleState(now: Fixture.now, keys: try KeyMap.make(remapped: ["suspend": "Z"]).get())
    _ = lettered.handle(.character("/"), now: Fixture.now)
    #expect(lettered.handle(.character("Z"), now: Fixture.now).contains(.suspend) == false)
  }

  @Test("the end of a pod that is known to the second is not told to the millisecond")
  func precision() {
    func row(_ time: String, after record: String) -> String {
      let event = PodLifecycleEvent(
        kind: "containerEnded", at: Fixture.at(time), cluster: "prd-fra", namespace: "shop", pod: "catalog-6d-bcjp2", podUID: "u",
        node: "n", detail: "container catalog exited 1")
      let view = LogsView(matches: [Fixture.record(1, record, .info, "catalog", "catalog-6d-bcjp2", "said")], lifecycle: [event])
      return view.row(1, face: .utc).spanning?.text ?? ""
    }
    #expect(row("14:03:03", after: "14:03:02.001").hasPrefix("14:03:03  "))
    #expect(row("14:03:03", after: "14:03:02.001").hasSuffix("exited 1, about 1 s after the record above"))
    #expect(row("14:03:03", after: "14:03:02.700").hasSuffix("exited 1, under 1 s after the record above"))
    #expect(row("14:03:02.391", after: "14:03:02.318").hasSuffix("exited 1, 73 ms after the record above"))
  }

  @Test("which pod is gone is said, not only how many")
  func gone() {
    func event(_ pod: String) -> PodLifecycleEvent {
      PodLifecycleEvent(
        kind: "gone", at: Fixture.at("14:04:00"), cluster: "prd-fra", namespace: "shop", pod: pod, podUID: "uid-\(pod)", node: "n",
        detail: "deleted")
    }
    let gone = [event("catalog-6d-bcjp2"), event("ledger-77-q9s2d")]
    #expect(LogsView(matches: Fixture.records, lifecycle: gone).summary == "7 records · 3 services · 4 pods, 2 gone: bcjp2, q9s2d")
    #expect(
      RequestView(id: "x", records: Fixture.records, lifecycle: [gone[0]]).summary == "3 services · 7 records · 4 pods, 1 gone: bcjp2")
  }

  @Test("what is scaled to zero is counted for itself, and is no lack of data")
  func scaledToZero() {
    let verdicts = [
      HealthVerdict(
        subject: Fixture.deployment("off"), cluster: "c", status: .unknown,
        reasons: [.init(rule: HealthRules.scaledToZero, status: .unknown, sentence: "scaled to 0 by kubectl")]),
      HealthVerdict(subject: Fixture.deployment("on"), cluster: "c", status: .green, ready: 1, desired: 1),
    ]
    let snapshot = ClusterSnapshot(cluster: "c", at: Fixture.now, connection: .live(since: Fixture.now))
    let view = HealthView(
      clusters: [ClusterHealth(snapshot: snapshot, verdicts: verdicts)], reschedules: [], ledger: nil, now: Fixture.now)
    #expect(view.summary.text.trimmed == "✖ 0 red  ▲ 0 amber  ✔ 1 green  ◌ 1 scaled to 0")
    #expect(view.sections[0].listed.map(\.name) == ["off"])
  }

  @Test("what is scaled to zero and called all the same is red, with how many requests failed")
  func unanswered() async throws {
    func failure(_ id: Int64, _ time: String, _ level: LogLevel = .warn, of upstream: String = "reports") -> LogRecord {
      Fixture.record(
        id, time, level, "orders", "orders-7f7b8-4ftrr", "GET /report failed: upstream \(upstream) did not respond",
        #","upstream":"\#(upstream)""#)
    }
    // Two of the last minute, an older one, one that went well, and one to another service.
    let logs = MemoryLogs.fixture([
      failure(901, "14:03:40.100"), failure(902, "14:04:01.100", .error), failure(903, "14:02:01.100"), failure(904, "14:04:02.100", .info),
      failure(905, "14:04:03.100", of: "catalog"),
    ])
    var ports = ConsolePorts.fake(clusters: ["prd-fra"], logs: logs)
    ports.verdicts = { snapshot, _, _ in
      ["reports", "billing"].map { name in
        HealthVerdict(
          subject: Fixture.deployment(name), cluster: snapshot.cluster, status: .unknown,
          reasons: [.init(rule: HealthRules.scaledToZero, status: .unknown, sentence: "scaled to 0 by kubectl")])
      }
    }
    let driver = try await ConsoleDriver(ports: ports, size: Size(columns: 120, rows: 40))
    let lines = await driver.screen()
    #expect(lines.contains { $0.contains("✖ reports") && $0.contains("2 requests to it failed in 1 min: no pod answers (+1)") }, "\(lines)")
    #expect(lines.contains { $0.contains("◌ billing") && $0.contains("scaled to 0 by kubectl") })
  }

  @Test("what stands behind a message is read once for a record, however often its row is drawn")
  func extras() {
    let view = LogsView(matches: Fixture.records)
    for _ in 0..<5 { for row in view.rows.indices { _ = view.row(row, face: .utc) } }
    #expect(view.extras.count == Fixture.records.count)
    #expect(view.row(0, face: .utc).cells.last?.text == "order requested  customerId 4711")
  }

  @Test("records on which a regular expression gave up are told, and are no missing match")
  func undecided() async throws {
    #expect(LogSearch.undecided(0) == nil)
    #expect(
      LogSearch.undecided(1)
        == "1 record could not be tested: the regular expression takes too many steps on it; a simpler one decides.")
  }
}
