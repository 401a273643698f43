import Console
import Glibc
import KubernetesClient
import Screen
import StateDirectory
import Synchronization
import Terminal
import TimeFormat
import Views

/// The console in a terminal: the UI thread draws and reads keys, everything else happens elsewhere.
struct ConsoleSession {
  let home: Home
  let app: AppOptions
  let look: LookOptions
  var contexts = Contexts()
  /// A deep link to open at; `nil` for the front page.
  var page: String?
  /// The deployment that goes on while the first frame is shown already; a failure is shown as a message.
  var deploying: Task<Void, any Error>?
  /// Whether the proving ground ends with this console.
  var ownsGround = false

  init(
    home: Home, app: AppOptions, look: LookOptions, contexts: Contexts = Contexts(), page: String?, deploying: Task<Void, any Error>? = nil,
    ownsGround: Bool = false
  ) {
    self.home = home
    self.app = app
    self.look = look
    self.contexts = contexts
    self.page = page
    self.deploying = deploying
    self.ownsGround = ownsGround
  }

  func run() async throws {
    guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1 else {
      throw Problem.environment(
        "expected a terminal on standard input and output and found none; for text use periplus console --once, or periplus health")
    }
    let configuration = try ConfigurationFile(home: home).read()
    try ConsoleWiring.checkNames(home, contexts.names)
    let wakeup = Wakeup()
    let inbox = Inbox { wakeup.signal() }
    let background = Background(inbox: inbox)
    let session = self
    var options = TerminalOptions()
    if look.ascii { options.symbols = .ascii }
    if look.noColor { options.maximumDepth = .mono }
    options.escapeDelay = look.escapeDelay
    options.reportsFocus = false
    try? Files.makeFolder(home.logs)
    options.crashReport = "\(home.logs)/console-crash.txt"
    let starter = Task { await background.start(session) }
    defer { starter.cancel() }
    let exit: TerminalExit
    do {
      exit = try await TerminalLoop.run(options: options, wakeup: wakeup) {
        ScreenHandler(session: session, configuration: configuration, inbox: inbox, background: background)
      }
    } catch {
      throw Problem.environment(error.description)
    }
    background.stop()
    if exit == .hangup || exit == .terminated { throw Problem(status: .environment, sentence: "") }
  }
}

/// What runs beside the UI thread: the watches, and the runner of effects once there is something to run them on.
private final class Background: Sendable {
  private struct State {
    var runner: EffectRunner?
    var waiting: [Effect] = []
    var tasks: [Task<Void, Never>] = []
  }

  let inbox: Inbox
  /// What demos see of the screen.
  let mirror = ConsoleMirror()
  private let state = Mutex(State())

  init(inbox: Inbox) { self.inbox = inbox }

  func perform(_ effect: Effect) {
    let runner = state.withLock { state in
      if state.runner == nil { state.waiting.append(effect) }
      return state.runner
    }
    runner?.perform(effect)
  }

  func start(_ session: ConsoleSession) async {
    if let deploying = session.deploying {
      // The kubeconfig appears when the ground listens; until then the pages say what they wait for.
      inbox.post(.note(Note("Starting the proving ground…")))
      let hasEnded = Ended()
      let watch = Task { [inbox] in
        defer { hasEnded.set() }
        do {
          try await deploying.value
          inbox.post(.note(Note("The application is deployed; its pods are coming up.", .good)))
        } catch is CancellationError {
        } catch let problem as Problem {
          inbox.post(.note(Note(problem.sentence, .bad)))
        } catch {
          inbox.post(.note(Note("\(error)", .bad)))
        }
      }
      state.withLock { $0.tasks.append(watch) }
      // A ground that did not start has no address to wait for: what is stored can be looked at all the same.
      let launcher = GroundLauncher(home: session.home)
      while !Task.isCancelled {
        if await FolderWatch.wait(in: session.home.run, within: .seconds(60), until: { launcher.isListening || hasEnded.isSet }) { break }
      }
    }
    let wiring: ConsoleWiring
    do {
      wiring = try ConsoleWiring(
        home: session.home, contexts: session.contexts, app: session.app, allowsActions: session.look.actions,
        stage: LiveStage(inbox: inbox, mirror: mirror, now: WallClock.now, pause: { try await Task.sleep(for: $0) }))
    } catch {
      inbox.post(.note(Note((error as? Problem)?.sentence ?? "\(error)", .bad)))
      return
    }
    let runner = EffectRunner(ports: wiring.ports, inbox: inbox)
    let waiting = state.withLock { state in
      state.runner = runner
      state.tasks.append(Task { await wiring.watchClusters() })
      state.tasks.append(Task { await runner.watch() })
      defer { state.waiting = [] }
      return state.waiting
    }
    for effect in waiting { runner.perform(effect) }
  }

  func stop() {
    let tasks = state.withLock { state in
      defer { state.tasks = [] }
      return state.tasks
    }
    for task in tasks { task.cancel() }
  }
}

/// Whether the deployment has ended, well or not.
private final class Ended: Sendable {
  private let value = Mutex(false)
  var isSet: Bool { value.withLock { $0 } }
  func set() { value.withLock { $0 = true } }
}

/// The console's core on the UI thread.
private final class ScreenHandler: TerminalHandler {
  private let session: ConsoleSession
  private let configuration: ConsoleConfiguration
  private let inbox: Inbox
  private let background: Background
  private var core: ConsoleCore?
  private var requests: [TerminalRequest] = []
  private(set) var isFinished = false

  init(session: ConsoleSession, configuration: ConsoleConfiguration, inbox: Inbox, background: Background) {
    self.session = session
    self.configuration = configuration
    self.inbox = inbox
    self.background = background
  }

  func start(size: Size, capabilities: TerminalCapabilities) {
    var state = ConsoleState.opening(
      home: session.home, contexts: session.contexts.names, app: session.app, look: session.look, configuration: configuration)
    if session.ownsGround { state.quitLoses = "The proving ground, which this console started, stops with it." }
    var core = ConsoleCore(
      state: state, inbox: inbox, size: size, theme: capabilities.theme,
      glyphs: session.look.ascii ? .ascii : capabilities.glyphs, now: WallClock.now)
    core.mirror = background.mirror
    if let page = session.page { core.run("open \(page)") }
    self.core = core
    pump()
  }

  func handle(_ events: [InputEvent]) {
    for event in events { core?.handle(event) }
    core?.readInbox()
    core?.tick()
    pump()
  }

  func frame(size: Size) -> CellBuffer? {
    guard core?.needsFrame == true else { return nil }
    return core?.render()
  }

  /// Ages and the clock move on the second.
  var nextDeadline: ContinuousClock.Instant? {
    let rest = 1_000_000_000 - WallClock.now().nanoseconds % 1_000_000_000
    return ContinuousClock.now + .nanoseconds(rest)
  }

  func takeRequests() -> [TerminalRequest] {
    defer { requests = [] }
    return requests
  }

  /// What ctrl-z and ctrl-l do stands in the key map; ctrl-c asks to quit wherever it has not been given another meaning.
  func takes(_ press: KeyPress) -> Bool {
    press == .control("z") || press == .control("l") || press == .control("c") && core?.hasCommand(for: press) == true
  }

  /// ctrl-c asks to quit, as `:quit` does, whatever lies over the page: nothing is lost by a slip.
  func interrupted() -> Bool {
    core?.run("quit")
    pump()
    return false
  }

  private func pump() {
    for effect in core?.takeEffects() ?? [] {
      switch effect {
      case .quit: isFinished = true
      case .copy(let text, let what):
        requests.append(.copy(text))
        core?.receive(.note(.copied(text, what)))
      case .suspend: requests.append(.suspend)
      case .redraw: requests.append(.redraw)
      default: background.perform(effect)
      }
    }
  }
}
