import StrictYAML
import TimeFormat

/// What follows from waves, registers and environments.
extension VoyageBuilder {
  func status(of wave: Wave, _ verdicts: [GateVerdict]) -> WaveStatus {
    let gate = plan.gates.first { $0.id == wave.entryGate }
    let own = verdicts.filter { $0.id == wave.entryGate }
    let services = plan.services.filter { $0.wave == wave.id }.map(\.id)
    let cap = [wave.cap, gate?.cap].compactMap { $0 }.min()
    var status = WaveStatus(
      id: wave.id, services: services, from: wave.from?.start, to: wave.to?.end, cap: cap, entryGate: gate?.name,
      openIn: own.filter(\.isOpen).map(\.cluster), isOpen: false, next: "")
    if gate != nil, status.openIn.isEmpty {
      let blocking = own.first?.reasons.first { !$0.isMet }.map { ": \($0.sentence)" } ?? ""
      status.next = "waits for the gate '\(gate?.name ?? "")'\(blocking)"
    } else if let cap, services.count > cap {
      status.next = "\(services.count) services are planned, at most \(cap) may come in"
    } else if let to = status.to, to <= now {
      status.next = "its last day is over"
    } else if let from = status.from, now < from {
      status.next = "may begin in \((from - now).brief)"
    } else {
      status.isOpen = true
      status.next = gate == nil ? "no gate holds it back" : "may come in: \(status.openIn.joined(separator: ", "))"
    }
    return status
  }

  /// A wave that should be under way and is held back.
  func note(of wave: WaveStatus) -> String? {
    guard wave.entryGate != nil, wave.openIn.isEmpty, let from = wave.from, from <= now, wave.to.map({ now < $0 }) ?? true else {
      return nil
    }
    return "wave '\(wave.id)' was to begin \((now - from).brief) ago and \(wave.next)"
  }

  func registers(_ facilities: [FacilityStatus]) -> [RegisterStatus] {
    plan.constraints.map { status(of: $0, .constraint, facilities) } + plan.desires.map { status(of: $0, .desire, facilities) }
      + plan.ills.map { status(of: $0, .ill, facilities) }
  }

  private func status(of entry: RegisterEntry, _ register: RegisterStatus.Register, _ facilities: [FacilityStatus]) -> RegisterStatus {
    var status = RegisterStatus(
      register: register, id: entry.id, state: .open, text: entry.statement ?? entry.question, affects: entry.affects,
      missing: "the question has no answer yet")
    guard entry.statement != nil else { return status }
    guard !entry.satisfiedBy.isEmpty else {
      (status.state, status.missing) = (.stated, "nothing is named that shows it")
      return status
    }
    let obstacles = entry.satisfiedBy.compactMap { obstacle(to: $0, facilities) }
    status.state = obstacles.isEmpty ? .satisfied : .unsatisfied
    status.missing = obstacles.first.map { $0 + (obstacles.count > 1 ? " and \(obstacles.count - 1) more" : "") } ?? ""
    return status
  }

  /// What keeps a check or a facility from showing that an entry is respected; `nil` when it does show it.
  private func obstacle(to id: String, _ facilities: [FacilityStatus]) -> String? {
    if let check = plan.checks.first(where: { $0.id == id }) {
      let standing = Standing([CheckStatus(id: id, cells: cells.cells(of: check, on: plan.program.clusters.map(\.id)))])
      return standing.counts.allPass ? nil : standing.obstacle(at: .declared, now: now)
    }
    guard let facility = facilities.first(where: { $0.id == id }) else { return "there is no \(id)" }
    return facility.state == .soaking || facility.state == .revealed
      ? nil : "\(facility.name) is \(facility.state.rawValue): \(facility.next)"
  }

  func environments() -> [EnvironmentStatus] {
    plan.program.environments.map { name in
      EnvironmentStatus(name: name, clusters: plan.program.clusters.filter { $0.level == name }.map(\.id))
    }
  }
}
