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
    var facilities = plan.facilities.map { builder.status(of: $0, on: clusters) }
    let freeze = builder.freeze(facilities)
    for index in facilities.indices {
      let obstacle = builder.revealObstacle(of: facilities[index], freeze)
      facilities[index].revealObstacle = obstacle
      if facilities[index].state == .soaking, let obstacle { facilities[index].next = obstacle }
    }
    let sprint = builder.sprint()
    let gates = plan.gates.flatMap { builder.verdicts(of: $0, only: cluster) }
    let waves = plan.waves.map { builder.status(of: $0, gates) }
    self.init(
      program: plan.program.name, at: now, sprint: sprint, facilities: facilities, gates: gates,
      milestones: builder.milestones(facilities, sprint), budget: builder.budget(sprint),
      notes: builder.notes(facilities, freeze) + waves.compactMap { builder.note(of: $0) })
    self.waves = waves
    registers = builder.registers(facilities)
    environments = builder.environments()
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
    if isHolding, let since = standing.passingSince(at: needed) { soak = Soak(since: since, days: milestone?.soakDays ?? 0, now: now) }
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
    plan.checks.filter { $0.facility == facility && (exit.isEmpty || exit.contains($0.id)) }.map {
      CheckStatus(id: $0.id, cells: cells.cells(of: $0, on: clusters))
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
    return BudgetStatus(
      assumed: plan.program.assumedBudget, costOfNextDemo: cost, nextDemo: demo,
      undigested: ChangeBudget(plan, reveals: reveals, now: now).undigested)
  }

  func notes(_ facilities: [FacilityStatus], _ freeze: [String]) -> [String] {
    freeze + facilities.filter { $0.state == .regressed }.map { "\($0.name) regressed: \($0.next)" }
  }
}

extension CheckStatus {
  init(id: String, cells: [CheckCell]) {
    self.init(id: id, outcome: cells.map(\.outcome).max { $0.badness < $1.badness } ?? .notApplicable, cells: cells)
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
