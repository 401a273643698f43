import Checks
import MigrationPlan
import StateDirectory
import TimeFormat

/// The plan of a home.
struct PlanFile {
  let home: Home

  /// The plan, or why it cannot be used: its first error with file and line, and how many more there are.
  func read(now: Timestamp) throws -> Plan {
    guard let text = Files.text(home.plan) else {
      throw Problem.finding("there is no plan at \(home.plan) yet; periplus plan init writes a first one")
    }
    let (plan, diagnostics) = PlanParser.parse(text, file: home.plan, catalog: CheckLibrary.catalog, now: now)
    if let plan { return plan }
    let first = diagnostics.first.map { "\($0)" } ?? "it is empty"
    throw Problem.finding("the plan cannot be used: \(first); periplus plan lint shows all \(diagnostics.count)")
  }

  var reveals: [Reveal] {
    (Files.text("\(home.path)/reveals.jsonl") ?? "").split(separator: "\n").compactMap { Reveal(line: Array($0.utf8)) }
  }

  func voyage(_ evidence: [Evidence], now: Timestamp) throws -> Voyage {
    Voyage(try read(now: now), evidence: evidence, reveals: reveals, now: now)
  }

  /// What a home without a plan gets.
  static func fresh(now: Timestamp) -> String { PlanTemplate.text(start: now) }
}
