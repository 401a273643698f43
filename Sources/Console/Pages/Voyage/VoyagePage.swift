import MigrationPlan
import Screen
import TimeFormat
import Views

extension PageID {
  package static let voyage = PageID("voyage")
}

/// The facilities in order, gates, change budget; below, the checks of the selected facility.
package struct VoyagePage: Page {
  package static let spec = PageSpec(
    .voyage, title: "Voyage", tab: .init(key: "1", doc: "Voyage: facilities, evidence, gates"), link: .init(name: "voyage", rest: .item))

  var list = ListState()
  var cells = ListState()
  /// 0: facilities, 1: the checks of the selected one.
  private(set) var pane = 0
  private(set) var view: VoyageView?
  /// The facility to stand on when the plan is there.
  private var desired: String?

  package init?(_ place: Place, _ context: PageContext) { desired = place.item.isEmpty ? nil : place.item }

  package var place: Place { Place(.voyage, item: facility?.id ?? desired ?? "") }
  package var lists: [ListState] {
    get { [list, cells] }
    set { (list, cells) = (newValue[0], newValue[1]) }
  }
  package var settings: [String: String] {
    get { ["pane": "\(pane)"] }
    set { pane = newValue["pane"] == "1" ? 1 : 0 }
  }

  var facility: FacilityStatus? {
    guard let view, view.voyage.facilities.indices.contains(list.selected) else { return nil }
    return view.voyage.facilities[list.selected]
  }

  var checkCells: [CheckCell] {
    (facility?.checks.flatMap(\.cells) ?? []).sorted {
      ($0.outcome.weight, $0.check, $0.subject) < ($1.outcome.weight, $1.check, $1.subject)
    }
  }

  package mutating func update(_ input: PageInput, _ context: PageContext) -> PageOutcome {
    switch input {
    case .refreshed: refresh(context)
    case .command(let command, _): return perform(command, context)
    case .picked(let row, let pane):
      self.pane = pane
      if pane == 0 { list.selected = row } else { cells.selected = row }
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
    list.fill(view?.voyage.facilities.count ?? 0)
    cells.fill(checkCells.count)
  }

  private mutating func perform(_ command: CommandID, _ context: PageContext) -> PageOutcome {
    if pane == 1, cells.move(command) { return .done }
    if pane == 0, list.move(command) {
      cells.reset()
      cells.fill(checkCells.count)
      return .done
    }
    switch command {
    case .nextPane, .previousPane:
      pane = checkCells.isEmpty ? 0 : 1 - pane
      return .done
    case .enter:
      if pane == 0 {
        guard !checkCells.isEmpty else {
          return .say("\(facility?.name ?? "This facility") has no results yet; `periplus check` runs its checks.")
        }
        pane = 1
        return .done
      }
      return .show(.text(TextLayer(title: "Why", lines: selection(context).explanation)))
    case .back:
      guard pane == 1 else { return .ignored }
      pane = 0
      return .done
    default: return .ignored
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
