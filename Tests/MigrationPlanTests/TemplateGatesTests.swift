import MigrationPlan
import Testing
import TimeFormat

private let day = Duration.seconds(86_400)

/// Both gates of the plan that is shipped, as time passes.
@Suite("Gates of the shipped plan")
struct TemplateGatesTests {
  @Test("both open when everything has passed for a sprint on a cluster that is no ground")
  func open() async throws {
    var passage = try Passage()
    for number in 0..<14 {
      #expect(try await passage.gates().map(\.isOpen) == [false, false], "after \(number) days")
      passage.pass(day)
    }
    // The first runs were at the very beginning: from now on they have passed for 14 days.
    #expect(try await passage.obstacles() == ["first-services": [], "widespread": []])
    #expect(try await passage.gates().map(\.isOpen) == [true, true])
    passage.pass(day * 30)
    #expect(try await passage.gates().map(\.isOpen) == [true, true])
    #expect(try await passage.gates().map(\.cap) == [3, nil])
  }

  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    /// What stands in the way of `first-services`, and of `widespread`; empty for an open gate.
    var first: [String]
    var widespread: [String]
    var happen: @Sendable (inout Passage) throws -> Void
    var testDescription: String { name }

    /// - Parameter happen: what is different in 16 days in which else everything would pass.
    init(_ name: String, _ first: [String], _ widespread: [String]? = nil, _ happen: @escaping @Sendable (inout Passage) throws -> Void) {
      self.name = name
      self.first = first
      self.widespread = widespread ?? first
      self.happen = happen
    }
  }

  private static func result(_ check: String, _ change: @escaping (inout Evidence) -> Void) -> (Evidence) -> Evidence? {
    { found in
      var found = found
      if found.check == check { change(&found) }
      return found
    }
  }

  static let cases: [Case] = [
    Case("a check fails", ["Logging 3/4 E3: logging.id-echoed fails"]) {
      $0.pass(day * 16)
      $0.pass(.seconds(600), result("logging.id-echoed") { $0.outcome = .fail })
    },
    Case("a check cannot look", ["Logging 3/4 E3: logging.id-echoed is unknown"]) {
      $0.pass(day * 16)
      $0.pass(.seconds(600), result("logging.id-echoed") { $0.outcome = .unknown })
    },
    Case("results are stale", ["Logging 0/4: logging.id-at-every-hop is stale, last run 21 min ago and 3 more"]) {
      $0.pass(day * 16)
      $0.now = $0.now + .seconds(1200)
    },
    Case("a check passes only by configuration", ["Ingress 1/1 E1: evidence is E1, E3 is required"]) {
      $0.pass(day * 16, result("ingress.works") { $0.grade = .configured })
    },
    Case("the grade was too low until two days ago", ["Ingress 1/1 E3: soaking, 2 of 14 days done"]) {
      $0.pass(day * 14, result("ingress.works") { $0.grade = .observed })
      $0.pass(day * 2 + .seconds(14_400))
    },
    Case("it failed once, two days ago", ["Logging 4/4 E3: soaking, 1 of 14 days done"]) {
      $0.pass(day * 14)
      $0.pass(.seconds(600), result("logging.one-completion") { $0.outcome = .fail })
      $0.pass(day * 2 - .seconds(600))
    },
    Case("the checks did not run for 20 minutes, two days ago", ["Logging 4/4 E3: soaking, 2 of 14 days done"]) {
      $0.pass(day * 14)
      $0.pass(.seconds(1200)) { $0.check.hasPrefix("logging.") ? nil : $0 }
      $0.pass(day * 2 + .seconds(600))
    },
    Case("a workload that failed was deleted", ["Logging 4/4 E3: soaking, 2 of 14 days done"]) {
      $0.pass(day * 14) { found in
        guard found.check == "logging.records-valid" else { return found }
        var found = found
        (found.subject, found.outcome) = ("Deployment/old", .fail)
        return found
      }
      $0.pass(day * 2 + .seconds(600))
    },
    Case(
      "nothing ran",
      ["Logging 0/4: logging.id-at-every-hop has never run and 3 more", "Build & deploy pipeline 0/1: pipeline.works has never run"]
    ) {
      $0.pass(day * 16) { $0.check.hasPrefix("logging.") || $0.check.hasPrefix("pipeline.") ? nil : $0 }
    },
    Case("seven more minutes of soak", ["Logging 4/4 E3: soaking, 13 of 14 days done"]) {
      $0.pass(.seconds(60)) { $0.check.hasPrefix("logging.") ? nil : $0 }
      $0.pass(day * 14)
    },
    Case("the evidence is from the ground", ["Logging 0/4: logging.id-at-every-hop has never run and 3 more"]) {
      $0.pass(day * 16, on: ["ground", "dev-fra"]) { $0.cluster == "dev-fra" && $0.check.hasPrefix("logging.") ? nil : $0 }
    },
    Case("the evidence is from another cluster", ["Logging 0/4: logging.id-at-every-hop has never run and 3 more"]) {
      $0.pass(day * 16, on: ["prd-fra", "dev-fra"]) { $0.cluster == "dev-fra" && $0.check.hasPrefix("logging.") ? nil : $0 }
    },
    Case("a check is limited to other clusters", ["Logging 3/4 E3: logging.id-echoed does not run in dev-fra"]) {
      for index in $0.plan.checks.indices where $0.plan.checks[index].id == "logging.id-echoed" {
        $0.plan.checks[index].clusters = ["ground"]
      }
      $0.pass(day * 16, on: ["ground", "dev-fra"])
    },
    Case("a facility has no checks", ["Ingress: no checks yet"]) {
      $0.plan.checks.removeAll { $0.facility == "ingress" }
      $0.pass(day * 16)
    },
    Case("everything of a facility is waived", ["Ingress 0/0: every result is waived"]) {
      $0.plan.waivers = try Passage.entries(
        "waivers: [{check: ingress.works, reason: R, owner: O, approver: P, expires: 2018-04-30}]"
      ).waivers
      $0.pass(day * 16)
    },
    Case("a clock is ahead", ["Ingress 0/1: ingress.works is unknown"]) {
      $0.pass(day * 16, result("ingress.works") { $0.at = $0.at + .seconds(7200) })
    },
    Case("a severity-1 defect is open", ["no severity-1 defect: open: d"]) {
      $0.plan.defects = try Passage.entries(
        "defects: [{id: d, facility: ingress, severity: 1, statement: S, opened: 2018-02-08}]"
      ).defects
      $0.pass(day * 16)
    },
    Case("a severity-1 defect was fixed", []) {
      $0.plan.defects = try Passage.entries(
        "defects: [{id: d, facility: ingress, severity: 1, statement: S, opened: 2018-02-08, fixed: 2018-02-10}]"
      ).defects
      $0.pass(day * 16)
    },
    Case("a gate requires nothing", ["The plan requires no facility of this gate"]) {
      for index in $0.plan.gates.indices { $0.plan.gates[index].requires = [] }
      $0.pass(day * 16)
    },
    Case("nobody is on call", [], ["on-call named: the plan's program.onCall is not set"]) {
      $0.plan.program.onCall = nil
      $0.pass(day * 16)
    },
    Case("the plan states no budget", [], ["change budget positive: the plan's program.assumedBudget is not set"]) {
      $0.plan.program.assumedBudget = nil
      $0.pass(day * 16)
    },
    Case(
      "too much was revealed at once", [],
      ["change budget positive 0 of 3: concepts of weight 6 are not taken in yet, at 3 a sprint"]
    ) {
      $0.pass(day * 16)
      $0.reveals = [Reveal(facility: "logging", demo: "1", at: $0.now), Reveal(facility: "pipeline", demo: "2", at: $0.now)]
    },
    Case("what was revealed is taken in", []) {
      $0.pass(day * 2)
      $0.reveals = [Reveal(facility: "logging", demo: "1", at: $0.now)]
      $0.pass(day * 14)
    },
  ]

  @Test("they stay shut", arguments: cases)
  func shut(_ one: Case) async throws {
    var passage = try Passage()
    try one.happen(&passage)
    let obstacles = try await passage.obstacles()
    #expect(obstacles["first-services"] == one.first)
    #expect(obstacles["widespread"] == one.widespread)
    #expect(try await passage.gates().map(\.isOpen) == [one.first.isEmpty, one.widespread.isEmpty])
  }

  @Test("without a cluster that is no ground, whatever passes")
  func ground() async throws {
    var passage = try Passage()
    passage.plan.program.clusters.removeAll { !$0.isProvingGround }
    passage.pass(day * 16, on: ["ground"])
    let gates = try await passage.gates(on: "")
    #expect(gates.map(\.isOpen) == [false, false])
    #expect(
      gates.map { $0.reasons.filter { !$0.isMet }.map(\.sentence) } == [
        ["Gates need evidence from a real cluster"], ["Gates need evidence from a real cluster"],
      ])
  }

  @Test("a gate is judged for each cluster by itself")
  func clusters() async throws {
    var passage = try Passage()
    var other = try #require(passage.plan.program.clusters.last)
    other.id = "prd-fra"
    passage.plan.program.clusters.append(other)
    passage.pass(day * 16)
    #expect(try await passage.gates(on: "dev-fra").map(\.isOpen) == [true, true])
    #expect(try await passage.gates(on: "prd-fra").map(\.isOpen) == [false, false])
  }
}
