import ClusterModel
package import Screen
package import TimeFormat
import Training
import Views

/// The whole console on a buffer: for `--once`, `--keys`, rehearsals and tests. Effects run for real, nothing waits by sleeping
/// but through the ports' own `pause`.
package actor HeadlessConsole: DemoStage {
  private var core: ConsoleCore
  private let runner: EffectRunner
  private let ports: ConsolePorts
  private var copied: String?
  private var hasQuit = false

  package init(ports: ConsolePorts, state: ConsoleState, size: Size, theme: Theme, glyphs: Glyphs) {
    let inbox = Inbox()
    core = ConsoleCore(state: state, inbox: inbox, size: size, theme: theme, glyphs: glyphs, now: ports.now)
    runner = EffectRunner(ports: ports, inbox: inbox)
    self.ports = ports
  }

  private func pump() {
    repeat {
      core.readInbox()
      for effect in core.takeEffects() {
        switch effect {
        case .copy(let text, let what):
          copied = text
          core.receive(.note(.copied(text, what)))
        case .quit: hasQuit = true
        case .suspend, .redraw: break
        default: runner.perform(effect)
        }
      }
    } while !core.inbox.isEmpty
  }

  /// Looks once at clusters and stores.
  package func look() async {
    await runner.lookOnce()
    core.tick()
    pump()
  }

  /// Until nothing is under way, at most so long.
  package func settle(atMost limit: Duration = .seconds(10)) async throws {
    let deadline = ports.now() + limit
    pump()
    while !core.isIdle, ports.now() < deadline {
      try await ports.pause(.milliseconds(5))
      pump()
    }
  }

  package func press(_ keys: [String]) async throws {
    for key in keys {
      for press in try KeyPress.presses(written: key) { core.handle(.key(press)) }
      pump()
      _ = core.render()
    }
  }

  package func run(command: String) async throws {
    let line = command.first == ":" ? String(command.dropFirst()) : command
    let name = line.prefix { $0 != " " }
    guard CommandTable.command(named: String(name)) != nil else {
      throw DemoStageError("there is no command \"\(name)\"; docs/keys.md lists them")
    }
    core.run(line)
    pump()
  }

  package func resize(_ size: Size) { core.handle(.resize(size)) }

  package func handle(_ event: InputEvent) {
    core.handle(event)
    pump()
  }

  package func buffer() -> CellBuffer {
    pump()
    return core.render()
  }

  package func screen() async -> [String] { buffer().plainText() }
  package func linear(width: Int) -> [String] { core.linear(width: width) }
  package func jsonLines() -> [String] { core.state.jsonLines }
  package var clipboard: String? { copied }
  package var didQuit: Bool { hasQuit }

  package func value(_ name: String) async -> String? {
    pump()
    return core.state.value(name)
  }

  package func isIdle() async -> Bool {
    pump()
    return core.isIdle
  }

  package func wait(atMost limit: Duration) async throws {
    try await ports.pause(limit)
    await look()
    core.receive(.changed(.logs))
    pump()
  }

  package func now() async -> Timestamp { ports.now() }
}

extension ConsoleState {
  /// Named values for demos and tests.
  package func value(_ name: String) -> String? {
    switch name {
    case "page": spec.id.name
    case "link": page.place.text
    case "red", "amber", "green":
      "\(shared.shown.clusters.reduce(0) { $0 + $1.verdicts.count { $0.status.word == name } })"
    case "pinned": shared.pin == nil ? "no" : "yes"
    case "message": note?.text
    default: page.document(shared).values()[name] ?? common(name)
    }
  }

  /// What every page says where it does not say it itself.
  private func common(_ name: String) -> String? {
    switch name {
    case "requestId": selection.requestID
    case "reschedules": "\(shared.shown.reschedules.count)"
    default: nil
    }
  }
}
