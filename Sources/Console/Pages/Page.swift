import ClusterModel
import Screen
import Views

/// A page: its state, what commands do to it, how it is drawn. Each owns what it needs beyond ``Shared``.
protocol PageBehavior: Sendable {
  static var kind: PageKind { get }
  var title: String { get }
  /// Where the page is, as a deep link.
  var link: String { get }
  /// New data or another moment: derived values are made anew here, never while drawing.
  mutating func refresh(_ shared: Shared)
  /// What has to be loaded when the page is opened.
  mutating func opened(_ shared: inout Shared) -> [Effect]
  mutating func perform(_ command: CommandID, _ argument: String, _ shared: inout Shared) -> PageOutcome
  mutating func receive(_ message: Message, _ shared: inout Shared) -> [Effect]
  mutating func select(row: Int, pane: Int)
  mutating func sort(column: Int, _ shared: Shared)
  func subject(_ shared: Shared) -> Subject
  func draw(_ area: Rect, on canvas: inout Canvas)
  func report(_ shared: Shared) -> Report
  func json(_ shared: Shared) -> [String]
}

extension PageBehavior {
  mutating func opened(_ shared: inout Shared) -> [Effect] { [] }
  mutating func receive(_ message: Message, _ shared: inout Shared) -> [Effect] { [] }
  mutating func sort(column: Int, _ shared: Shared) {}
  func json(_ shared: Shared) -> [String] { [] }
}

/// One of the pages with its state: what the history keeps.
package enum Page: Sendable {
  case voyage(VoyagePage)
  case health(HealthPage)
  case workload(WorkloadPage)
  case pod(PodPage)
  case reschedules(ReschedulesPage)
  case logs(LogsPage)
  case request(RequestPage)

  package var kind: PageKind { type(of: behavior).kind }
  package var title: String { behavior.title }

  var behavior: any PageBehavior {
    get {
      switch self {
      case .voyage(let page): page
      case .health(let page): page
      case .workload(let page): page
      case .pod(let page): page
      case .reschedules(let page): page
      case .logs(let page): page
      case .request(let page): page
      }
    }
    set {
      switch newValue {
      case let page as VoyagePage: self = .voyage(page)
      case let page as HealthPage: self = .health(page)
      case let page as WorkloadPage: self = .workload(page)
      case let page as PodPage: self = .pod(page)
      case let page as ReschedulesPage: self = .reschedules(page)
      case let page as LogsPage: self = .logs(page)
      case let page as RequestPage: self = .request(page)
      default: break
      }
    }
  }

  /// The tab under which the page stands.
  package var tab: Tab {
    switch self {
    case .voyage: .voyage
    case .health, .workload, .pod: .health
    case .reschedules: .reschedules
    case .logs, .request: .logs
    }
  }
}
