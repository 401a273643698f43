import ClusterModel
import Console
import Screen
import TelemetryModel
import Testing
import TimeFormat
import Views

@Suite("Freshness")
struct FreshnessTests {
  private func console(answered age: Duration) -> ConsoleCore {
    var snapshot = Fixture.snapshot("dev-fra")
    snapshot.connection = .live(since: Fixture.at("08:00:00"))
    snapshot.answered = Fixture.now - age
    var core = ConsoleCore(
      state: ConsoleState(now: Fixture.now), inbox: Inbox(), size: Size(columns: 80, rows: 24), theme: Theme(depth: .mono),
      glyphs: .unicode, now: { Fixture.now })
    core.receive(.cluster(ClusterUpdate(ClusterHealth(snapshot: snapshot, verdicts: Fixture.verdicts("dev-fra")))))
    return core
  }

  private func header(_ core: ConsoleCore) -> String {
    var core = core
    return core.render().plainText()[0]
  }

  @Test("the header says how old the last answer is, and after 10 s the cluster is no longer shown as live")
  func header() {
    #expect(header(console(answered: .seconds(2))).contains("● dev-fra  "))
    #expect(header(console(answered: .seconds(7))).contains("● dev-fra 7 s"))
    #expect(header(console(answered: .seconds(10))).contains("◌ dev-fra stale 10 s"))
  }

  @Test("an answer alone makes it live again, without a new snapshot")
  func heard() {
    var core = console(answered: .seconds(60))
    core.receive(.heard(cluster: "dev-fra", at: Fixture.now))
    #expect(header(core).contains("● dev-fra  "))
  }

  @Test("of a cluster that does not answer no node is ready, and none is a workload without data")
  func nodes() {
    var snapshot = Fixture.snapshot("dev-fra")
    func view() -> HealthView {
      let verdicts = HealthAssessment.verdicts(on: snapshot, reschedules: [], now: Fixture.now)
      return HealthView(
        clusters: [ClusterHealth(snapshot: snapshot, verdicts: verdicts)], reschedules: [], ledger: nil, now: Fixture.now)
    }
    snapshot.connection = .live(since: Fixture.at("08:00:00"))
    #expect(view().nodesLine(width: 80).text == "nodes 3/3 ready")
    snapshot.connection = .stale(since: Fixture.at("14:03:00"), reason: "no answer", retryAt: nil)
    #expect(view().nodesLine(width: 80).text == "nodes no data")
    #expect(view().tiles.allSatisfy { $0.verdict.subject.kind != "Node" })
  }

  /// Told before until a key was pressed: nobody who only watches saw how current the page is.
  @Test("what was done stands in the status row for ten seconds, what went wrong until a key is pressed")
  func notes() {
    let clock = HandClock()
    var core = ConsoleCore(
      state: ConsoleState(now: Fixture.now), inbox: Inbox(), size: Size(columns: 80, rows: 24), theme: Theme(depth: .mono),
      glyphs: .unicode, now: { clock.now })
    func shows(_ text: String, after seconds: Int64) -> Bool {
      clock.advance(by: .seconds(seconds))
      core.tick()
      return core.render().plainText().last?.contains(text) == true
    }
    core.receive(.note(Note("Deployed.", .good)))
    #expect(shows("Deployed.", after: 9))
    #expect(!shows("Deployed.", after: 1) && shows("? keys", after: 1))
    core.receive(.note(Note("It is lost.", .bad)))
    #expect(shows("It is lost.", after: 600))
    core.handle(.key(.character("2")))
    #expect(!shows("It is lost.", after: 1))
  }

  @Test("the footer counts from the server's last answer, not from now")
  func footer() {
    var snapshot = Fixture.snapshot("dev-fra")
    snapshot.connection = .live(since: Fixture.at("08:00:00"))
    snapshot.answered = Fixture.now - .seconds(12)
    let footer = SourcesView([], clusters: [snapshot], now: Fixture.now).footer(width: 80)
    #expect(footer.text == "sources: k8s 12 s")
    #expect(footer.runs.contains { $0.role == .amber })
  }
}
