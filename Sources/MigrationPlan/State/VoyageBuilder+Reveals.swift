import StrictYAML
import TimeFormat

extension VoyageBuilder {
  /// The quality gate: nothing new is revealed while what was revealed is broken.
  func freeze(_ facilities: [FacilityStatus]) -> [String] {
    let revealed = Set(facilities.filter { $0.revealedAt != nil }.map(\.id))
    let open = plan.defects.filter { $0.isOpen(now) && revealed.contains($0.facility) }
    var sentences: [String] = []
    if let worst = open.first(where: { $0.severity == 1 }) {
      sentences.append("no new reveals while \(worst.facility) has the severity-1 defect '\(worst.id)'")
    }
    let old = open.filter { $0.severity == 2 && now - $0.opened.start > .seconds(30 * 86_400) }
    if old.count > 3 { sentences.append("no new reveals while \(old.count) severity-2 defects are older than 30 days") }
    return sentences
  }

  /// Why a demo may not reveal the facility now; `nil` when it may. What is revealed and holds may be shown again.
  func revealObstacle(of facility: FacilityStatus, _ freeze: [String]) -> String? {
    switch facility.state {
    case .revealed: return nil
    case .planned, .building, .regressed: return facility.next
    case .soaking: break
    }
    if let soak = facility.soak, !soak.isDone { return "soaking: \(soak.progress)" }
    if let own = plan.defects.first(where: { $0.isOpen(now) && $0.severity == 1 && $0.facility == facility.id }) {
      return "no reveal while it has the severity-1 defect '\(own.id)'"
    }
    return freeze.first
  }
}
