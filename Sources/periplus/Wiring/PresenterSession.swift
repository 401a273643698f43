import Screen
import StateDirectory
import Synchronization
import Terminal
import TimeFormat
import Training
import TrainingGround

/// The presenter's terminal: follows the demo that a console of the same state folder shows.
struct PresenterSession {
  let home: Home
  let isASCII: Bool
  let isMono: Bool

  func run() async throws {
    let file = DemoNotesFile(home)
    let wakeup = Wakeup()
    let watch = NotesWatch(file) { wakeup.signal() }
    defer { watch.stop() }
    let reader = watch.reader
    var options = TerminalOptions()
    if isASCII { options.symbols = .ascii }
    if isMono { options.maximumDepth = .mono }
    options.mouse = false
    let exit: TerminalExit
    do {
      exit = try await TerminalLoop.run(options: options, wakeup: wakeup) { [options] in
        PresenterHandler(reader, isASCII: options.symbols == .ascii)
      }
    } catch {
      throw Problem.environment(error.description)
    }
    if exit == .hangup || exit == .terminated { throw Problem(status: .environment, sentence: "") }
  }

  /// The notes as text, again with each change, until the reader goes away.
  func follow(width: Int) async {
    let file = DemoNotesFile(home)
    let (changes, change) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    let watch = NotesWatch(file) { change.yield() }
    defer { watch.stop() }
    change.yield()
    var shown: DemoNotes??
    for await _ in changes {
      let notes = watch.reader.notes
      guard shown != .some(notes) else { continue }
      if shown != nil { Output.line("") }
      shown = notes
      for line in PresenterView(notes, now: WallClock.now()).lines(width: width) { Output.line(line) }
    }
  }
}

/// The newest notes.
private final class NotesReader: Sendable {
  private let file: DemoNotesFile
  private let newest: Mutex<DemoNotes?>
  private let onChange: @Sendable () -> Void

  init(_ file: DemoNotesFile, onChange: @escaping @Sendable () -> Void) {
    self.file = file
    self.onChange = onChange
    newest = Mutex(file.read())
  }

  var notes: DemoNotes? { newest.withLock { $0 } }

  /// Reads them, and tells when they are others than before.
  func look() {
    let notes = file.read()
    let isOther = newest.withLock { newest in
      defer { newest = notes }
      return newest != notes
    }
    if isOther { onChange() }
  }
}

/// Reads the notes when the folder changes, and once a second, because a console that ends changes nothing.
private struct NotesWatch {
  let reader: NotesReader
  private let task: Task<Void, Never>

  init(_ file: DemoNotesFile, onChange: @escaping @Sendable () -> Void) {
    // Watched before the first look, so that no change falls between the two.
    let changes = FolderWatch(file.folder)
    let reader = NotesReader(file, onChange: onChange)
    self.reader = reader
    task = Task {
      while !Task.isCancelled {
        await changes.wake.wait(within: .seconds(1))
        reader.look()
      }
    }
  }

  func stop() { task.cancel() }
}

private final class PresenterHandler: TerminalHandler {
  private let reader: NotesReader
  private let isASCII: Bool
  private var theme = Theme(depth: .mono)
  private var glyphs = Glyphs.unicode
  private var size = Size(columns: 80, rows: 24)
  private var scroll = 0
  private var step = 0
  private var second: Int64 = 0
  private var needsFrame = true
  private(set) var isFinished = false

  init(_ reader: NotesReader, isASCII: Bool) {
    self.reader = reader
    self.isASCII = isASCII
  }

  func start(size: Size, capabilities: TerminalCapabilities) {
    theme = capabilities.theme
    glyphs = isASCII ? .ascii : capabilities.glyphs
    self.size = size
  }

  func handle(_ events: [InputEvent]) {
    // Woken by a change, by the second, or by a key: each may change what is seen.
    needsFrame = true
    for event in events {
      switch event {
      case .resize(let size): self.size = size
      case .key(let press):
        switch press.code {
        case .character("q"), .escape: isFinished = true
        case .character("j"), .down: scroll = min(scroll + 1, view.longestScroll(size))
        case .character("k"), .up: scroll = max(0, scroll - 1)
        default: break
        }
      default: break
      }
    }
    if let notes = reader.notes, notes.step != step { (step, scroll) = (notes.step, 0) }
  }

  private var view: PresenterView { PresenterView(reader.notes, now: WallClock.now()) }

  func frame(size: Size) -> CellBuffer? {
    guard needsFrame else { return nil }
    needsFrame = false
    return view.screen(size: size, theme: theme, glyphs: glyphs, scroll: scroll)
  }

  /// The elapsed time moves on the second.
  var nextDeadline: ContinuousClock.Instant? {
    ContinuousClock.now + .nanoseconds(1_000_000_000 - WallClock.now().nanoseconds % 1_000_000_000)
  }
}
