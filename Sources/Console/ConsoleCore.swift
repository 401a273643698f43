import ClusterModel
import MigrationPlan
package import Screen
package import TimeFormat
import Views

/// The console without a terminal: input and messages go in, frames and effects come out. One thread owns it.
package struct ConsoleCore: Sendable {
  package private(set) var state: ConsoleState
  package let inbox: Inbox
  package var theme: Theme
  package var glyphs: Glyphs
  /// Where a demo that plays on this console looks.
  package var mirror: ConsoleMirror?
  private let now: @Sendable () -> Timestamp
  private var frame: ConsoleFrame?
  private var size: Size
  private var effects: [Effect]
  private var lastSecond: Int64 = 0
  /// Something changed since the last frame.
  package private(set) var needsFrame = true

  package init(
    state: ConsoleState, inbox: Inbox, size: Size, theme: Theme, glyphs: Glyphs, now: @escaping @Sendable () -> Timestamp
  ) {
    var state = state
    effects = state.begin()
    self.state = state
    self.inbox = inbox
    self.size = size
    self.theme = theme
    self.glyphs = glyphs
    self.now = now
  }

  package mutating func handle(_ event: InputEvent) {
    switch event {
    case .key(let press): effects += state.handle(press, now: now())
    case .mouse(let mouse): effects += state.handle(mouse, hits: frame?.hits ?? HitMap(), now: now())
    case .paste(let text): effects += state.paste(text, now: now())
    case .resize(let size): self.size = size
    case .focus(let hasFocus): state.hasFocus = hasFocus
    }
    needsFrame = true
  }

  /// Whether the user's keys give a command to `press` on the page that is seen.
  package func hasCommand(for press: KeyPress) -> Bool { state.keys.command(for: press, on: state.spec.id) != nil }

  /// A command as typed into the palette, e.g. from the command line.
  package mutating func run(_ text: String) {
    effects += state.run(text: text)
    needsFrame = true
  }

  package mutating func receive(_ message: Message) {
    effects += state.receive(message, now: now())
    needsFrame = true
  }

  /// Reads what background tasks have posted; `true` when there was something.
  @discardableResult
  package mutating func readInbox() -> Bool {
    let messages = inbox.drain()
    for message in messages { receive(message) }
    return !messages.isEmpty
  }

  /// Ages and the clock move once a second, not with every wakeup.
  package mutating func tick() {
    let second = now().nanoseconds / 1_000_000_000
    guard second != lastSecond else { return }
    lastSecond = second
    receive(.tick)
  }

  /// The effects since the last call, in order.
  package mutating func takeEffects() -> [Effect] {
    defer { effects = [] }
    return effects
  }

  /// Draws the screen as it is now.
  package mutating func render() -> CellBuffer {
    let frame = ConsoleRenderer.frame(state, size: size, theme: theme, glyphs: glyphs)
    state.settle(frame)
    self.frame = frame
    mirror?.publish(state, size)
    needsFrame = false
    return frame.buffer
  }

  /// No effect waits to be performed, none is under way, and nothing waits to be read.
  package var isIdle: Bool { effects.isEmpty && inbox.isIdle }

  /// The page as plain lines, for `--linear`.
  package func linear(width: Int) -> [String] { state.linear(width: width) }
}

extension ConsoleState {
  /// Keeps which rows of every list stood in the frame, so that the view does not jump when the cursor turns.
  mutating func settle(_ frame: ConsoleFrame) {
    listRows = max(1, frame.lists.values.map(\.visible).max() ?? 10)
    // Who scrolled beyond the end goes back from there at once.
    if let scroll = pane?.scroll, scroll > frame.paneTop { pane?.scroll = frame.paneTop }
    var lists = page.lists
    for (index, rows) in frame.lists where lists.indices.contains(index) {
      (lists[index].top, lists[index].visible) = (rows.top, rows.visible)
    }
    if lists != page.lists { page.lists = lists }
  }

  /// The page as lines of text: the same content, in the order in which one reads it.
  package func linear(width: Int) -> [String] {
    var lines: [String] = []
    if let pin = shared.pin { lines.append("PINNED to \(shared.face.full(pin.moment))") }
    lines += page.document(shared).report().text(width: width)
    if let pane {
      lines.append("")
      lines.append("\(pane.update.kind.rawValue): \(pane.update.title) \(pane.update.progress)")
      lines += pane.lines.map(\.text)
    }
    for layer in layers { lines += [""] + layer.linear(self) }
    if let note { lines += ["", note.text] }
    lines.append("")
    let sources = SourcesView(shared.data.sources, clusters: shared.data.clusters.map(\.snapshot), now: shared.now)
    lines.append(sources.footer(width: width).text)
    return lines.flatMap { TextWidth.wrap(Visible.text($0), columns: max(20, width)) }
  }

  /// The page as JSON lines.
  package var jsonLines: [String] { page.document(shared).json() }
}
