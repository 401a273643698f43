import MigrationPlan
import Screen
import TimeFormat
import Views

extension PageID {
  package static let voyage = PageID("voyage")
}

extension CommandID {
  package static let check = CommandID("check")
}

/// The facilities in order, gates, change budget; below, the checks of the selected facility or the conditions of the selected gate.
package struct VoyagePage: Page {
  package static let spec = PageSpec(
    .voyage, title: "Voyage", tab: .init(key: "1", doc: "Voyage: facilities, evidence, gates"), link: .init(name: "voyage", rest: .item),
    commands: [
      Command(
        .check, .act, ["c"], "Run the checks of the row now; each result is recorded as evidence", scope: .pages, hint: "check",
        hintRank: 4,
        disabled: { state in
          if let refusal = state.pinnedRefusal { return refusal }
          if state.shared.checkRun?.isRunning == true { return "Checks are running; Esc cancels them." }
          return (state.page as? VoyagePage)?.checksOfRow.isEmpty == false ? nil : "The plan has no checks for this row."
        })
    ])

  /// The parts that have a cursor; the numbers are those of ``lists``.
  enum Pane: Int {
    case facilities, checks, gates, conditions
  }

  var list = ListState()
  var cells = ListState()
  var gateList = ListState()
  var conditionList = ListState()
  private(set) var pane = Pane.facilities
  private(set) var view: VoyageView?
  /// The facility to stand on when the plan is there.
  private var desired: String?

  package init?(_ place: Place, _ context: PageContext) { desired = place.item.isEmpty ? nil : place.item }

  package var place: Place { Place(.voyage, item: facility?.id ?? desired ?? "") }
  package var lists: [ListState] {
    get { [list, cells, gateList, conditionList] }
    set {
      guard newValue.count == 4 else { return }
      (list, cells, gateList, conditionList) = (newValue[0], newValue[1], newValue[2], newValue[3])
    }
  }
  package var settings: [String: String] {
    get { ["pane": "\(pane.rawValue)"] }
    set { pane = newValue["pane"].flatMap { Int($0) }.flatMap(Pane.init) ?? .facilities }
  }

  var facility: FacilityStatus? { view?.voyage.facilities.at(list.selected) }
  var gate: GateVerdict? { view?.voyage.gates.at(gateList.selected) }
  var condition: GateVerdict.Reason? { gate?.reasons.at(conditionList.selected) }
  /// Whether the lower part shows the selected gate, and not the selected facility.
  var showsGate: Bool { (pane == .gates || pane == .conditions) && gate != nil }

  var checkCells: [CheckCell] {
    (facility?.checks.flatMap(\.cells) ?? []).sorted {
      ($0.outcome.weight, $0.check, $0.subject) < ($1.outcome.weight, $1.check, $1.subject)
    }
  }
  var cell: CheckCell? { checkCells.at(cells.selected) }

  /// The checks that ``CommandID/check`` runs.
  var checksOfRow: [String] {
    func checks(of facility: String) -> [String] {
      view?.voyage.facilities.first { $0.id == facility }?.checks.map(\.id) ?? []
    }
    switch pane {
    case .facilities: return facility?.checks.map(\.id) ?? []
    case .checks: return cell.map { [$0.check] } ?? []
    case .gates: return gate?.reasons.compactMap(\.facility).flatMap(checks) ?? []
    case .conditions: return condition?.facility.map(checks) ?? []
    }
  }

  package mutating func update(_ input: PageInput, _ context: PageContext) -> PageOutcome {
    switch input {
    case .refreshed: refresh(context)
    case .command(let command, _): return perform(command, context)
    case .picked(let row, let part):
      pane = Pane(rawValue: part) ?? .facilities
      switch pane {
      case .facilities: list.selected = row
      case .checks: cells.selected = row
      case .gates: gateList.selected = row
      case .conditions: conditionList.selected = row
      }
    case .opened, .changed, .sorted, .answered: break
    }
    return .done
  }

  private mutating func refresh(_ context: PageContext) {
    view = context.shown.voyage.map(VoyageView.init)
    if let name = desired, let index = view?.voyage.facilities.firstIndex(where: { $0.id == name }) {
      list.selected = index
      desired = nil
    }
    fill()
  }

  private mutating func fill() {
    list.fill(view?.voyage.facilities.count ?? 0)
    cells.fill(checkCells.count)
    gateList.fill(view?.voyage.gates.count ?? 0)
    conditionList.fill(gate?.reasons.count ?? 0)
  }

  /// Moves the cursor of the part that has it; what hangs below begins at its top.
  private mutating func move(_ command: CommandID) -> Bool {
    switch pane {
    case .facilities:
      guard list.move(command) else { return false }
      cells.reset()
    case .checks: return cells.move(command)
    case .gates:
      guard gateList.move(command) else { return false }
      conditionList.reset()
    case .conditions: return conditionList.move(command)
    }
    fill()
    return true
  }

  private mutating func perform(_ command: CommandID, _ context: PageContext) -> PageOutcome {
    if move(command) { return .done }
    switch command {
    case .nextPane, .previousPane:
      pane = next(command == .nextPane ? 1 : -1)
      return .done
    case .enter: return enter(context)
    case .check: return .perform([.runChecks(checksOfRow)])
    case .back:
      if context.checkRun?.phase == .running { return .perform([.cancelChecks]) }
      switch pane {
      case .facilities: return .ignored
      case .checks, .gates: pane = .facilities
      case .conditions: pane = .gates
      }
      return .done
    default: return .ignored
    }
  }

  /// The next part that has rows; the conditions count as their gate.
  private func next(_ step: Int) -> Pane {
    var parts = [Pane.facilities]
    if !checkCells.isEmpty { parts.append(.checks) }
    if gate != nil { parts.append(.gates) }
    let place = parts.firstIndex(of: pane == .conditions ? .gates : pane) ?? 0
    return parts[(place + step + parts.count) % parts.count]
  }

  private mutating func enter(_ context: PageContext) -> PageOutcome {
    switch pane {
    case .facilities:
      guard !checkCells.isEmpty else {
        return .say("\(facility?.name ?? "This facility") has no results yet: the plan has no checks for it.")
      }
      pane = .checks
      return .done
    case .gates:
      if gate?.reasons.isEmpty == false { pane = .conditions }
      return .done
    case .conditions:
      if let id = condition?.facility, let index = view?.voyage.facilities.firstIndex(where: { $0.id == id }) {
        list.selected = index
        cells.reset()
        fill()
        pane = checkCells.isEmpty ? .facilities : .checks
        return .done
      }
      return .show(.text(TextLayer(title: "Condition", pairs: conditionPairs)))
    case .checks:
      var layer = TextLayer(title: cell?.check ?? "Check", pairs: checkPairs(context))
      layer.row = selection(context)
      if cell?.evidence?.requestID != nil { layer.note = "r request   Esc close" }
      return .show(.text(layer))
    }
  }

  package func document(_ context: PageContext) -> Document {
    Document(
      report: {
        view?.report(face: context.face)
          ?? Report("Voyage", [.text(context.shown.planError ?? "There is no plan yet: `periplus plan init` writes the first one.")])
      }, json: { view?.jsonLines ?? [] })
  }
}

extension Array {
  /// The element at a place; `nil` beyond the end.
  fileprivate func at(_ index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}

extension Evidence.Outcome {
  /// Failures first.
  fileprivate var weight: Int {
    switch self {
    case .fail: 0
    case .stale: 1
    case .unknown: 2
    case .pass: 3
    case .waived: 4
    case .notApplicable: 5
    }
  }
}
