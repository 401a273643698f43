import TimeFormat

extension VoyageBuilder {
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
    // Nothing that is required would be true of every cluster.
    let nothing = GateVerdict.Reason(
      isMet: false, subject: "required facilities", missing: "The plan requires no facility of this gate", isPlain: true)
    let required = gate.requires.isEmpty ? [nothing] : gate.requires.map { reason(of: $0, gate, on: clusters) }
    return required + gate.conditions.map { reason($0, gate) }
  }

  private func reason(of id: String, _ gate: Gate, on clusters: [String]) -> GateVerdict.Reason {
    let checks = plan.checks.filter { $0.facility == id }
    let standing = Standing(
      checks.map { check in CheckStatus(id: check.id, cells: clusters.flatMap { cells.cells(of: check, forGateOf: $0) }) })
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
    // What passes now and has never passed before has passed for no time at all.
    let soak = Soak(since: standing.passingSince(at: gate.grade) ?? now, days: gate.soakDays, now: now)
    guard soak.isDone else {
      reason.missing = "soaking, \(soak.progress)"
      return reason
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
      let isNamed = plan.program.onCall?.isEmpty == false
      return .init(isMet: isNamed, subject: "on-call named", missing: isNamed ? "" : "the plan's program.onCall is not set")
    case .changeBudgetPositive:
      return changeBudget()
    }
  }

  private func changeBudget() -> GateVerdict.Reason {
    var reason = GateVerdict.Reason(isMet: false, subject: "change budget positive")
    let budget = ChangeBudget(plan, reveals: reveals, now: now)
    guard let assumed = budget.assumed, let available = budget.available else {
      reason.missing = "the plan's program.assumedBudget is not set"
      return reason
    }
    reason.evidence = "\(available.oneDecimal) of \(assumed.oneDecimal)"
    reason.isMet = available > 0
    if !reason.isMet {
      reason.missing =
        assumed > 0
        ? "concepts of weight \(budget.undigested.oneDecimal) are not taken in yet, at \(assumed.oneDecimal) a sprint"
        : "the plan's program.assumedBudget is 0"
    }
    return reason
  }
}
