import JSONBytes
import MigrationPlan
import StrictYAML
import TestKits
import Testing
import TimeFormat

private let now = Timestamp(rfc3339: "2018-02-10T12:00:00Z")!
private let day = Duration.seconds(86_400)

private func plan(_ more: String = "", ground: Bool = false) throws -> Plan {
  let text = """
    version: 1
    program: {id: a, name: A, start: 2018-01-29, sprintDays: 14, lastSprint: 11, clusters: [{id: dev, context: dev, provingGround: \(ground)}]}
    facilities: [{id: logging, order: 1, name: Logging}, {id: pipeline, order: 2, name: Pipeline}]
    checks: [{id: one, facility: logging, timeToLive: 15m}, {id: two, facility: logging, timeToLive: 15m}]
    milestones: [{id: m, sprint: 0, facility: logging, soakDays: 2}]
    gates: [{id: first, name: First, requires: [logging], grade: E3, soakDays: 2}]
    \(more)
    """
  let (plan, diagnostics) = PlanParser.parse(text, file: "p")
  return try #require(plan, "\(diagnostics.map(\.text))")
}

private func found(
  _ check: String, _ outcome: Evidence.Outcome = .pass, ago: Duration = .seconds(60), grade: Evidence.Grade = .exercised,
  subject: String = "dev", cluster: String = "dev"
) -> Evidence {
  Evidence(
    check: check, subject: subject, cluster: cluster, outcome: outcome, grade: grade, observed: "", query: "", source: "", at: now - ago)
}

/// A result every 10 minutes for so many days.
private func always(_ check: String, days: Int) -> [Evidence] {
  (0...days * 144).map { found(check, ago: .seconds(60 + $0 * 600)) }
}

@Suite("Voyage")
struct VoyageTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var evidence: [Evidence]
    var isRevealed = false
    var state: FacilityState
    var next: String
    var testDescription: String { name }
  }

  static let cases = [
    Case(name: "nothing ran", evidence: [], state: .planned, next: "2 checks have never run"),
    Case(name: "one ran", evidence: [found("one")], state: .building, next: "two has never run"),
    Case(name: "one fails", evidence: [found("one"), found("two", .fail)], state: .building, next: "two fails"),
    Case(name: "both fail", evidence: [found("one", .fail), found("two", .fail)], state: .building, next: "one fails and 1 more"),
    Case(name: "unknown is not pass", evidence: [found("one"), found("two", .unknown)], state: .building, next: "two is unknown"),
    Case(
      name: "stale is not pass", evidence: [found("one"), found("two", ago: .seconds(901))], state: .building,
      next: "two is stale, last run 15 min ago"),
    Case(
      name: "a time from the future proves nothing", evidence: [found("one"), found("two", ago: .seconds(-3600))], state: .building,
      next: "two is unknown"),
    Case(
      name: "grade too low", evidence: [found("one"), found("two", grade: .configured)], state: .building,
      next: "evidence is E1, E2 is required"),
    Case(name: "just passes", evidence: [found("one"), found("two")], state: .soaking, next: "soaking: 0 of 2 days done"),
    Case(name: "soaked", evidence: always("one", days: 3) + always("two", days: 3), state: .soaking, next: "ready to reveal"),
    Case(name: "revealed", evidence: [found("one"), found("two")], isRevealed: true, state: .revealed, next: ""),
    Case(name: "regressed", evidence: [found("one"), found("two", .fail)], isRevealed: true, state: .regressed, next: "two fails"),
    Case(name: "regressed for lack of evidence", evidence: [], isRevealed: true, state: .regressed, next: "one has never run and 1 more"),
    Case(
      name: "the newest run counts", evidence: [found("one", .fail, ago: .seconds(120)), found("one"), found("two")], state: .soaking,
      next: "soaking: 0 of 2 days done"),
    Case(
      name: "what the newest run no longer mentions is gone",
      evidence: [
        found("one", .fail, ago: .seconds(120), subject: "Deployment/old"), found("one", subject: "Deployment/new"), found("two"),
      ],
      state: .soaking, next: "soaking: 0 of 2 days done"),
    Case(
      name: "another cluster proves nothing", evidence: [found("one", cluster: "x"), found("two", cluster: "x")], state: .planned,
      next: "2 checks have never run"),
  ]

  @Test(
    "only whole days of a soak are done",
    arguments: [
      (5, 60, "0 of 5 days done"), (5, 86_400 * 2 + 1, "2 of 5 days done"), (1, 3600, "0 of 1 day done"), (2, 172_800, "2 of 2 days done"),
    ])
  func soakWords(days: Int, ago: Int, words: String) {
    #expect(Soak(since: now - .seconds(ago), days: days, now: now).progress == words)
  }

  @Test("state and what comes next", arguments: cases)
  func states(_ one: Case) throws {
    let reveals = one.isRevealed ? [Reveal(facility: "logging", demo: "1", at: now - day)] : []
    let voyage = Voyage(try plan(), evidence: one.evidence, reveals: reveals, now: now)
    #expect(voyage.facilities[0].state == one.state)
    #expect(voyage.facilities[0].next == one.next)
    #expect(voyage.facilities[1].state == .planned)
    #expect(voyage.facilities[1].next == "no checks yet")
  }

  @Test("a waived result counts in neither side, until the waiver ends")
  func waiver() throws {
    func waived(until: String) -> String {
      "waivers: [{check: two, reason: R, owner: O, approver: P, expires: \(until)}]"
    }
    let evidence = [found("one"), found("two", .fail)]
    let active = Voyage(try plan(waived(until: "2018-02-10")), evidence: evidence, reveals: [], now: now).facilities[0]
    #expect(active.state == .soaking)
    #expect(active.counts.counted == 1)
    #expect(active.counts.waived == 1)
    #expect(active.checks[1].cells[0].waiver?.approver == "P")
    let ended = Voyage(try plan(waived(until: "2018-02-09")), evidence: evidence, reveals: [], now: now).facilities[0]
    #expect(ended.state == .building)
    #expect(ended.counts.fail == 1)
  }

  @Test("when everything is waived there is no score")
  func allWaived() throws {
    let waivers = ["one", "two"].map { "{check: \($0), reason: R, owner: O, approver: P, expires: 2018-03-01}" }
    let status = Voyage(
      try plan("waivers: [\(waivers.joined(separator: ", "))]"), evidence: [found("one"), found("two")], reveals: [], now: now
    ).facilities[0]
    #expect(status.state == .building)
    #expect(status.counts.counted == 0)
    #expect(status.lowestGrade == nil)
  }

  @Test("a gap longer than a result lives begins the soak anew")
  func gap() throws {
    var history = always("one", days: 3) + always("two", days: 3)
    history.removeAll { $0.check == "two" && now - $0.at > .seconds(3600) && now - $0.at < .seconds(7200) }
    let soak = Voyage(try plan(), evidence: history, reveals: [], now: now).facilities[0].soak
    #expect(soak?.isDone == false)
    #expect(soak.map { now - $0.since } ?? .zero <= .seconds(3600))
  }

  @Test("counts, grade, ages and due")
  func figures() throws {
    let evidence = [found("one", ago: .seconds(300), grade: .observed), found("two")]
    let status = Voyage(try plan(), evidence: evidence, reveals: [], now: now).facilities[0]
    #expect(status.counts.pass == 2)
    #expect(status.lowestGrade == .observed)
    #expect(status.newest == now - .seconds(60))
    #expect(status.oldest == now - .seconds(300))
    #expect(status.nextDue == now + .seconds(600))
  }

  @Test("gates judge a cluster on its own evidence, grade and soak")
  func gates() throws {
    let soaked = always("one", days: 3) + always("two", days: 3)
    #expect(Voyage(try plan(), evidence: soaked, reveals: [], now: now).gates.map(\.isOpen) == [true])
    let fresh = Voyage(try plan(), evidence: [found("one"), found("two")], reveals: [], now: now).gates[0]
    #expect(!fresh.isOpen)
    #expect(fresh.reasons.map(\.sentence) == ["Logging 2/2 E3: soaking, 0 of 2 days done"])
    let low = Voyage(try plan(), evidence: [found("one"), found("two", grade: .observed)], reveals: [], now: now).gates[0]
    #expect(low.reasons.map(\.sentence) == ["Logging 2/2 E2: evidence is E2, E3 is required"])
    let ground = Voyage(try plan(ground: true), evidence: soaked, reveals: [], now: now).gates[0]
    #expect(!ground.isOpen)
    #expect(ground.reasons.first?.sentence == "Gates need evidence from a real cluster")
  }

  @Test("a severity-1 defect holds reveals and gates back until it is fixed")
  func defects() throws {
    let defect = "defects: [{id: f, facility: logging, severity: 1, statement: S, opened: 2018-02-01"
    let reveals = [Reveal(facility: "logging", demo: "1", at: now - day)]
    let open = Voyage(try plan(defect + "}]"), evidence: [], reveals: reveals, now: now)
    #expect(open.notes.contains("no new reveals while logging has the severity-1 defect 'f'"))
    let fixed = Voyage(try plan(defect + ", fixed: 2018-02-05}]"), evidence: [], reveals: reveals, now: now)
    #expect(!fixed.notes.contains { $0.contains("severity") })
  }

  @Test(
    "sprints are counted from the start",
    arguments: [
      ("2018-01-28T23:59:59Z", 0, SprintPosition.Phase.before), ("2018-01-29T00:00:00Z", 0, .during), ("2018-02-12T00:00:00Z", 1, .during),
      ("2018-07-15T23:59:59Z", 11, .during), ("2018-07-16T00:00:00Z", 11, .after),
    ])
  func sprints(at: String, number: Int, phase: SprintPosition.Phase) throws {
    let sprint = Voyage(try plan(), evidence: [], reveals: [], now: Timestamp(rfc3339: at)!).sprint
    #expect(sprint?.number == number)
    #expect(sprint?.phase == phase)
  }

  @Test("a milestone is late when its sprint is over and it is not revealed")
  func late() throws {
    #expect(Voyage(try plan(), evidence: [], reveals: [], now: now).milestones.map(\.isLate) == [false])
    #expect(Voyage(try plan(), evidence: [], reveals: [], now: now + day + day).milestones.map(\.isLate) == [true])
  }

  @Test("a reveal goes through its line")
  func reveal() {
    let reveal = Reveal(facility: "logging", demo: "01", at: now)
    #expect(Reveal(line: reveal.json.jsonBytes) == reveal)
    #expect(Reveal(line: Array("nonsense".utf8)) == nil)
  }
}

@Suite("Evidence of a voyage")
struct EvidenceWindowTests {
  @Test("a soak reaches back over the history, for who asks once and for who asks again")
  func soaks() async throws {
    let plan = try plan()
    let log = MemoryEvidence(always("one", days: 3) + always("two", days: 3))
    let window = EvidenceWindow(log)
    for latest in [nil, try await log.latest()] {
      let voyage = Voyage(plan, evidence: try await window.evidence(for: plan, latest: latest, now: now), reveals: [], now: now)
      #expect(voyage.facilities[0].next == "ready to reveal")
    }
    let before = log.read
    #expect(before < 3 * 144 * 2 + 20)
    log.add(found("two", .fail, ago: .seconds(1)))
    let voyage = Voyage(plan, evidence: try await window.evidence(for: plan, now: now), reveals: [], now: now)
    #expect(voyage.facilities[0].state == .building)
    #expect(log.read - before < 10)
  }

  @Test("the newest result counts however old it is")
  func old() async throws {
    let plan = try plan()
    let evidence = try await EvidenceWindow(MemoryEvidence([found("one", ago: day * 90)])).evidence(for: plan, now: now)
    #expect(evidence.map(\.check) == ["one"])
  }
}
