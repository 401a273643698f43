import ClusterModel
import Screen
package import TimeFormat
import Views

/// All that the screen is drawn from. Pages own their state; this owns what they share and where one is.
package struct ConsoleState: Sendable {
  package var shared: PageContext
  package var keys: KeyMap
  package internal(set) var page: any Page
  /// Places to go back to with `[`, latest last.
  package internal(set) var past: [Visit] = []
  package internal(set) var future: [Visit] = []
  /// How each tab was left.
  var homes: [PageID: Visit] = [:]
  /// The newest query of each slot: an answer of another number is late.
  var awaited: [Slot: Int] = [:]
  private var queries = 0
  /// Rows of the longest list in the last frame: what a page of a layer is.
  var listRows = 10
  /// Back to front.
  var layers: [Layer] = []
  package internal(set) var pane: SidePane?
  /// Stands in the place of the status row until a key is pressed; see ``Note/lasting``.
  package internal(set) var note: Note? { didSet { notedAt = shared.now } }
  var notedAt: Timestamp
  /// Searches and palette entries, latest last.
  var searchHistory: [String] = []
  var paletteHistory: [String] = []
  /// Places that were looked at and that the palette lists, latest first.
  package internal(set) var recent: [Place] = []
  /// What would be lost by quitting, in words; `nil`: nothing.
  package var quitLoses: String?
  /// The keys come from a demo that plays on this console, and not from a person.
  var isPlayed = false
  /// Whether the terminal has the focus.
  var hasFocus = true

  package struct SidePane: Sendable {
    package var update: PaneUpdate
    /// Whether the motion keys move the pane.
    package var isFocused = false
    package var scroll = 0
    /// Whether the presenter's notes stand in the place of what the room reads.
    package var showsNotes = false
    /// What is waited for while the update is busy, and since when.
    var wait: (words: String, since: Timestamp)?
    var isCancelling = false

    /// What is read in it now.
    package var lines: [PaneUpdate.Line] { showsNotes && !update.notes.isEmpty ? update.notes : update.lines }
    /// A demo that the room reads is a strip below the page, which keeps its width.
    var isStrip: Bool { update.kind == .demo && !showsNotes }

    /// What would be lost by quitting, in words; `nil`: nothing.
    var quitLoses: String? {
      guard update.isUnderWay else { return nil }
      let place = update.progress.isEmpty ? "" : " (\(update.progress))"
      return switch update.kind {
      case .lesson: "The lesson \"\(update.title)\" is under way\(place); its progress is kept."
      case .demo: "The demo \"\(update.title)\" is under way\(place); it would begin again from its first step."
      }
    }
  }

  /// - Parameter place: where to begin.
  package init(now: Timestamp, place: Place = Pages.start, keys: KeyMap = .standard) {
    shared = PageContext(now: now)
    page = Pages.opening(place, shared)
    notedAt = now
    self.keys = keys
  }

  /// The specification of the page that is seen.
  package var spec: PageSpec { type(of: page).spec }

  /// What the cursor stands on. It is looked up once per frame, however many commands ask for it.
  package var selection: Selection { heldSelection ?? page.selection(shared) }
  private var heldSelection: Selection?

  /// The same state for drawing one frame.
  func holdingSelection() -> ConsoleState {
    var state = self
    state.heldSelection = page.selection(shared)
    return state
  }

  /// Why what needs the present cannot be done; `nil` when the pages are live.
  var pinnedRefusal: String? {
    shared.pin == nil ? nil : "the pages are pinned to a moment; \(keys.first(.pin) ?? ":live") returns to live"
  }

  /// Why the row's object cannot be asked for; `nil` when it can.
  var objectRefusal: String? {
    guard selection.object != nil else { return "No object of a cluster in this row." }
    return pinnedRefusal
  }

  enum ActionTarget { case pod, workload }

  /// Why nothing can be done to the row's object; `nil` when it can.
  func actionRefusal(needs target: ActionTarget) -> String? {
    if let pinnedRefusal { return pinnedRefusal }
    let selection = selection
    let cluster = target == .pod ? selection.pod?.cluster : selection.workload?.cluster
    guard let cluster else { return target == .pod ? "This row is not a pod." : "This row is not a workload." }
    return shared.actionClusters.contains(cluster) ? nil : "actions in \(cluster) are off; --actions turns them on"
  }

  func paneRefusal(_ kind: PaneUpdate.Kind?) -> String? {
    guard let pane else { return "no lesson or demo is open; :learn and :demo open one" }
    if let kind, pane.update.kind != kind { return "no \(kind.rawValue) is open" }
    return pane.update.isBusy ? "the \(pane.update.kind.rawValue) is still busy" : nil
  }

  /// Why there are no presenter's notes to show; `nil` when there are. A step under way does not keep from reading them.
  var notesRefusal: String? {
    guard let pane else { return "No demo is open; :demo opens one." }
    return pane.update.notes.isEmpty ? "No demo is open here; a lesson has no presenter's notes." : nil
  }

  // MARK: Input to the page

  /// Gives the page an input; whatever is to be done for it comes back.
  mutating func tell(_ input: PageInput) -> (isHandled: Bool, effects: [Effect]) {
    let outcome = page.update(input, shared)
    guard outcome.isHandled else { return (false, []) }
    if let note = outcome.note { self.note = note }
    if let layer = outcome.layer { layers.append(layer) }
    for effect in outcome.effects { begin(effect) }
    let loads = outcome.loads.map { load($0.query, Slot(.page, $0.slot)) }
    return (true, outcome.effects + loads + (outcome.goes.map { go($0) } ?? []))
  }

  /// Remembers what a page has begun, so that it is seen before anything came of it.
  private mutating func begin(_ effect: Effect) {
    switch effect {
    case .runChecks(let checks): shared.checkRun = CheckRun(checks, at: shared.now)
    case .cancelChecks: shared.checkRun?.phase = .cancelling
    default: break
    }
  }

  mutating func load(_ query: AnyQuery, _ slot: Slot) -> Effect {
    queries += 1
    awaited[slot] = queries
    return .load(query, slot: slot, number: queries)
  }

  /// The derived values of the page that is seen.
  mutating func refresh() { _ = tell(.refreshed) }
}
