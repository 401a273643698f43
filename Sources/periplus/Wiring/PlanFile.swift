import Application
import Checks
import MigrationPlan
import StateDirectory
import TimeFormat

/// The plan of a home.
struct PlanFile {
  let home: Home

  /// The plan, or why it cannot be used: its first error with file and line, and how many more there are.
  func read(now: Timestamp) throws -> Plan {
    // A plan that cannot be read is not a plan that is missing.
    do { _ = try Files.read(home.plan) } catch { throw Problem.environment("\(error)") }
    guard let text = Files.text(home.plan) else {
      throw Problem.finding("there is no plan at \(home.plan) yet; periplus plan init writes a first one")
    }
    let (plan, diagnostics) = PlanParser.parse(text, file: home.plan, checks: CheckLibrary.parameterTables, now: now)
    if let plan { return plan }
    let first = diagnostics.first.map { "\($0)" } ?? "it is empty"
    throw Problem.finding("the plan cannot be used: \(first); periplus plan lint shows all \(diagnostics.count)")
  }

  private var revealFile: String { "\(home.path)/reveals.jsonl" }

  var reveals: [Reveal] { revealLines.compactMap { Reveal(line: Array($0.line.utf8)) } }

  /// What of the reveals is not known, each with file and line: a demo that was shown may be among them.
  var revealProblems: [String] {
    do { _ = try Files.read(revealFile) } catch { return ["\(error); which demos were shown is not known"] }
    return revealLines.filter { Reveal(line: Array($0.line.utf8)) == nil }.map {
      "\(revealFile):\($0.number): this line is no reveal, and not counted; correct it, or record the demo again with periplus demo shown"
    }
  }

  private var revealLines: [(number: Int, line: Substring)] {
    (Files.text(revealFile) ?? "").split(separator: "\n", omittingEmptySubsequences: false).enumerated().map { ($0 + 1, $1) }
      .filter { !$0.1.isEmpty }
  }

  /// Where the program stands, for the console and the command line alike.
  ///
  /// - Parameter latest: the newest evidence of every check, where the caller has it.
  func voyage(_ evidence: EvidenceWindow, latest: [Evidence]? = nil, now: Timestamp) async throws -> Voyage {
    let plan = try read(now: now)
    return Voyage(plan, evidence: try await evidence.evidence(for: plan, latest: latest, now: now), reveals: reveals, now: now)
  }

  /// A first plan, whose sprint 0 begins now.
  static func fresh(now: Timestamp, app: AppProfile) -> String {
    PlanTemplate.text(start: now, cluster: GroundConnection.clusterName, requests: app.followedRequests.map(\.name))
  }

  /// The plan of a ground whose application stands at `sprint`: that sprint begins now, and those before it are over.
  static func fresh(now: Timestamp, atSprint sprint: Int, app: AppProfile) -> String {
    fresh(now: now - .seconds(sprint * PlanTemplate.sprintDays * 86_400), app: app)
  }
}
