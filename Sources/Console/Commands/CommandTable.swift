import ClusterModel
import Kubernetes

/// The one table of commands: the shell's own, and in their groups those of the pages.
package enum CommandTable {
  package static let all: [Command] = {
    let shell = moving + going + searching + looking + time + tools + training + acting
    let ofPages = Pages.specs.flatMap(\.commands)
    var seen: Set<CommandID> = []
    return Command.Group.allCases.flatMap { group in (shell + ofPages).filter { $0.group == group } }
      .filter { seen.insert($0.id).inserted }
  }()

  package static func command(_ id: CommandID) -> Command? { byID[id] }

  /// The command that a person calls `name`.
  package static func command(named name: String) -> Command? { byID[CommandID(name)] ?? byAlias[name] }

  private static let byAlias: [String: Command] = {
    var table: [String: Command] = [:]
    for command in all { for alias in command.aliases { table[alias] = command } }
    return table
  }()

  /// The commands of a page, by group; in a group first those that every page has, then its own in its order.
  package static func commands(on page: PageID) -> [Command] { byPage[page] ?? [] }

  private static let byPage: [PageID: [Command]] = {
    var table: [PageID: [Command]] = [:]
    for spec in Pages.specs {
      let ids = Set(spec.commands.map(\.id))
      table[spec.id] = Command.Group.allCases.flatMap { group in
        all.filter { $0.group == group && !ids.contains($0.id) && $0.applies(to: spec.id) } + spec.commands.filter { $0.group == group }
      }
    }
    return table
  }()

  private static let byID: [CommandID: Command] = {
    var table: [CommandID: Command] = [:]
    for command in all { table[command.id] = command }
    return table
  }()

  private static let moving: [Command] = [
    Command(.down, .move, ["j", "Down"], "Next row"),
    Command(.up, .move, ["k", "Up"], "Previous row"),
    Command(.top, .move, ["g", "Home"], "First row"),
    Command(.bottom, .move, ["G", "End"], "Last row"),
    Command(.pageDown, .move, ["ctrl-f", "PgDn"], "One page down"),
    Command(.pageUp, .move, ["ctrl-b", "PgUp"], "One page up"),
    Command(.halfDown, .move, ["ctrl-d"], "Half a page down"),
    Command(.halfUp, .move, ["ctrl-u"], "Half a page up"),
    Command(.nextPane, .move, ["Tab"], "Next pane"),
    Command(.previousPane, .move, ["shift-Tab"], "Previous pane"),
  ]

  private static let going: [Command] = {
    var commands = [
      Command(.enter, .go, ["Enter"], "Drill into the row", hint: "drill", hintRank: 1),
      Command(
        .back, .go, ["Esc"], "Back one step: closes what lies over the page, returns to the page before, clears the search; never quits"),
    ]
    commands += Pages.specs.flatMap(\.rowCommands).sorted { $0.hintRank < $1.hintRank }
    commands += [
      Command(.historyBack, .go, ["["], "Back in the history", disabled: { $0.past.isEmpty ? "No earlier page." : nil }),
      Command(.historyForward, .go, ["]"], "Forward in the history", disabled: { $0.future.isEmpty ? "No later page." : nil }),
    ]
    commands += Pages.tabs.map { page in
      Command(CommandID(page.spec.id.name), .go, [page.tab.key], page.tab.doc, action: .opens(page.spec.id))
    }
    return commands + ReservedKeys.commands + resources + [Command(.open, .go, [], "Open a deep link", argument: "PAGE/ITEM@TIME")]
  }()

  static let pods = CommandID("pods")
  static let namespaces = CommandID("namespaces")
  static let contexts = CommandID("contexts")
  static let events = CommandID("events")

  /// The words of kubectl and k9s: each leads to where its resource is seen.
  private static let resources: [Command] = {
    var commands = [
      Command(pods, .go, [], "Pods of all clusters, those that are not ready first", argument: "FILTER"),
      Command(namespaces, .go, [], "Namespaces; one leads to its workloads", argument: "NAMESPACE"),
      Command(contexts, .go, [], "Clusters that are watched; one leads to its workloads", argument: "CLUSTER"),
      Command(events, .go, [], "Events of all clusters, newest first", argument: "FILTER"),
    ]
    for kind in WorkloadKinds.all where kind.isWatched && !kind.isRevision {
      commands.append(
        Command(
          CommandID(kind.type.plural), .go, [], "\(kind.plural) on Health", argument: "NAMESPACE",
          action: .leads { _, namespace in
            Place(.health, filter: "kind:\(kind.type.singular)" + (namespace.isEmpty ? "" : " namespace:\(namespace)"))
          }))
    }
    return commands
  }()

  private static let searching: [Command] = [
    Command(.search, .search, ["/"], "Search or filter this page", scope: .pages, argument: "QUERY", hint: "search", hintRank: 2),
    Command(
      .clear, .search, [], "Clear the search of this page", scope: .pages,
      disabled: { $0.page.place.filter.isEmpty ? "Nothing is searched for." : nil }),
  ]

  private static let looking: [Command] = [
    Command(.sort, .look, ["s"], "Change the order", scope: .pages, hint: "sort"),
    Command(.explain, .look, ["x"], "Explain: why is this so, and by which rule", hint: "explain", hintRank: 8),
    Command(
      .raw, .look, ["J"], "The record as raw JSON", scope: .pages,
      disabled: { $0.selection.record == nil ? "This row is not a record." : nil }),
    Command(.actions, .look, ["a"], "Actions of the row, and why one is off", hint: "actions", hintRank: 6),
    Command(.describe, .look, ["d"], "Describe the row's object, as kubectl does", disabled: { $0.objectRefusal }),
    Command(.yaml, .look, ["Y"], "The row's object as YAML, secrets masked", disabled: { $0.objectRefusal }),
    Command(.sources, .look, [], "All sources with lag and drops"),
    Command(.since, .look, [], "What changed since the last look, or since a time", argument: "last-look"),
  ]

  private static let time: [Command] = [
    Command(.pin, .time, ["T"], "Pin all pages to this moment, or return to live"),
    Command(.at, .time, [], "Pin all pages to a time", argument: "TIME"),
    Command(.live, .time, [], "Return to live", disabled: { $0.shared.pin == nil ? "The pages are live." : nil }),
    Command(.zone, .time, ["u"], "UTC or local time"),
    Command(.utc, .time, [], "Times in UTC"),
    Command(.local, .time, [], "Times in the local zone"),
  ]

  private static let tools: [Command] = [
    Command(.palette, .tools, [":"], "Palette of all commands"),
    Command(.help, .tools, ["?"], "Keys of this page", hint: "keys", hintRank: 0),
    Command(.copy, .tools, ["y"], "Copy the row"),
    Command(.export, .tools, ["e"], "Export the view as Markdown and JSON"),
    Command(.redraw, .tools, ["ctrl-l"], "Draw the screen anew"),
    Command(.suspend, .tools, ["ctrl-z"], "Suspend to the shell"),
    Command(.quit, .tools, ["q"], "Quit"),
  ]

  private static let training: [Command] = [
    Command(.learn, .train, [], "A lesson beside the page", argument: "LESSON"),
    Command(.demo, .train, [], "A demo beside the page", argument: "DEMO"),
    Command(.step, .train, [">"], "Lesson: start it, or check the step; demo: play the step", disabled: { $0.paneRefusal(nil) }),
    Command(.hint, .train, ["h"], "Lesson: a hint; demo: what to say when it fails", disabled: { $0.paneRefusal(nil) }),
    Command(.notes, .train, ["P"], "Demo: show or hide the presenter's notes", disabled: { $0.notesRefusal }),
    Command(.answer, .train, [], "Answer the lesson's question", argument: "ANSWER", disabled: { $0.paneRefusal(.lesson) }),
    Command(.offer, .train, [], "Have the lesson do what the step offers", disabled: { $0.paneRefusal(.lesson) }),
    Command(.skip, .train, [], "Go on without the step", disabled: { $0.paneRefusal(nil) }),
    Command(.reset, .train, [], "Lesson: restore the start; demo: back to the checkpoint", disabled: { $0.paneRefusal(nil) }),
  ]

  private static let acting: [Command] = [
    Command(
      .delete, .act, [], "Delete the pod of the row", scope: .pages, disabled: { $0.actionRefusal(needs: .pod) }),
    Command(
      .scale, .act, [], "Scale the workload of the row", scope: .pages, argument: "REPLICAS",
      disabled: { $0.actionRefusal(needs: .workload) }),
    Command(
      .restart, .act, [], "Restart the workload of the row by a rollout", scope: .pages,
      disabled: { $0.actionRefusal(needs: .workload) }),
  ]
}
