import JSONBytes
package import MigrationPlan
package import Screen
import TimeFormat

/// The voyage: facilities in order with their evidence, gates and what the next demo costs.
package struct VoyageView: Sendable {
  package let voyage: Voyage

  package init(_ voyage: Voyage) { self.voyage = voyage }

  /// `✔ 12/12 E3`.
  package static func evidence(of facility: FacilityStatus) -> StyledLine {
    let counts = facility.counts
    guard counts.counted > 0 else {
      return StyledLine(facility.checks.isEmpty ? "–" : "◌ 0/\(facility.checks.count)", .grey)
    }
    let glyph: String
    let role: Role
    if counts.fail > 0 {
      (glyph, role) = ("✖", .red)
    } else if counts.allPass {
      (glyph, role) = ("✔", .green)
    } else {
      (glyph, role) = ("◌", .grey)
    }
    var line = StyledLine("\(glyph) \(counts.pass)/\(counts.counted)", role)
    if let grade = facility.lowestGrade { line.append(" \(grade.code)", .dim) }
    return line
  }

  /// `E0 declared · E1 configured · E2 observed · E3 exercised`.
  package static let gradeLegend = StyledLine(
    Evidence.Grade.allCases.map { "\($0.code) \($0.word)" }.joined(separator: " · "), .dim)

  /// What a gate asks of each of its facilities: `E3 for 14 days, at most 3 services`.
  package static func needs(of gate: GateVerdict) -> String {
    let soak = gate.soakDays > 0 ? " for \(counted(gate.soakDays, "day"))" : ""
    return "\(gate.grade.code)\(soak)" + (gate.cap.map { ", at most \(counted($0, "service"))" } ?? "")
  }

  /// One line per gate: name and cluster, then what stands in the way.
  package func gateLine(_ gate: GateVerdict) -> StyledLine {
    var line = StyledLine(gate.isOpen ? "✔ " : "✖ ", gate.isOpen ? .green : .amber)
    line.append(gate.name, .strong)
    if !gate.cluster.isEmpty { line.append(" in \(gate.cluster)", .dim) }
    let blocking = gate.reasons.filter { !$0.isMet }
    if gate.isOpen {
      line.append("  open" + (gate.cap.map { ", at most \($0) services" } ?? ""))
    } else if let first = blocking.first {
      line.append(": \(first.sentence)" + (blocking.count > 1 ? " (+\(blocking.count - 1))" : ""))
    }
    return line
  }

  package var budgetLine: StyledLine {
    var line = StyledLine()
    let budget = voyage.budget
    if let demo = budget.nextDemo {
      line.append("demo \(demo) costs ", .dim)
      line.append("\(budget.costOfNextDemo)", .strong)
    } else {
      line.append("no demo is due", .dim)
    }
    if let assumed = budget.assumed {
      line.append(" of \(VoyageView.number(assumed)) (assumed budget)", .dim)
      if Double(budget.costOfNextDemo) > assumed { line.append("  too much: hold something back", .amber) }
    } else {
      line.append("; the plan states no budget", .dim)
    }
    return line
  }

  static func number(_ value: Double) -> String {
    guard value.isFinite, abs(value) < 1e12 else { return "–" }
    return value == value.rounded() ? "\(Int(value))" : "\((value * 10).rounded() / 10)"
  }

  /// `sprint 6/14 · demo in 3 d`; empty when the plan has no dates.
  package var sprintText: String {
    guard let sprint = voyage.sprint else { return "" }
    switch sprint.phase {
    case .before: return "starts in \((sprint.starts - voyage.at).brief)"
    case .during: return "sprint \(sprint.number)/\(sprint.last) · demo in \(sprint.demoIn.brief)"
    case .after: return "after sprint \(sprint.last)"
    }
  }

  package func report(face: TimeDisplay) -> Report {
    var report = Report("Voyage: \(voyage.program) at \(face.full(voyage.at))")
    if !sprintText.isEmpty { report.add(.text(sprintText)) }
    report.add(.table(VoyageListings.facilities.reportTable(voyage.facilities, ListingContext(face: face, now: voyage.at))))
    report.add(.heading("Gates"))
    for gate in voyage.gates {
      let cap = gate.isOpen ? gate.cap.map { ", at most \($0) services" } ?? "" : ""
      report.add(
        .text(
          "\(gate.isOpen ? "✔" : "✖") \(gate.name)" + (gate.cluster.isEmpty ? "" : " in \(gate.cluster)")
            + (gate.isOpen ? ": open" : ": closed") + cap))
      report.add(.list(gate.reasons.map { "\($0.isMet ? "✔" : "✖") \($0.sentence)" }))
    }
    if !voyage.waves.isEmpty {
      report.add(.heading("Waves"))
      report.add(.list(voyage.waves.map { "\($0.isOpen ? "✔" : "✖") \($0.id), \(counted($0.services.count, "service")): \($0.next)" }))
    }
    report.add(.heading("Change budget"))
    report.add(.text(budgetLine.text))
    addRegisters(to: &report)
    if !voyage.environments.isEmpty {
      report.add(.heading("Environments"))
      report.add(
        .list(voyage.environments.map { "\($0.name): \($0.clusters.isEmpty ? "no cluster yet" : $0.clusters.joined(separator: ", "))" }))
    }
    if !voyage.notes.isEmpty { report.add(.list(voyage.notes)) }
    return report
  }

  /// How many entries are open, then each answered one with what shows it.
  private func addRegisters(to report: inout Report) {
    let answered = voyage.registers.filter { $0.state != .open }
    guard !answered.isEmpty else { return }
    report.add(.heading("Constraints, desires and ills"))
    report.add(
      .list(
        answered.map {
          "\($0.state == .satisfied ? "✔" : $0.state == .stated ? "·" : "✖") \($0.register.rawValue) \($0.id): \($0.text)"
            + ($0.missing.isEmpty ? "" : " (\($0.missing))")
        }))
    let open = voyage.registers.count - answered.count
    if open > 0 { report.add(.text("\(counted(open, "question")) without an answer.")) }
  }

  /// One line per facility, then one per gate, wave, entry of a register, and environment.
  package var jsonLines: [String] {
    voyage.facilities.map { VoyageListings.facilities.jsonLine($0) } + voyage.gates.map { VoyageListings.gates.line($0) }
      + voyage.waves.map { VoyageListings.waves.line($0) } + voyage.registers.map { VoyageListings.registers.line($0) }
      + voyage.environments.map { VoyageListings.environments.line($0) }
  }
}

extension FacilityState {
  package var role: Role {
    switch self {
    case .planned: .dim
    case .building: .text
    case .soaking: .text
    case .revealed: .green
    case .regressed: .red
    }
  }
}

extension Evidence.Outcome {
  package var glyph: String {
    switch self {
    case .pass: "✔"
    case .fail: "✖"
    case .unknown, .stale: "◌"
    case .waived, .notApplicable: "·"
    }
  }

  package var role: Role {
    switch self {
    case .pass: .green
    case .fail: .red
    case .unknown, .stale: .grey
    case .waived, .notApplicable: .dim
    }
  }
}
