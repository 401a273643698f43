import ArgumentParser

/// The table of contents of the command line.
struct Periplus: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "periplus",
    abstract: "The console of a team that moves an enterprise onto Kubernetes, and the proving ground it runs against.",
    discussion: """
      First time here? `periplus up` starts a small local cluster with the reference app and opens the console on it; \
      quitting stops everything it started.

      Exit codes: 0 done, 1 a finding (red, lint error, not found), 2 wrong usage, 3 something the command needs is missing.
      """,
    version: Version.text,
    groupedSubcommands: [
      CommandGroup(name: "Proving ground:", subcommands: [Up.self, Down.self, Status.self, Traffic.self, Doctor.self]),
      CommandGroup(
        name: "Look:",
        subcommands: [ConsoleCommand.self, Open.self, Logs.self, Request.self, Health.self, Nodes.self, Reschedules.self, Check.self]),
      CommandGroup(name: "Plan, learn, show:", subcommands: [PlanCommand.self, Learn.self, DemoCommand.self]),
      CommandGroup(name: "Data:", subcommands: [Record.self, IngestCommand.self, StoreCommand.self, ClusterCommand.self]),
      CommandGroup(name: "Reference:", subcommands: [Keys.self, Schema.self, Completions.self, Man.self]),
      CommandGroup(name: "Internal:", subcommands: [Ground.self]),
    ]
  )

  /// What the executable itself is started with for its own purposes comes before the parser.
  static func arguments(from given: [String]) -> [String] { given.isEmpty ? ["--help"] : given }
}

enum Version {
  static let text = "0.1.0"
}
