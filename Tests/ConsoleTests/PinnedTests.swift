import ClusterModel
import Console
import MigrationPlan
import Screen
import Synchronization
import TelemetryModel
import TestKits
import Testing
import TimeFormat
import Views

@Suite("Pinned to a moment")
struct PinnedTests {
  @Test("Voyage shows the evidence of the moment, and never that of now in its place")
  func voyage() async throws {
    let asked = Mutex<[Timestamp]>([])
    var ports = ConsolePorts.fake()
    ports.pastVoyage = { moment in
      asked.withLock { $0.append(moment) }
      var voyage = try #require(Fixture.voyage())
      voyage.facilities[0].name = "Logging as of then"
      return voyage
    }
    let driver = try await ConsoleDriver(Place(.voyage), ports: ports, size: Size(columns: 120, rows: 40))
    try await driver.press(":", "type:at 13:00", "Enter")
    #expect(asked.withLock { $0 } == [Fixture.at("13:00:00")])
    #expect(await driver.text().contains("Logging as of then"))
    // Where nobody can tell, nothing stands there.
    let blind = try await ConsoleDriver(Place(.voyage), size: Size(columns: 120, rows: 40))
    let facility = try #require(Fixture.voyage()?.facilities.first?.name)
    #expect(await blind.text().contains(facility))
    try await blind.press(":", "type:at 13:00", "Enter")
    #expect(await !blind.text().contains(facility))
  }

  @Test("Logs count the pods that were gone then")
  func logs() async throws {
    let ledger = MemoryLedger.fixture()
    func gone(_ time: String) -> PodLifecycleEvent {
      PodLifecycleEvent(
        kind: "gone", at: Fixture.at(time), cluster: "prd-fra", namespace: "shop", pod: "catalog-6d-bcjp2",
        podUID: "uid-catalog-6d-bcjp2", node: "node-3", detail: "deleted")
    }
    ledger.add(lifecycle: [gone("14:04:05")])
    let driver = try await ConsoleDriver(
      Place(.logs, filter: "service:catalog"), ports: .fake(ledger: ledger), size: Size(columns: 120, rows: 40))
    #expect(await driver.value("podsGone") == "1")
    try await driver.press(":", "type:at 14:04:00", "Enter")
    #expect(await driver.value("podsGone") == "0")
  }

  @Test("the reschedule history of a moment that lies further back than what is loaded is asked for")
  func ledger() async throws {
    let old = Fixture.now - .seconds(10 * 86_400)
    let entry = Reschedule(
      key: "old", at: old - .seconds(60), cluster: "prd-fra", namespace: "shop", workload: "Deployment/ancient", change: .restarted,
      cause: .crash, old: .init(name: "ancient-0", uid: "u", node: "n"), container: "c", exitCode: 1, evidence: [])
    let driver = try await ConsoleDriver(ports: .fake(ledger: MemoryLedger([entry])))
    try await driver.console.run(command: "open reschedules@\(old.rfc3339(.seconds))")
    try await driver.console.settle()
    #expect(await driver.text().contains("ancient"))
  }

  @Test("a link to a moment can be the first thing that the console is told")
  func linkFirst() async {
    let ports = ConsolePorts.fake()
    var console = SteppedConsole(ports: ports, size: Size(columns: 120, rows: 40))
    console.core.run("open reschedules@2018-01-22T14:00:00Z")
    let text = await console.settle { $0.contains("prd-fra reports") || $0.contains("reports ") }
    #expect(text.contains("PINNED to 2018-01-22 14:00:00 UTC") && text.contains("reports"), "\(text)")
    #expect(!text.contains("is being read"))
  }

  @Test("a link to a workload waits for its cluster, and does not say meanwhile that it is gone")
  func linkToAWorkload() async {
    var core = ConsoleCore(
      state: ConsoleState(now: Fixture.now), inbox: Inbox(), size: Size(columns: 100, rows: 30), theme: Theme(depth: .mono),
      glyphs: .unicode, now: { Fixture.now })
    core.run("open health/prd-fra:shop/Deployment/reports")
    func text() -> String { core.render().plainText().joined(separator: "\n") }
    #expect(!text().contains("no longer"))
    var snapshot = ClusterSnapshot(cluster: "prd-fra", at: Fixture.now)
    core.receive(.cluster(ClusterUpdate(ClusterHealth(snapshot: snapshot, verdicts: []))))
    #expect(text().contains("prd-fra: connecting…") && !text().contains("no longer"))
    snapshot.connection = .live(since: Fixture.now)
    core.receive(.cluster(ClusterUpdate(ClusterHealth(snapshot: snapshot, verdicts: []))))
    #expect(text().contains("Deployment/reports is no longer in prd-fra."))
    core.receive(
      .cluster(ClusterUpdate(ClusterHealth(snapshot: Fixture.snapshot("prd-fra"), verdicts: Fixture.verdicts("prd-fra")))))
    #expect(text().contains("OOM killed 7 times"))
  }

  @Test("what is pinned to a moment of which no cluster state is kept shows no pods of now")
  func noPodsOfNow() async throws {
    let driver = try await ConsoleDriver(
      Place(.workload, cluster: "prd-fra", object: Fixture.deployment("reports")), size: Size(columns: 120, rows: 40))
    #expect(await driver.text().contains("reports-7f7b8-4ftrr"))
    try await driver.press(":", "type:at 13:00", "Enter")
    let text = await driver.text()
    #expect(!text.contains("OOM killed 7 times") && text.contains("No cluster state is recorded"))
  }
}
