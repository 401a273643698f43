/// Every command by the name under which the palette and the configuration know it.
package enum CommandID: String, Sendable, Hashable, CaseIterable {
  // Moving.
  case down, up, top, bottom
  case pageDown = "page-down"
  case pageUp = "page-up"
  case halfDown = "half-page-down"
  case halfUp = "half-page-up"
  case nextPane = "next-pane"
  case previousPane = "previous-pane"
  // Going.
  case enter, back, owner, request
  case rowLogs = "row-logs"
  case historyBack = "history-back"
  case historyForward = "history-forward"
  case voyage, health, reschedules, logs
  case page5 = "traces"
  case page6 = "alerts"
  case page7 = "scorecard"
  case page8 = "pipeline"
  case page9 = "load"
  case open
  // Searching.
  case search
  case nextMatch = "next-match"
  case previousMatch = "previous-match"
  case matchesOnly = "matches-only"
  case follow
  case widerRange = "wider-range"
  case narrowerRange = "narrower-range"
  case older
  // Looking.
  case sort, view, cause, unplanned, explain, raw, sources, since
  // Time.
  case pin, at, live
  case zone, utc, local
  // Tools.
  case palette, help, copy, export, redraw, suspend, quit
  // Lessons and demos.
  case learn, demo, step, hint, answer, skip, reset
  case offer = "do"
  // Acting on a cluster.
  case delete, scale, restart
}

/// Where a command can be given.
package enum PageKind: String, Sendable, Hashable, CaseIterable {
  case voyage, health, workload, pod, reschedules, logs, request

  package var title: String {
    switch self {
    case .voyage: "Voyage"
    case .health: "Health"
    case .workload: "Workload"
    case .pod: "Pod"
    case .reschedules: "Reschedules"
    case .logs: "Logs"
    case .request: "Request"
    }
  }
}

/// One row of the table from which bindings, palette, help, footer and `docs/keys.md` come.
package struct Command: Sendable {
  package enum Group: String, Sendable, CaseIterable {
    case move = "Move"
    case go = "Go"
    case search = "Search"
    case look = "Look"
    case time = "Time"
    case tools = "Tools"
    case train = "Lessons and demos"
    case act = "Act on a cluster"
  }

  package let id: CommandID
  package let group: Group
  package let doc: String
  /// Names of keys; empty for a command of the palette only.
  package let keys: [String]
  /// Empty: everywhere.
  package let pages: Set<PageKind>
  /// What the palette wants after the name, e.g. `ID`.
  package let argument: String?
  /// A few letters for the footer; `nil`: not in the footer.
  package let hint: String?
  /// Why it cannot be done now; `nil` when it can.
  package let disabledReason: @Sendable (ConsoleState) -> String?

  init(
    _ id: CommandID, _ group: Group, _ keys: [String], _ doc: String, pages: Set<PageKind> = [], argument: String? = nil,
    hint: String? = nil,
    disabled: @escaping @Sendable (ConsoleState) -> String? = { _ in nil }
  ) {
    self.id = id
    self.group = group
    self.doc = doc
    self.keys = keys
    self.pages = pages
    self.argument = argument
    self.hint = hint
    disabledReason = disabled
  }

  package var name: String { id.rawValue }

  package func applies(to page: PageKind) -> Bool { pages.isEmpty || pages.contains(page) }
}
