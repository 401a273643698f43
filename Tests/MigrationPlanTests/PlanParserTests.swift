import MigrationPlan
import StrictYAML
import TestSupport
import Testing
import TimeFormat

private let now = Timestamp(rfc3339: "2018-02-10T12:00:00Z")!

@Suite("Plan parser")
struct PlanParserTests {
  @Test("the first plan has no errors, and only the warnings that its gaps deserve")
  func template() throws {
    let text = PlanTemplate.text(name: "Acme: \"platform\" #1", start: now)
    let (plan, diagnostics) = PlanParser.parse(text, file: "plan.yaml", now: now)
    #expect(!diagnostics.hasErrors, "\(diagnostics.map(\.text).joined(separator: "\n"))")
    #expect(
      diagnostics.map(\.message).map { String($0.prefix(34)) } == [
        "no cluster is of the environments ", "nobody in the migration group cove", "nobody in the migration group is a",
        "6 of 6 constraints have a question", "4 of 4 desires have a question and", "8 of 8 ills have a question and no",
      ])
    let read = try #require(plan)
    #expect(read.program.name == "Acme: \"platform\" #1")
    #expect(read.facilities.map(\.order) == Array(1...10))
    #expect(
      read.facilities.map(\.name) == [
        "Logging", "Build & deploy pipeline", "Ingress", "Durable logging", "Monitoring", "Monitoring dashboards", "Alerting",
        "Service resiliency", "Distributed tracing", "Service mesh",
      ])
    #expect(read.gates.map(\.requires.count) == [4, 7])
    #expect(read.milestones.map(\.sprint) == Array(1...10))
    #expect(read.checks.count == 4)
    #expect(read.checks[0].timeToLive == .seconds(900))
  }

  @Test("every error of a bad plan at once, with place and suggestion")
  func manyErrors() {
    let text = """
      version: 2
      program:
        id: Acme Corp
        name: Acme
        start: 2018-02-30
        sprintdays: 14
        clusters:
          - {id: dev, context: dev}
          - {id: dev, context: dev-2}
      facilities:
        - id: logging
          order: one
          name: Logging
          dependsOn: [pipeline]
        - id: pipeline
          order: 2
          nmae: Pipeline
          dependsOn: [logging, ingres]
        - {id: ingress, order: 2, name: Ingress}
      checks:
        - {id: logging.id-echoed, facility: loging, timeToLive: soon}
      waivers:
        - {check: logging.id-echoed, reason: why not, owner: A, approver: B}
      gates:
        - id: g
          name: G
          requires: logging
          grade: E4
        - just text
      defects:
        - {id: f, facility: ingress, severity: 0, statement: S, opened: 2018-01-02, fixed: 2018-01-01}
      facilitys: []
      """
    let (plan, diagnostics) = PlanParser.parse(text, file: "p.yaml")
    #expect(plan == nil)
    let errors = diagnostics.filter { $0.severity == .error }.map(\.text)
    let golden = """
      p.yaml:1:10: error: version: expected a whole number from 1 to 1, came the number 2
      p.yaml:3:7: error: program.id: expected a name of a-z, 0-9, '-' and '.', came 'Acme Corp'
      p.yaml:5:10: error: program.start: expected a date like 2018-01-22, came '2018-02-30'
      p.yaml:6:3: error: unknown key 'sprintdays' in the program; did you mean 'sprintDays'?
      p.yaml:9:12: error: the id 'dev' names two entries of kind cluster; every id may occur once
      p.yaml:12:12: error: facilities[0].order: expected a whole number from 1 to 99, came 'one'
      p.yaml:14:16: error: dependsOn of facility 'logging' leads back to itself: logging → pipeline → logging
      p.yaml:15:5: error: facilities[1]: a facility needs 'name' (text): its name
      p.yaml:17:5: error: unknown key 'nmae' in a facility; did you mean 'name'?
      p.yaml:18:26: error: there is no facility 'ingres'; did you mean 'ingress'?
      p.yaml:19:26: error: order 2 is that of facility 'pipeline' already; expected each place once
      p.yaml:21:39: error: there is no facility 'loging'; did you mean 'logging'?
      p.yaml:21:59: error: checks[0].timeToLive: expected a duration like 30s, 5m, 2h or 1d, came 'soon'
      p.yaml:23:5: error: waivers[0]: a waiver needs 'expires' (a date like 2018-01-22): the last day on which it holds; a waiver without an end is a lowered standard
      p.yaml:27:15: error: gates[0].requires: expected a list, each entry the id of a facility, came 'logging'
      p.yaml:28:12: error: gates[0].grade: expected one of E0, E1, E2, E3, came 'E4'
      p.yaml:29:5: error: gates[1]: expected a gate as a mapping, came 'just text'
      p.yaml:31:42: error: defects[0].severity: expected a whole number from 1 to 4, came the number 0
      p.yaml:31:86: error: fixed 2018-01-01 is before opened 2018-01-02
      p.yaml:32:1: error: unknown key 'facilitys' in a plan; did you mean 'facilities'?
      """
    #expect(errors.joined(separator: "\n") == golden)
  }

  @Test("keys that occur twice are all named, and the rest is read on")
  func duplicateKeys() {
    let text = """
      version: 1
      program: {id: a, name: A, start: 2018-01-01, clusters: [], name: B}
      facilities:
        - {id: x, order: 1, name: X, order: 2, ordr: 3}
      version: 1
      """
    let messages = PlanParser.parse(text, file: "p").diagnostics.filter { $0.severity == .error }.map { "\($0.line): \($0.message)" }
    #expect(
      messages == [
        "1: key 'version' occurs twice in this mapping; keep one",
        "2: key 'name' occurs twice in this mapping; keep one",
        "4: key 'order' occurs twice in this mapping; keep one",
        "4: unknown key 'ordr' in a facility",
      ] || messages.count == 4 && messages[3].hasPrefix("4: unknown key 'ordr'"))
  }

  @Test("check names and parameters are held to the checks that exist")
  func checks() {
    let checks = ParameterTables(
      of: "check", namedBy: ["id", "check"],
      ["a.b": RecordSchema("the parameters of a.b", [SchemaField("records", .integer(1...10), "how many")])])
    let text = """
      version: 1
      program: {id: a, name: A, start: 2018-01-01, clusters: []}
      facilities: [{id: x, order: 1, name: X}]
      checks:
        - {id: a.b, facility: x, parameters: {recrods: 3}}
        - {id: a.c, facility: x}
      """
    let messages = PlanParser.parse(text, file: "p", checks: checks).diagnostics.filter { $0.severity == .error }.map(\.text)
    #expect(
      messages == [
        "p:5:41: error: unknown key 'recrods' in the parameters of a.b; did you mean 'records'?",
        "p:6:10: error: there is no check 'a.c'; did you mean 'a.b'?",
      ])
  }

  @Test("warnings name what is missing")
  func warnings() {
    let text = """
      version: 1
      program: {id: a, name: A, start: 2018-01-01, clusters: [], assumedBudget: 2.5}
      teams: [{id: t, name: T, migrationGroup: true, members: [{name: N, skills: [design, teaching], certifiedAdministrator: true}]}]
      facilities: [{id: x, order: 1, name: X}]
      concepts: [{id: c, facility: x, name: C, weight: 3, demo: 1}]
      checks: [{id: k, facility: x}]
      waivers: [{check: k, reason: R, owner: O, approver: P, expires: 2018-02-09}]
      """
    let messages = PlanParser.parse(text, file: "p", now: now).diagnostics.map(\.message)
    #expect(
      messages == [
        "nobody in the migration group covers operations, development; all skills must be covered",
        "facility 'x' has no owner; name the team that answers for it",
        "demo 1 costs 3, the assumed budget is 2.5: hold back concept 'c'",
        "this waiver of 'k' ended on 2018-02-09; the check counts again",
      ])
  }

  @Test("any bytes give findings, never a crash")
  func fuzz() {
    let base = Array(PlanTemplate.text(start: now).unicodeScalars)
    var random = SeededGenerator(seed: 42)
    let noise: [Unicode.Scalar] = [
      "[", "]", "{", "}", ":", "-", "\"", "'", "\n", " ", "|", ">", "&", "*", "#", "\u{0}", "\u{1F600}", "?", "!", "%", "\t",
    ]
    for _ in 0..<300 {
      // A window keeps each round short.
      let from = Int(random.next() % UInt64(base.count - 1500))
      var text = Array(base[from..<from + 1500])
      for _ in 0..<Int(random.next() % 12) {
        let at = Int(random.next() % UInt64(text.count))
        switch random.next() % 3 {
        case 0: text.remove(at: at)
        case 1: text.insert(noise[Int(random.next() % UInt64(noise.count))], at: at)
        default: text[at] = noise[Int(random.next() % UInt64(noise.count))]
        }
      }
      var view = String.UnicodeScalarView()
      view.append(contentsOf: text)
      let (plan, diagnostics) = PlanParser.parse(String(view), file: "p", now: now)
      #expect(plan != nil || diagnostics.hasErrors)
    }
  }
}
