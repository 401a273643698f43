import ClusterModel
import Screen
import TimeFormat
import Views

extension PageID {
  package static let reschedules = PageID("reschedules")
}

extension CommandID {
  package static let view = CommandID("view")
  package static let cause = CommandID("cause")
  package static let unplanned = CommandID("unplanned")
}

/// The reschedule history: what was replaced or restarted, how often, and why. Equal entries that follow one another are one row.
package struct ReschedulesPage: Page {
  package static let spec = PageSpec(
    .reschedules, title: "Reschedules", tab: .init(key: "3", doc: "Reschedules: what was replaced or restarted, and why"),
    link: .init(name: "reschedules", rest: .filter), search: .init("a workload, a namespace, a pod", isLive: true),
    uses: [.rowLogs, .owner, .sort],
    commands: [
      .widerRange, .narrowerRange,
      Command(.view, .look, ["v"], "By workload or by time", scope: .pages, hint: "view", hintRank: 6),
      Command(.cause, .look, ["c"], "Filter by cause", scope: .pages, hint: "cause", hintRank: 7),
      Command(.unplanned, .look, ["p"], "Unplanned only, or planned + unplanned", scope: .pages),
    ])
  static let spans: [(name: String, span: Duration)] = [
    ("1 h", .seconds(3600)), ("6 h", .seconds(21_600)), ("24 h", .seconds(86_400)), ("7 d", .seconds(604_800)),
  ]

  private(set) var groups = RowList<ReschedulesView.Group> { $0.key }
  /// Of the selected workload, or of all; runs of equal entries are folded.
  private(set) var entries = RowList<RescheduleRow>(name: \.name) { row, name in
    switch row.match(name) {
    case .none: .none
    case .contains: .contains
    case .exactly: .exactly
    }
  }
  /// The entries by which the unfolded runs were unfolded.
  private var unfolded: Set<String> = []
  /// 0: workloads, 1: the entries of the selected one.
  private(set) var pane = 0
  private(set) var order = ReschedulesView.Order.byWorkload
  private(set) var unplannedOnly = false
  private(set) var cause: Reschedule.Cause?
  private(set) var filter = ""
  private(set) var spanIndex = 2
  private(set) var sortByLast = false
  private(set) var view: ReschedulesView?

  package init(filter: String = "") { self.filter = filter }
  package init?(_ place: Place, _ context: PageContext) { self.init(filter: place.filter) }

  package var place: Place { Place(.reschedules, filter: filter) }
  package var lists: [ListState] {
    get { [groups.state, entries.state] }
    set { (groups.state, entries.state) = (newValue[0], newValue[1]) }
  }
  package var settings: [String: String] {
    get {
      var settings = ["pane": "\(pane)", "order": order.rawValue, "range": "\(spanIndex)"]
      settings["cause"] = cause?.rawValue
      if unplannedOnly { settings["unplanned"] = "only" }
      if sortByLast { settings["sort"] = "last" }
      return settings
    }
    set {
      pane = newValue["pane"] == "1" ? 1 : 0
      order = newValue["order"].flatMap(ReschedulesView.Order.init) ?? order
      spanIndex = newValue["range"].flatMap { Int($0) }.flatMap { Self.spans.indices.contains($0) ? $0 : nil } ?? spanIndex
      cause = newValue["cause"].flatMap(Reschedule.Cause.init)
      unplannedOnly = newValue["unplanned"] != nil
      sortByLast = newValue["sort"] != nil
    }
  }

  /// The entries of which the rows are made.
  var shownEntries: [Reschedule] {
    guard let view else { return [] }
    return order == .byTime ? view.entries : groups.row.map(view.entries(of:)) ?? []
  }

  var isInEntries: Bool { order == .byTime || pane == 1 }

  package mutating func update(_ input: PageInput, _ context: PageContext) -> PageOutcome {
    switch input {
    case .refreshed: refresh(context)
    case .command(let command, let argument): return perform(command, argument, context)
    case .picked(let row, let pane):
      self.pane = order == .byTime ? 0 : pane
      if pane == 1 {
        entries.pick(row)
      } else {
        groups.pick(row)
        entries.reset()
        fillEntries()
      }
    case .sorted(let column):
      guard order == .byWorkload else { return .done }
      sortByLast = LedgerListings.groups.tableColumns.indices.contains(column) && LedgerListings.groups.tableColumns[column].title == "last"
      fillLists()
    case .opened, .changed, .answered: break
    }
    return .done
  }

  private mutating func refresh(_ context: PageContext) {
    let data = context.shown
    view = ReschedulesView(
      data.reschedules, gaps: data.gaps, shortages: data.shortages, ledger: data.ledger, clusters: data.clusters.map(\.snapshot.cluster),
      now: context.moment,
      span: Self.spans[spanIndex].span, unplannedOnly: unplannedOnly, cause: cause, filter: filter)
    fillLists()
  }

  private mutating func fillLists() {
    let groups = view?.groups ?? []
    self.groups.fill(sortByLast ? groups.sorted { $0.last > $1.last } : groups)
    fillEntries()
  }

  private mutating func fillEntries() {
    let unfolded = unfolded
    entries.fill(
      RescheduleRow.rows(shownEntries) { run in !unfolded.isEmpty && run.entries.contains { unfolded.contains($0.key) } })
  }

  private mutating func toggle(_ run: RescheduleRun, isUnfolded: Bool) {
    if isUnfolded { unfolded.subtract(run.entries.map(\.key)) } else { unfolded.insert(run.newest.key) }
    fillEntries()
  }

  private mutating func resetLists() {
    groups.reset()
    entries.reset()
  }

  private mutating func perform(_ command: CommandID, _ argument: String, _ context: PageContext) -> PageOutcome {
    if isInEntries {
      if entries.move(command) { return .done }
    } else if groups.move(command) {
      entries.reset()
      fillEntries()
      return .done
    }
    switch command {
    case .enter:
      if isInEntries {
        guard let row = entries.row else { return .say("There is no entry here.") }
        if case .run(let run, let isUnfolded) = row {
          toggle(run, isUnfolded: isUnfolded)
          return .done
        }
        return .show(.text(TextLayer(title: "Reschedule", lines: selection(context).explanation)))
      }
      if !entries.rows.isEmpty { pane = 1 }
      return .done
    case .back:
      if pane == 1, order == .byWorkload {
        pane = 0
        return .done
      }
      return .ignored
    case .clear:
      guard !filter.isEmpty || cause != nil else { return .ignored }
      (filter, cause) = ("", nil)
      refresh(context)
      return .done
    case .nextPane, .previousPane:
      if order == .byWorkload { pane = 1 - pane }
      return .done
    case .sort:
      sortByLast.toggle()
      fillLists()
      return .say(sortByLast ? "Order: latest first" : "Order: most first")
    case .view:
      order = order == .byWorkload ? .byTime : .byWorkload
      pane = 0
      entries.reset()
      fillEntries()
      return .done
    case .unplanned:
      unplannedOnly.toggle()
      refresh(context)
      return .done
    case .cause:
      let known = (view?.causes ?? []).map(\.cause)
      if let cause, let index = known.firstIndex(of: cause) {
        self.cause = index + 1 < known.count ? known[index + 1] : nil
      } else {
        cause = known.first
      }
      resetLists()
      refresh(context)
      return .say(cause.map { "Cause: \($0.rawValue)" } ?? "All causes")
    case .widerRange, .narrowerRange:
      spanIndex = max(0, min(Self.spans.count - 1, spanIndex + (command == .widerRange ? 1 : -1)))
      refresh(context)
      return .done
    case .search:
      filter = argument
      resetLists()
      refresh(context)
      return .done
    default: return .ignored
    }
  }

  package func document(_ context: PageContext) -> Document {
    Document(
      isLoading: !context.shown.hasLedger && context.shown.ledgerError == nil,
      report: {
        view?.report(face: context.face, span: Self.spans[spanIndex].name, order: order) ?? Report("Reschedules")
      }, json: { view?.jsonLines ?? [] },
      values: { view.map { ["reschedules": "\($0.count)"] } ?? [:] })
  }
}
