/// The one table of commands.
package enum CommandTable {
  package static let all: [Command] = moving + going + searching + looking + time + tools + training + acting

  package static func command(_ id: CommandID) -> Command? { byID[id] }

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

  private static let going: [Command] = [
    Command(.enter, .go, ["Enter"], "Drill into the row", hint: "drill"),
    Command(.back, .go, ["Esc"], "Back one step; never quits"),
    Command(
      .request, .go, ["r"], "The request of the row, or of an id: one time axis with its records and pods", argument: "ID", hint: "request",
      disabled: { $0.subject.requestID == nil ? "the row has no request id" : nil }),
    Command(
      .rowLogs, .go, ["l"], "Logs of the row", pages: [.health, .workload, .pod, .reschedules, .request], hint: "logs",
      disabled: { $0.subject.logQuery == nil ? "the row has no logs" : nil }),
    Command(
      .owner, .go, ["o"], "The workload that owns the row", pages: [.health, .workload, .pod, .reschedules, .logs, .request], hint: "owner",
      disabled: { $0.subject.owner == nil ? "the row has no owner in a cluster that is watched" : nil }),
    Command(.historyBack, .go, ["["], "Back in the history", disabled: { $0.past.isEmpty ? "there is no earlier page" : nil }),
    Command(.historyForward, .go, ["]"], "Forward in the history", disabled: { $0.future.isEmpty ? "there is no later page" : nil }),
    Command(.voyage, .go, ["1"], "Voyage: facilities, evidence, gates"),
    Command(.health, .go, ["2"], "Health: every workload of every cluster, worst first"),
    Command(.reschedules, .go, ["3"], "Reschedules: what was moved or restarted, and why"),
    Command(.logs, .go, ["4"], "Logs: search the records of all pods, dead ones too"),
    Command(.page5, .go, ["5"], "Traces", disabled: { _ in PlannedPages.sentence(5) }),
    Command(.page6, .go, ["6"], "Alerts", disabled: { _ in PlannedPages.sentence(6) }),
    Command(.page7, .go, ["7"], "Scorecard", disabled: { _ in PlannedPages.sentence(7) }),
    Command(.page8, .go, ["8"], "Pipeline", disabled: { _ in PlannedPages.sentence(8) }),
    Command(.page9, .go, ["9"], "Load", disabled: { _ in PlannedPages.sentence(9) }),
    Command(.open, .go, [], "Open a deep link", argument: "PAGE/ITEM@TIME"),
  ]

  private static let searching: [Command] = [
    Command(
      .search, .search, ["/"], "Search or filter this page", pages: [.health, .reschedules, .logs], argument: "QUERY", hint: "search"),
    Command(.nextMatch, .search, ["n"], "Next match", pages: [.logs]),
    Command(.previousMatch, .search, ["N"], "Previous match", pages: [.logs]),
    Command(.matchesOnly, .search, ["&"], "Matches only, or matches in their context", pages: [.logs], hint: "context"),
    Command(
      .follow, .search, ["f"], "Follow new records", pages: [.logs], hint: "follow",
      disabled: { $0.pinnedRefusal }),
    Command(.widerRange, .search, ["+"], "A wider range of time", pages: [.logs, .reschedules]),
    Command(.narrowerRange, .search, ["-"], "A narrower range of time", pages: [.logs, .reschedules]),
    Command(
      .older, .search, ["<"], "Load older records", pages: [.logs],
      disabled: { $0.hasOlderLogs ? nil : "there is nothing older in the range" }),
  ]

  private static let looking: [Command] = [
    Command(.sort, .look, ["s"], "Change the order", pages: [.health, .reschedules], hint: "sort"),
    Command(.view, .look, ["v"], "By workload or by time", pages: [.reschedules], hint: "view"),
    Command(.cause, .look, ["c"], "Filter by cause", pages: [.reschedules], hint: "cause"),
    Command(.unplanned, .look, ["p"], "Unplanned only, or planned ones too", pages: [.reschedules]),
    Command(.explain, .look, ["x"], "Explain: why is this so, and by which rule", hint: "explain"),
    Command(
      .raw, .look, ["J"], "The record as raw JSON", pages: [.logs, .request],
      disabled: { $0.subject.record == nil ? "the row is no record" : nil }),
    Command(.sources, .look, [], "All sources with lag and drops"),
    Command(.since, .look, [], "What changed since the last look, or since a time", argument: "last-look"),
  ]

  private static let time: [Command] = [
    Command(.pin, .time, ["T"], "Pin all pages to this moment, or return to live"),
    Command(.at, .time, [], "Pin all pages to a time", argument: "TIME"),
    Command(.live, .time, [], "Return to live", disabled: { $0.shared.pin == nil ? "the pages are live" : nil }),
    Command(.zone, .time, ["u"], "UTC or local time"),
    Command(.utc, .time, [], "Times in UTC"),
    Command(.local, .time, [], "Times in the local zone"),
  ]

  private static let tools: [Command] = [
    Command(.palette, .tools, [":"], "Palette of all commands"),
    Command(.help, .tools, ["?"], "Keys of this page", hint: "keys"),
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
    Command(.answer, .train, [], "Answer the lesson's question", argument: "ANSWER", disabled: { $0.paneRefusal(.lesson) }),
    Command(.offer, .train, [], "Have the lesson do what the step offers", disabled: { $0.paneRefusal(.lesson) }),
    Command(.skip, .train, [], "Go on without the step", disabled: { $0.paneRefusal(nil) }),
    Command(.reset, .train, [], "Lesson: restore the start; demo: back to the checkpoint", disabled: { $0.paneRefusal(nil) }),
  ]

  private static let acting: [Command] = [
    Command(
      .delete, .act, [], "Delete the pod of the row", pages: [.workload, .pod, .health], disabled: { $0.actionRefusal(needs: .pod) }),
    Command(
      .scale, .act, [], "Scale the workload of the row", pages: [.workload, .health], argument: "REPLICAS",
      disabled: { $0.actionRefusal(needs: .workload) }),
    Command(
      .restart, .act, [], "Restart the workload of the row by a rollout", pages: [.workload, .health],
      disabled: { $0.actionRefusal(needs: .workload) }),
  ]
}
