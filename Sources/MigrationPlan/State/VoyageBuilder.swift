import StrictYAML
package import TimeFormat

extension Voyage {
  /// Computes where the program stands. Pure: the same plan, evidence, reveals and moment give the same answer.
  ///
  /// - Parameters:
  ///   - evidence: the newest of every check and as much history as is kept; soak reaches as far back as it does.
  ///   - cluster: only this cluster's results; `nil` for every cluster of the plan.
  package init(_ plan: Plan, evidence: [Evidence], reveals: [Reveal], now: Timestamp, cluster: String? = nil) {
    let builder = VoyageBuilder(plan: plan, cells: CellState(plan: plan, evidence: evidence, now: now), reveals: reveals, now: now)
    let clusters = plan.program.clusters.map(\.id).filter { cluster == nil || $0 == cluster }
    let facilities = plan.facilities.map { builder.status(of: $0, on: clusters) }
    let sprint = builder.sprint()
    self.init(
      program: plan.program.name, at: now, sprint: sprint, facilities: facilities,
      gates: plan.gates.flatMap { builder.verdicts(of: $0, only: cluster) }, milestones: builder.milestones(facilities, sprint),
      budget: builder.budget(sprint), notes: builder.notes(facilities))
  }
}

struct VoyageBuilder {
  let plan: Plan
  let cells: CellState
  let reveals: [Reveal]
  let now: Timestamp

  func status(of facility: Facility, on clusters: [String]) -> FacilityStatus {
    let milestone = plan.milestones.first { $0.facility == facility.id }
    let standing = Standing(checks(of: facility.id, only: milestone?.exitChecks ?? [], on: clusters))
    let needed = milestone?.grade ?? .observed
    let isHolding = standing.holds(at: needed)
    let revealedAt = reveals.filter { $0.facility == facility.id && $0.at <= now }.map(\.at).max()
    var soak: Soak?
    if isHolding, let since = standing.passingSince { soak = Soak(since: since, days: milestone?.soakDays ?? 0, now: now) }
    let state: FacilityState =
      if revealedAt != nil {
        isHolding ? .revealed : .regressed
      } else if isHolding {
        .soaking
      } else {
        standing.hasEvidence ? .building : .planned
      }
    return FacilityStatus(
      id: facility.id, order: facility.order, name: facility.name, owner: facility.owner, state: state, counts: standing.counts,
      lowestGrade: standing.lowestGrade, newest: standing.newest, oldest: standing.oldest, nextDue: standing.nextDue, soak: soak,
      revealedAt: revealedAt, next: next(facility, state, standing, needed, soak, revealedAt), checks: standing.checks)
  }

  private func checks(of facility: String, only exit: [String], on clusters: [String]) -> [CheckStatus] {
    plan.checks.filter { $0.facility == facility && (exit.isEmpty || exit.contains($0.id)) }.map { check in
      let cells = cells.cells(of: check, on: clusters)
      return CheckStatus(id: check.id, outcome: cells.map(\.outcome).max { $0.badness < $1.badness } ?? .notApplicable, cells: cells)
    }
  }

  private func next(
    _ facility: Facility, _ state: FacilityState, _ standing: Standing, _ needed: Evidence.Grade, _ soak: Soak?, _ revealedAt: Timestamp?
  ) -> String {
    switch state {
    case .planned:
      let count = standing.checks.count
      return count == 0 ? "no checks yet" : "\(count) check\(count == 1 ? " has" : "s have") never run"
    case .building, .regressed:
      return standing.obstacle(at: needed, now: now)
    case .soaking:
      guard let soak, !soak.isDone else { return "ready to reveal" }
      return "soaking: \(soak.progress)"
    case .revealed:
      guard let every = facility.revisitEvery, let revealedAt, now - revealedAt > every else { return "" }
      return "due for review"
    }
  }

  /// Per cluster, on evidence from that very cluster.
  func verdicts(of gate: Gate, only cluster: String?) -> [GateVerdict] {
    let real = plan.program.clusters.filter { !$0.isProvingGround && (cluster == nil || $0.id == cluster) }
    guard !real.isEmpty else {
      let reason = GateVerdict.Reason(
        isMet: false, subject: "a real cluster", missing: "Gates need evidence from a real cluster", isPlain: true)
      let all = plan.program.clusters.map(\.id).filter { cluster == nil || $0 == cluster }
      return [verdict(gate, on: "", [reason] + reasons(gate, on: all))]
    }
    return real.map { verdict(gate, on: $0.id, reasons(gate, on: [$0.id])) }
  }

  private func verdict(_ gate: Gate, on cluster: String, _ reasons: [GateVerdict.Reason]) -> GateVerdict {
    GateVerdict(
      id: gate.id, name: gate.name, cluster: cluster, isOpen: reasons.allSatisfy(\.isMet), reasons: reasons, cap: gate.cap,
      grade: gate.grade, soakDays: gate.soakDays)
  }

  private func reasons(_ gate: Gate, on clusters: [String]) -> [GateVerdict.Reason] {
    gate.requires.map { reason(of: $0, gate, on: clusters) } + gate.conditions.map { reason($0, gate) }
  }

  private func reason(of id: String, _ gate: Gate, on clusters: [String]) -> GateVerdict.Reason {
    let standing = Standing(checks(of: id, only: [], on: clusters))
    var reason = GateVerdict.Reason(isMet: false, subject: plan.facilities.first { $0.id == id }?.name ?? id, facility: id)
    guard !standing.checks.isEmpty else {
      reason.missing = "no checks yet"
      return reason
    }
    reason.evidence = "\(standing.counts.pass)/\(standing.counts.counted)" + (standing.lowestGrade.map { " \($0.code)" } ?? "")
    guard standing.holds(at: gate.grade) else {
      reason.missing = standing.obstacle(at: gate.grade, now: now)
      return reason
    }
    if let since = standing.passingSince, gate.soakDays > 0 {
      let soak = Soak(since: since, days: gate.soakDays, now: now)
      if !soak.isDone {
        reason.missing = "soaking, \(soak.progress)"
        return reason
      }
    }
    reason.isMet = true
    return reason
  }

  private func reason(_ condition: Gate.Condition, _ gate: Gate) -> GateVerdict.Reason {
    switch condition {
    case .noSeverityOneDefect:
      let open = plan.defects.filter { $0.isOpen(now) && $0.severity == 1 && gate.requires.contains($0.facility) }.map(\.id)
      return .init(
        isMet: open.isEmpty, subject: "no severity-1 defect", missing: open.isEmpty ? "" : "open: \(open.joined(separator: ", "))")
    case .onCallNamed:
      let isNamed = plan.program.onCall != nil
      return .init(isMet: isNamed, subject: "on-call named", missing: isNamed ? "" : "the plan's program.onCall is not set")
    case .changeBudgetPositive:
      return .init(isMet: false, subject: "change budget positive", missing: "not measured yet")
    }
  }

  func sprint() -> SprintPosition? {
    guard let start = plan.program.start?.start else { return nil }
    let days = Int64(plan.program.sprintDays)
    let length = days * 86_400_000_000_000
    let elapsed = now.nanoseconds - start.nanoseconds
    let last = plan.program.lastSprint
    let number = elapsed < 0 ? 0 : min(Int(elapsed / length), last)
    let phase: SprintPosition.Phase = elapsed < 0 ? .before : elapsed >= length * Int64(last + 1) ? .after : .during
    let starts = start + .nanoseconds(length * Int64(number))
    let ends = starts + .nanoseconds(length)
    return SprintPosition(phase: phase, number: number, last: last, starts: starts, ends: ends, demoIn: ends - now)
  }

  func milestones(_ facilities: [FacilityStatus], _ sprint: SprintPosition?) -> [MilestoneStatus] {
    plan.milestones.map { milestone in
      let state = facilities.first { $0.id == milestone.facility }?.state ?? .planned
      let isOver = sprint.map { $0.phase == .after || $0.number > milestone.sprint } ?? false
      return MilestoneStatus(
        id: milestone.id, sprint: milestone.sprint, facility: milestone.facility, state: state, isLate: isOver && state != .revealed)
    }
  }

  func budget(_ sprint: SprintPosition?) -> BudgetStatus {
    let demo = sprint?.phase == .after ? nil : sprint?.number
    let cost = plan.concepts.filter { $0.demo != nil && $0.demo == demo }.reduce(0) { $0 + $1.weight }
    return BudgetStatus(assumed: plan.program.assumedBudget, costOfNextDemo: cost, nextDemo: demo)
  }

  /// The quality gate: nothing new is revealed while what was revealed is broken.
  func notes(_ facilities: [FacilityStatus]) -> [String] {
    let revealed = Set(facilities.filter { $0.revealedAt != nil }.map(\.id))
    let open = plan.defects.filter { $0.isOpen(now) && revealed.contains($0.facility) }
    var notes: [String] = []
    if let worst = open.first(where: { $0.severity == 1 }) {
      notes.append("no new reveals while \(worst.facility) has the severity-1 defect '\(worst.id)'")
    }
    let old = open.filter { $0.severity == 2 && now - $0.opened.start > .seconds(30 * 86_400) }
    if old.count > 3 { notes.append("no new reveals while \(old.count) severity-2 defects are older than 30 days") }
    for facility in facilities where facility.state == .regressed { notes.append("\(facility.name) regressed: \(facility.next)") }
    return notes
  }
}

extension Soak {
  package init(since: Timestamp, days: Int, now: Timestamp) {
    let left = Duration.seconds(days * 86_400) - (now - since)
    self.init(since: since, days: days, isDone: left <= .zero, left: max(left, .zero))
  }
}

extension Defect {
  package func isOpen(_ now: Timestamp) -> Bool { opened.start <= now && (fixed.map { now < $0.start } ?? true) }
}
