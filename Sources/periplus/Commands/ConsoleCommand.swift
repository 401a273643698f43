import ArgumentParser
import Console
import Screen
import StateDirectory
import TimeFormat

struct ConsoleCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "console",
    abstract: "Open the console on what runs, or print one of its pages.",
    discussion: """
      --once prints the page as it would be drawn and ends; --linear prints it as plain lines in reading order. \
      --keys presses keys first, separated by blanks and named as `periplus keys` does, with type:TEXT for text. \
      Other clusters are watched with --context, from KUBECONFIG.
      """)

  @OptionGroup var home: HomeOptions
  @OptionGroup var app: AppOptions
  @OptionGroup var look: LookOptions
  @Option(help: "\(Pages.linkNames.joined(separator: ", ")), or a link such as request/ID.", completion: Candidates.pages)
  var page: String?
  @OptionGroup var watched: ContextOptions
  @Flag(help: "Print the page once and end.") var once = false
  @Flag(help: "Print the page as plain lines.") var linear = false
  @Flag(help: "Print the page's data as JSON, one object a line.") var json = false
  @Option(help: "Columns and rows for --once, e.g. 120x40.") var size: SizeOption?
  @Option(help: "Keys to press before printing, e.g. \"4 / type:error Enter\".") var keys: String?

  func validate() throws {
    if let page, case .failure(let error) = Place.parse(page) { throw ValidationError(error.sentence) }
    if keys != nil || size != nil, !(once || linear || json) {
      throw ValidationError("--keys and --size go with --once, --linear or --json.")
    }
  }

  func run() async throws {
    let home = try home.resolve()
    guard once || linear || json else {
      return try await ConsoleSession(home: home, app: app, look: look, contexts: watched.contexts, page: page).run()
    }
    let configuration = try ConfigurationFile(home: home).read()
    let wiring = try ConsoleWiring(home: home, contexts: watched.contexts, app: app, allowsActions: look.actions)
    let watching = Task { await wiring.watchClusters() }
    defer { watching.cancel() }
    let size = size?.size ?? Size(columns: 120, rows: 40)
    let console = HeadlessConsole(
      ports: wiring.ports,
      state: .opening(
        home: home, contexts: watched.contexts.names, app: app, look: look, configuration: configuration), size: size,
      theme: Theme(depth: .mono), glyphs: look.ascii || !TextEncoding.isUTF8 ? .ascii : .unicode)
    await FirstSight(feeds: wiring.feeds).wait()
    await console.look()
    if let page { try await console.run(command: "open \(page)") }
    try await console.settle()
    for key in (keys ?? "").split(separator: " ").map(String.init) {
      do { try await console.press([key]) } catch { throw Problem.usage("\(error)") }
      try await console.settle()
    }
    if json {
      for line in await console.jsonLines() { Output.json(line) }
    } else if linear {
      for line in await console.linear(width: size.columns) { Output.line(line) }
    } else {
      for line in await console.screen() { Output.line(line) }
    }
  }
}

struct Open: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Open the console at a place: PAGE[/ITEM][@TIME].",
    discussion: "For example: periplus open request/9f3c1e07 · periplus open reschedules@2026-01-22T14:03:00Z")

  @OptionGroup var home: HomeOptions
  @OptionGroup var app: AppOptions
  @OptionGroup var look: LookOptions
  @Argument(help: "\(Pages.linkNames.joined(separator: ", ")); with an item and a time if wanted.", completion: Candidates.pages)
  var place: String

  func validate() throws {
    if case .failure(let error) = Place.parse(place) { throw ValidationError(error.sentence) }
  }

  func run() async throws { try await ConsoleSession(home: try home.resolve(), app: app, look: look, page: place).run() }
}

struct Keys: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print every key and command of the console, as docs/keys.md, with the keys of your configuration.",
    discussion: "Exit code 1 when the configuration has a mistake; each is named with its line.")

  @OptionGroup var home: HomeOptions
  @Flag(help: "The keys as they are without a configuration.") var standard = false

  func run() throws {
    Output.write(KeysDocument.markdown(standard ? .standard : try ConfigurationFile(home: try home.resolve()).read().keys))
  }
}

/// `120x40`.
struct SizeOption: ExpressibleByArgument {
  var size: Size

  init?(argument: String) {
    let parts = argument.lowercased().split(separator: "x").compactMap { Int($0) }
    guard parts.count == 2, (1...1000).contains(parts[0]), (1...1000).contains(parts[1]) else { return nil }
    size = Size(columns: parts[0], rows: parts[1])
  }
}
