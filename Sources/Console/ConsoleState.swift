import ClusterModel
import Screen
package import TimeFormat
import Views

/// All that the screen is drawn from. Pages own their state; this owns what they share and where one is.
package struct ConsoleState: Sendable {
  package var shared: Shared
  package var keys: KeyMap
  package internal(set) var page: Page
  /// Pages to go back to with `[`, latest last; each with its full state.
  package internal(set) var past: [Page] = []
  package internal(set) var future: [Page] = []
  /// The state in which each tab was left.
  var homes: [Tab: Page] = [:]
  /// Back to front.
  var layers: [Layer] = []
  package internal(set) var pane: SidePane?
  package internal(set) var note: Note?
  /// Searches and palette entries, latest last.
  var searchHistory: [String] = []
  var paletteHistory: [String] = []
  /// Request ids that were looked at, latest first.
  package internal(set) var recentRequests: [String] = []
  /// What would be lost by quitting, in words; `nil`: nothing.
  package var quitLoses: String?
  var isQuitting = false
  /// Whether the terminal has the focus.
  var hasFocus = true
  private static let historyLimit = 100

  package struct SidePane: Sendable, Hashable {
    package var update: PaneUpdate
    /// Whether the motion keys move the pane.
    package var isFocused = false
    package var scroll = 0
  }

  package init(now: Timestamp, page: Page = .health(HealthPage()), keys: KeyMap = .standard) {
    shared = Shared(now: now)
    self.page = page
    self.keys = keys
  }

  /// What the cursor stands on. It is looked up once per frame, however many commands ask for it.
  package var subject: Subject { heldSubject ?? page.behavior.subject(shared) }
  private var heldSubject: Subject?

  /// The same state for drawing one frame.
  func holdingSubject() -> ConsoleState {
    var state = self
    state.heldSubject = page.behavior.subject(shared)
    return state
  }

  var hasOlderLogs: Bool { if case .logs(let page) = page { page.hasOlder } else { false } }

  /// Why what needs the present cannot be done; `nil` when the pages are live.
  var pinnedRefusal: String? {
    shared.pin == nil ? nil : "the pages are pinned to a moment; \(keys.first(.pin) ?? ":live") returns to live"
  }

  enum ActionTarget { case pod, workload }

  /// Why nothing can be done to the row's object; `nil` when it can.
  func actionRefusal(needs target: ActionTarget) -> String? {
    if let pinnedRefusal { return pinnedRefusal }
    let subject = subject
    let cluster = target == .pod ? subject.pod?.cluster : subject.workload?.cluster
    guard let cluster else { return target == .pod ? "the row is no pod" : "the row is no workload" }
    return shared.actionClusters.contains(cluster) ? nil : "actions in \(cluster) are off; --actions turns them on"
  }

  func paneRefusal(_ kind: PaneUpdate.Kind?) -> String? {
    guard let pane else { return "no lesson or demo is open; :learn and :demo open one" }
    if let kind, pane.update.kind != kind { return "no \(kind.rawValue) is open" }
    return pane.update.isBusy ? "the \(pane.update.kind.rawValue) is still busy" : nil
  }

  // MARK: Where one is

  /// Goes to a page and remembers where one was.
  mutating func go(_ page: Page) -> [Effect] {
    past.append(self.page)
    if past.count > Self.historyLimit { past.removeFirst() }
    future = []
    homes[self.page.tab] = self.page
    return show(page, isNew: true)
  }

  /// Makes `page` the current one; a new one loads what it needs.
  mutating func show(_ page: Page, isNew: Bool) -> [Effect] {
    self.page = page
    note = nil
    var behavior = self.page.behavior
    behavior.refresh(shared)
    // An old page loads again: what it knew may be stale, and its answers may have been dropped.
    let effects = behavior.opened(&shared)
    self.page.behavior = behavior
    if case .request(let request) = self.page {
      recentRequests.removeAll { $0 == request.id }
      recentRequests.insert(request.id, at: 0)
      if recentRequests.count > 20 { recentRequests.removeLast() }
    }
    return effects
  }

  mutating func open(_ tab: Tab) -> [Effect] {
    if page.tab == tab {
      // The number of the page one is on leads to its top.
      switch page.kind {
      case .workload, .pod: return go(.health(HealthPage()))
      case .request: return go(.logs(LogsPage()))
      default: return []
      }
    }
    let home: Page
    switch tab {
    case .voyage: home = homes[tab] ?? .voyage(VoyagePage())
    case .health: home = homes[tab] ?? .health(HealthPage())
    case .reschedules: home = homes[tab] ?? .reschedules(ReschedulesPage())
    case .logs: home = homes[tab] ?? .logs(LogsPage())
    }
    return go(home)
  }

  mutating func open(_ link: DeepLink) -> [Effect] {
    var effects: [Effect] = []
    if let moment = link.moment { effects += pin(at: moment) }
    switch link.page {
    case "voyage": return effects + go(.voyage(VoyagePage(item: link.item)))
    case "reschedules": return effects + go(.reschedules(ReschedulesPage(filter: link.item)))
    case "logs": return effects + go(.logs(LogsPage(query: link.item)))
    case "request": return effects + go(.request(RequestPage(id: link.item)))
    default: break
    }
    // health/NAMESPACE/KIND/NAME or a filter.
    let parts = link.item.split(separator: "/").map(String.init)
    guard parts.count == 3 else { return effects + go(.health(HealthPage(filter: link.item))) }
    let reference = ObjectReference(kind: parts[1], namespace: parts[0], name: parts[2])
    let holder = shared.shown.clusters.first { health in
      health.snapshot.workloads.contains {
        $0.reference.namespace == parts[0] && $0.reference.name == parts[2] && $0.reference.kind == parts[1]
      }
        || health.snapshot.pods.contains { $0.namespace == parts[0] && $0.name == parts[2] }
    }
    let cluster = holder?.snapshot.cluster ?? shared.shown.clusters.first?.snapshot.cluster ?? ""
    if parts[1] == "Pod" { return effects + go(.pod(PodPage(cluster: cluster, namespace: parts[0], name: parts[2]))) }
    return effects + go(.workload(WorkloadPage(cluster: cluster, reference: reference)))
  }

  mutating func pin(at moment: Timestamp) -> [Effect] {
    let isNow = shared.now - moment < .seconds(2) && moment - shared.now < .seconds(2)
    var data = shared.data
    data.reschedules = data.reschedules.filter { $0.at <= moment }
    shared.pin = .init(moment: moment, data: data, hasClusters: isNow)
    refresh()
    let number = isNow ? 0 : shared.nextQuery()
    pastQuery = number
    return isNow ? [] : [.loadPast(number: number, moment: moment)]
  }

  /// The number of the last question for the clusters' past.
  var pastQuery = 0

  /// The derived values of the page that is seen.
  mutating func refresh() {
    var behavior = page.behavior
    behavior.refresh(shared)
    page.behavior = behavior
  }
}
