/// Number keys that are kept for pages to come: until a page registers under the name, its command says with what it comes.
enum ReservedKeys {
  private static let rows: [(key: String, name: String, title: String, comesWith: String)] = [
    ("5", "traces", "Traces", "Distributed tracing, sprint 9"), ("6", "alerts", "Alerts", "Alerting, sprint 7"),
    ("7", "scorecard", "Scorecard", "Build & deploy pipeline, sprint 2"),
    ("8", "pipeline", "Pipeline", "Build & deploy pipeline, sprint 2"),
    ("9", "load", "Load", "Service resiliency, sprint 8"),
  ]

  /// Whether a command only says with what its page comes.
  static func isReserved(_ id: CommandID) -> Bool { reserved.contains(id) }

  private static let reserved = Set(commands.map(\.id))

  static let commands: [Command] = rows.filter { Pages.spec(PageID($0.name)) == nil }.map { row in
    let sentence = "\(row.title) is not here yet: it comes with \(row.comesWith)."
    return Command(CommandID(row.name), .go, [row.key], row.title, disabled: { _ in sentence })
  }
}
