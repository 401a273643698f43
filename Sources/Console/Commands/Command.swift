import Kubernetes

/// A command by the name under which the palette and the configuration know it.
package struct CommandID: Sendable, Hashable {
  package let name: String

  package init(_ name: String) { self.name = name }
}

extension CommandID {
  // Moving.
  package static let down = CommandID("down")
  package static let up = CommandID("up")
  package static let top = CommandID("top")
  package static let bottom = CommandID("bottom")
  package static let pageDown = CommandID("page-down")
  package static let pageUp = CommandID("page-up")
  package static let halfDown = CommandID("half-page-down")
  package static let halfUp = CommandID("half-page-up")
  package static let nextPane = CommandID("next-pane")
  package static let previousPane = CommandID("previous-pane")
  // Going.
  package static let enter = CommandID("enter")
  package static let back = CommandID("back")
  package static let historyBack = CommandID("history-back")
  package static let historyForward = CommandID("history-forward")
  package static let open = CommandID("open")
  // Looking.
  package static let search = CommandID("search")
  package static let clear = CommandID("clear")
  package static let sort = CommandID("sort")
  package static let explain = CommandID("explain")
  package static let raw = CommandID("raw")
  package static let sources = CommandID("sources")
  package static let since = CommandID("since")
  // Time.
  package static let pin = CommandID("pin")
  package static let at = CommandID("at")
  package static let live = CommandID("live")
  package static let zone = CommandID("zone")
  package static let utc = CommandID("utc")
  package static let local = CommandID("local")
  // Tools.
  package static let palette = CommandID("palette")
  package static let help = CommandID("help")
  package static let copy = CommandID("copy")
  package static let export = CommandID("export")
  package static let redraw = CommandID("redraw")
  package static let suspend = CommandID("suspend")
  package static let quit = CommandID("quit")
  // Lessons and demos.
  package static let learn = CommandID("learn")
  package static let demo = CommandID("demo")
  package static let step = CommandID("step")
  package static let hint = CommandID("hint")
  package static let answer = CommandID("answer")
  package static let skip = CommandID("skip")
  package static let reset = CommandID("reset")
  package static let offer = CommandID("do")
  package static let notes = CommandID("notes")
  // The row's object.
  package static let actions = CommandID("actions")
  package static let describe = CommandID("describe")
  package static let yaml = CommandID("yaml")
  // Acting on a cluster.
  package static let delete = CommandID("delete")
  package static let scale = CommandID("scale")
  package static let restart = CommandID("restart")
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

  /// Where a command can be given.
  package enum Scope: Sendable {
    case everywhere
    /// On the pages whose specification takes it.
    case pages
  }

  /// Who does it, when the page that is shown does not.
  package enum Action: Sendable {
    case shell
    /// Opens a page's tab; with an argument, the page at that item or filter.
    case opens(PageID)
    /// Leads from the row, or from what was typed, to a place.
    case leads(@Sendable (_ row: Selection, _ argument: String) -> Place?)
  }

  package let id: CommandID
  package let group: Group
  package let doc: String
  /// Names of keys; empty for a command of the palette only.
  package let keys: [String]
  package let scope: Scope
  /// What the palette wants after the name, e.g. `ID`.
  package let argument: String?
  /// A few letters for the footer; `nil`: not in the footer.
  package let hint: String?
  /// Which hints have a place first when the footer has room for few: the lowest. Help is 0.
  package let hintRank: Int
  package let action: Action
  /// Why it cannot be done now; `nil` when it can.
  package let disabledReason: @Sendable (ConsoleState) -> String?

  init(
    _ id: CommandID, _ group: Group, _ keys: [String], _ doc: String, scope: Scope = .everywhere, argument: String? = nil,
    hint: String? = nil, hintRank: Int = 9, action: Action = .shell,
    disabled: @escaping @Sendable (ConsoleState) -> String? = { _ in nil }
  ) {
    self.id = id
    self.group = group
    self.doc = doc
    self.keys = keys
    self.scope = scope
    self.argument = argument
    self.hint = hint
    self.hintRank = hintRank
    self.action = action
    disabledReason = disabled
  }

  package var name: String { id.name }

  /// Other words for it: what kubectl calls the resource that it shows, e.g. `po` and `pod` of `pods`.
  package var aliases: [String] {
    if name == CommandTable.contexts.name { return ["ctx", "context"] }
    return ResourceType.known.first { $0.plural == name }.map { $0.shortNames + [$0.singular] } ?? []
  }

  package func applies(to page: PageID) -> Bool {
    switch scope {
    case .everywhere: true
    case .pages: Pages.spec(page)?.takes(id) ?? false
    }
  }

  /// The pages it is for, in words; empty for one that is everywhere.
  package var pageTitles: [String] {
    if case .everywhere = scope { return [] }
    return Pages.specs.filter { $0.takes(id) }.map(\.title)
  }

  /// Whether it is the key of a page.
  var opensPage: Bool { if case .opens = action { true } else { false } }

  /// Whether it needs no row when it has its argument.
  var worksWithoutRow: Bool { if case .leads = action { argument != nil } else { false } }
}
