import MigrationPlan
import StrictYAML
import TestKits
import Testing
import TimeFormat

/// The shipped plan on a cluster that is no ground, and time that passes there: each check runs when its evidence is half its life old, as the
/// recorder has it.
struct Passage {
  static let start = Timestamp(rfc3339: "2018-01-29T00:00:00Z")!
  /// The cluster that the template names in a comment.
  static let cluster = "dev-fra"
  static let facilities = ["pipeline", "ingress", "durable-logging", "monitoring", "dashboards", "alerting"]

  var plan: Plan
  var now = Passage.start
  var reveals: [Reveal] = []
  let log = MemoryEvidence()
  private let window: EvidenceWindow
  private var next: [String: Timestamp] = [:]

  /// The template as its comments say how to complete it, with a check for each facility of its gates.
  init() throws {
    let checks = Self.facilities.map { "  - {id: \($0).works, facility: \($0), timeToLive: 4h}\n" }.joined()
    let text = PlanTemplate.text(start: Self.start)
      .replacing("# - id: dev-fra", with: "- id: dev-fra").replacing("#   context: dev-fra ", with: "  context: dev-fra ")
      .replacing("#   location: fra", with: "  location: fra").replacing("#   level: dev", with: "  level: dev")
      .replacing("# onCall: who", with: "onCall: A. N. Other # who").replacing("\nchecks:\n", with: "\nchecks:\n\(checks)")
    let (plan, diagnostics) = PlanParser.parse(text, file: "plan.yaml")
    self.plan = try #require(plan, "\(diagnostics.map(\.text))")
    window = EvidenceWindow(log)
  }

  /// The entries of a plan with this beside the checks of ``facilities``.
  static func entries(_ more: String) throws -> Plan {
    let text = """
      version: 1
      program: {id: a, name: A, start: 2018-01-29, clusters: []}
      facilities: [{id: ingress, order: 1, name: Ingress}]
      checks: [{id: ingress.works, facility: ingress}]
      \(more)
      """
    let (plan, diagnostics) = PlanParser.parse(text, file: "plan.yaml")
    return try #require(plan, "\(diagnostics.map(\.text))")
  }

  /// - Parameter found: what becomes of a result: itself, another one, or none where the check did not run.
  mutating func pass(_ time: Duration, on clusters: [String] = [cluster], _ found: (Evidence) -> Evidence? = { $0 }) {
    let end = now + time
    for check in plan.checks {
      var at = max(next[check.id] ?? now, now)
      while at <= end {
        for cluster in clusters where check.clusters.isEmpty || check.clusters.contains(cluster) {
          let result = Evidence(
            check: check.id, subject: check.scope == .service ? "Deployment/web" : cluster, cluster: cluster, outcome: .pass,
            grade: .exercised, observed: "", query: "", source: "", at: at)
          if let result = found(result) { log.add(result) }
        }
        at = at + check.timeToLive / 2 + .seconds(5)
      }
      next[check.id] = at
    }
    now = end
  }

  /// As the console computes it, which keeps its window over all that time, and as a command does, which reads for the first time.
  func voyage() async throws -> Voyage {
    let kept = Voyage(plan, evidence: try await window.evidence(for: plan, now: now), reveals: reveals, now: now)
    let fresh = Voyage(plan, evidence: try await EvidenceWindow(log).evidence(for: plan, now: now), reveals: reveals, now: now)
    #expect(kept == fresh)
    return kept
  }

  func gates(on cluster: String = cluster) async throws -> [GateVerdict] { try await voyage().gates.filter { $0.cluster == cluster } }

  /// What stands in the way of each gate of ``cluster``.
  func obstacles() async throws -> [String: [String]] {
    Dictionary(uniqueKeysWithValues: try await gates().map { ($0.id, $0.reasons.filter { !$0.isMet }.map(\.sentence)) })
  }
}
