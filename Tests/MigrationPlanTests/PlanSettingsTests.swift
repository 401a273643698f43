import MigrationPlan
import StrictYAML
import Testing
import TimeFormat

private let now = Timestamp(rfc3339: "2018-02-10T12:00:00Z")!
private let day = Duration.seconds(86_400)

private func plan(_ more: String, scope: String = "service", soak: Int = 0) throws -> Plan {
  let text = """
    version: 1
    program:
      {id: a, name: A, start: 2018-01-29, environments: [dev, prod], clusters: [{id: fra, context: fra, level: prod}]}
    facilities: [{id: logging, order: 1, name: Logging}, {id: ingress, order: 2, name: Ingress}]
    checks: [{id: one, facility: logging, scope: \(scope)}, {id: two, facility: ingress}]
    milestones: [{id: m, sprint: 0, facility: logging, soakDays: \(soak)}]
    gates: [{id: first, name: first services in, requires: [logging], grade: E2, soakDays: 0, cap: 2}]
    \(more)
    """
  let (plan, diagnostics) = PlanParser.parse(text, file: "p")
  return try #require(plan, "\(diagnostics.map(\.text))")
}

private func found(
  _ check: String, _ outcome: Evidence.Outcome = .pass, _ subject: String = "fra", grade: Evidence.Grade = .exercised,
  ago: Duration = .seconds(60)
) -> Evidence {
  Evidence(
    check: check, subject: subject, cluster: "fra", outcome: outcome, grade: grade, observed: "seen on \(subject)", query: "", source: "",
    at: now - ago)
}

@Suite("Settings of a plan")
struct PlanSettingsTests {
  private let results = [
    found("one", .pass, "Deployment/a"), found("one", .fail, "Deployment/b"), found("one", .pass, "Deployment/c", grade: .observed),
  ]

  @Test("scope service: a result for each workload")
  func service() throws {
    let status = Voyage(try plan(""), evidence: results, reveals: [], now: now).facilities[0]
    #expect(status.checks[0].cells.map(\.subject) == ["Deployment/a", "Deployment/b", "Deployment/c"])
    #expect((status.counts.pass, status.counts.counted) == (2, 3))
  }

  @Test("scope cluster: one result, the worst, with where it was seen")
  func cluster() throws {
    let one = try plan("", scope: "cluster")
    let failing = Voyage(one, evidence: results, reveals: [], now: now).facilities[0]
    #expect(failing.checks[0].cells.map(\.subject) == ["fra"])
    #expect(failing.checks[0].cells.map(\.outcome) == [.fail])
    #expect(failing.checks[0].cells.map { $0.evidence?.observed } == ["2 of 3 pass; Deployment/b: seen on Deployment/b"])
    #expect(failing.counts.counted == 1)
    let passing = Voyage(one, evidence: [results[0], results[2]], reveals: [], now: now).facilities[0]
    #expect((passing.counts.pass, passing.counts.counted, passing.lowestGrade) == (1, 1, .observed))
  }

  @Test("scope cluster: a waiver of one workload leaves it out, and one of all leaves no score")
  func waived() throws {
    func status(_ subject: String) throws -> FacilityStatus {
      let waiver = "waivers: [{check: one, \(subject)reason: R, owner: O, approver: P, expires: 2018-03-01}]"
      return Voyage(try plan(waiver, scope: "cluster"), evidence: results, reveals: [], now: now).facilities[0]
    }
    let one = try status("subject: Deployment/b, ")
    #expect((one.counts.pass, one.counts.counted) == (1, 1))
    let all = try status("")
    #expect((all.counts.waived, all.counts.counted) == (1, 0))
  }

  @Test(
    "a wave waits for its gate, its days and its cap",
    arguments: [
      ("entryGate: first", Evidence.Outcome.pass, true, "may come in: fra"),
      ("entryGate: first", .fail, false, "waits for the gate 'first services in': Logging 0/1: one fails"),
      ("entryGate: first, from: 2018-02-13", .pass, false, "may begin in 2 d"),
      ("entryGate: first, to: 2018-02-09", .pass, false, "its last day is over"),
      ("entryGate: first, cap: 1", .pass, false, "2 services are planned, at most 1 may come in"),
      ("cap: 2", .fail, true, "no gate holds it back"),
    ])
  func waves(keys: String, outcome: Evidence.Outcome, isOpen: Bool, next: String) throws {
    let plan = try plan("waves: [{id: w, \(keys)}]\nservices: [{id: x, wave: w}, {id: y, wave: w}]")
    let wave = try #require(Voyage(plan, evidence: [found("one", outcome)], reveals: [], now: now).waves.first)
    #expect(wave.isOpen == isOpen)
    #expect(wave.next == next)
    #expect(wave.services == ["x", "y"])
  }

  @Test("a wave that should be under way and is not is named")
  func late() throws {
    let voyage = Voyage(
      try plan("waves: [{id: w, entryGate: first, from: 2018-02-05}]"), evidence: [found("one", .fail)], reveals: [], now: now)
    #expect(
      voyage.notes == ["wave 'w' was to begin 5 d ago and waits for the gate 'first services in': Logging 0/1: one fails"])
  }

  @Test("entries of registers: open, stated, shown by what satisfies them, or not")
  func registers() throws {
    let plan = try plan(
      """
      constraints:
        - {id: open, question: Q}
        - {id: stated, question: Q, statement: S}
        - {id: shown, question: Q, statement: S, satisfiedBy: [one, logging], affects: [logging]}
      ills:
        - {id: unshown, question: Q, statement: S, satisfiedBy: [one, two, ingress]}
      """)
    let registers = Voyage(plan, evidence: [found("one"), found("two", .fail)], reveals: [], now: now).registers
    #expect(registers.map(\.id) == ["open", "stated", "shown", "unshown"])
    #expect(registers.map(\.state) == [.open, .stated, .satisfied, .unsatisfied])
    #expect(
      registers.map(\.missing) == ["the question has no answer yet", "nothing is named that shows it", "", "two fails and 1 more"])
    #expect(registers.map(\.text) == ["Q", "S", "S", "S"])
    #expect(registers[3].register == .ill)
  }

  @Test("environments have the clusters of their level")
  func environments() throws {
    let voyage = Voyage(try plan(""), evidence: [], reveals: [], now: now)
    #expect(voyage.environments.map(\.name) == ["dev", "prod"])
    #expect(voyage.environments.map(\.clusters) == [[], ["fra"]])
  }

  @Test(
    "what keeps a demo from revealing a facility",
    arguments: [
      (Evidence.Outcome?.none, false, String?.some("1 check has never run")), (.fail, false, "one fails"),
      (.pass, false, "soaking: 0 of 2 days done"), (.fail, true, "one fails"), (.pass, true, nil),
    ])
  func reveal(outcome: Evidence.Outcome?, isRevealed: Bool, obstacle: String?) throws {
    let reveals = isRevealed ? [Reveal(facility: "logging", demo: "1", at: now - day)] : []
    let evidence = outcome.map { [found("one", $0)] } ?? []
    #expect(Voyage(try plan("", soak: 2), evidence: evidence, reveals: reveals, now: now).facilities[0].revealObstacle == obstacle)
  }

  @Test("a severity-1 defect keeps its own facility and every new one from being revealed")
  func defects() throws {
    func obstacles(_ facility: String, fixed: String = "") throws -> [String?] {
      let defect = "defects: [{id: d, facility: \(facility), severity: 1, statement: S, opened: 2018-02-01\(fixed)}]"
      let voyage = Voyage(
        try plan(defect), evidence: [found("one"), found("two")], reveals: [Reveal(facility: "ingress", demo: "2", at: now - day)], now: now
      )
      return voyage.facilities.map(\.revealObstacle)
    }
    #expect(try obstacles("logging") == ["no reveal while it has the severity-1 defect 'd'", nil])
    #expect(try obstacles("ingress") == ["no new reveals while ingress has the severity-1 defect 'd'", nil])
    #expect(try obstacles("ingress", fixed: ", fixed: 2018-02-09") == [nil, nil])
  }

  @Test("a soak that is over lets a facility be revealed, and says so")
  func ready() throws {
    let evidence = (0...3 * 144).map { found("one", ago: .seconds(60 + $0 * 600)) }
    let status = Voyage(try plan("", soak: 2), evidence: evidence, reveals: [], now: now).facilities[0]
    #expect(status.revealObstacle == nil)
    #expect(status.next == "ready to reveal")
  }

  @Test("gates that cannot open, waves without a gate, clusters of no environment: the lint names them")
  func lint() {
    let text = """
      version: 1
      program:
        id: a
        name: A
        start: 2018-01-01
        environments: [dev, pre-prod]
        clusters:
          - {id: ground, context: ground, level: dev, provingGround: true}
          - {id: fra, context: fra, level: prd}
      teams: [{id: t, name: T, migrationGroup: true, members: [{name: N, skills: [operations, development, design, teaching], certifiedAdministrator: true}]}]
      facilities: [{id: x, order: 1, name: X, owner: t}]
      checks:
        - {id: one, facility: x, clusters: [ground]}
        - {id: two, facility: x, clusters: [ground, fra]}
      gates:
        - {id: empty, name: E, requires: []}
        - {id: first, name: F, requires: [x], cap: 1}
      waves: [{id: free}, {id: early, entryGate: first}]
      services: [{id: a, wave: free}, {id: b, wave: early}, {id: c, wave: early}]
      """
    #expect(
      PlanParser.parse(text, file: "p", now: now).diagnostics.map(\.text) == [
        "p:6:17: warning: no cluster is of the environment pre-prod; name one with that level",
        "p:9:38: warning: there is no environment 'prd' in program.environments; it has dev, pre-prod",
        "p:13:38: warning: check 'one' does not run in fra: gate 'first' stays closed there",
        "p:16:36: error: gate 'empty' requires no facility and can never open; name those that must hold",
        "p:18:9: warning: wave 'free' has no entryGate: nothing holds its services back",
        "p:18:21: warning: wave 'early' has 2 services, its gate 'first' admits 1",
      ])
  }
}
