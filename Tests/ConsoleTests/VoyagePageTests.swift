import Console
import MigrationPlan
import Screen
import Synchronization
import Testing
import TimeFormat

@Suite("The Voyage page")
struct VoyagePageTests {
  private static let hopID = "check-0a1b2c3d"

  /// A plan whose hops fail, with the request that the check sent.
  private func ports(_ checks: FakeChecks = FakeChecks()) throws -> ConsolePorts {
    var evidence = Fixture.evidence
    let hops = try #require(evidence.firstIndex { $0.check == "logging.id-at-every-hop" })
    evidence[hops].outcome = .fail
    evidence[hops].observed = "ledger: no record with \(Self.hopID) after 10 s; records: orders 2, ledger 0"
    evidence[hops].query = "periplus logs --request-id \(Self.hopID)"
    let text = PlanTemplate.text(name: "Acme", start: Timestamp(rfc3339: "2018-01-08T00:00:00Z")!)
    let plan = try #require(PlanParser.parse(text, file: "plan.yaml").plan)
    let voyage = Voyage(plan, evidence: evidence, reveals: [], now: Fixture.now)
    var ports = ConsolePorts.fake(checks: checks)
    ports.voyage = { _, _ in PlanUpdate(voyage: voyage) }
    return ports
  }

  private func driver(_ checks: FakeChecks = FakeChecks(), columns: Int = 120) async throws -> ConsoleDriver {
    try await ConsoleDriver(Place(.voyage), ports: try ports(checks), size: Size(columns: columns, rows: columns / 3))
  }

  @Test("the grades are explained in place", arguments: [80, 120])
  func grades(columns: Int) async throws {
    let driver = try await driver(columns: columns)
    #expect(await driver.text().contains("E0 declared · E1 configured · E2 observed · E3 exercised"))
    try await driver.press("x")
    #expect(await driver.text().contains("E3 exercised: a request that the check sent, or a drill, made it work"))
  }

  @Test("Tab leads to the gates, Enter into a gate's conditions, and from one to the checks behind it", arguments: [80, 120])
  func gates(columns: Int) async throws {
    let driver = try await driver(columns: columns)
    try await driver.press("Tab", "Tab")
    var text = await driver.text()
    #expect(text.contains("Gates need evidence from a real cluster"))
    #expect(text.contains("condition") && text.contains("missing") && text.contains("at most 3 services"))
    try await driver.press("j")
    #expect(await driver.text().contains("── widespread"))
    try await driver.press("k", "Enter", "j", "x")
    text = await driver.text()
    #expect(text.contains("required: all checks pass at E3 for 14 days, at most 3 services"))
    #expect(text.contains("missing: logging.id-at-every-hop fails and 1 more"))
    try await driver.press("Esc", "Enter")
    text = await driver.text()
    #expect(text.contains("── Logging") && text.contains("Esc back"))
    try await driver.press("Esc")
    #expect(await driver.value("page") == "voyage")
  }

  @Test("a result says what the check asserts, what a failure means, how to fix it, and opens the request of a failed hop")
  func words() async throws {
    let driver = try await driver()
    try await driver.press("Enter", "Enter")
    let text = await driver.text()
    #expect(text.contains("asserts") && text.contains("how to fix") && text.contains("E3 exercised"))
    #expect(text.contains("Start at the first service without records"))
    #expect(text.contains(Self.hopID))
    try await driver.press("r")
    #expect(await driver.value("page") == "request")
    #expect(await driver.value("link") == "request/\(Self.hopID)")
    try await driver.press("Esc", "r")
    #expect(await driver.value("link") == "request/\(Self.hopID)")
  }

  @Test("c runs the checks of the row, and their offenders are named")
  func run() async throws {
    let checks = FakeChecks()
    let driver = try await driver(checks)
    try await driver.press("c")
    #expect(await driver.text().contains("Ran 4 checks: 3 pass, 1 fail."))
    try await driver.press("Enter", "j", "c")
    #expect(await driver.text().contains("Ran logging.one-completion: 1 fail."))
    #expect(checks.ran.withLock { $0.map(\.count) } == [4, 1])
    try await driver.press("Enter")
    #expect(await driver.text().contains("catalog-1 check-9f3c: 1 started, 2 completed"))
    try await driver.press("Esc", "Esc", "j", "c")
    #expect(await driver.text().contains("The plan has no checks for this row."))
  }

  @Test("checks that run say how far they are, and Esc cancels them")
  func cancel() async throws {
    var console = SteppedConsole(
      Place(.voyage), ports: try ports(FakeChecks(hangsAfter: 1)), size: Size(columns: 80, rows: 24))
    await console.runner.lookOnce()
    _ = await console.settle { $0.contains("logging.id-at-every-hop") }
    console.core.run("check")
    let running = await console.settle { $0.contains("1 of 4 done") }
    #expect(running.contains("◌ running checks: 1 of 4 done, 0 s   Esc cancel"))
    console.core.run("check")
    #expect(await console.settle { $0.contains("Esc cancels them") }.contains("Checks are running; Esc cancels them."))
    console.core.handle(.key(KeyPress(.escape)))
    let ended = await console.settle { $0.contains("Cancelled after") }
    #expect(ended.contains("Cancelled after 1 of 4 checks"))
    #expect(!ended.contains("running checks"))
  }
}
