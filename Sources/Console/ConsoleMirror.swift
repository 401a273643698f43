import Screen
import Synchronization
package import TimeFormat
import Training

/// The state of the last frame, for a demo that plays on the console and looks at it from another thread.
package final class ConsoleMirror: Sendable {
  private struct Seen {
    var state: ConsoleState
    var size: Size
  }

  private let seen = Mutex<Seen?>(nil)

  package init() {}

  func publish(_ state: ConsoleState, _ size: Size) { seen.withLock { $0 = Seen(state: state, size: size) } }

  /// - Parameter least: a smaller terminal shows only a part of the page.
  func screen(least: Size) -> [String] {
    guard var seen = seen.withLock({ $0 }) else { return [] }
    // The pane says what is expected; what it says must not count as having come.
    seen.state.pane = nil
    let size = Size(columns: max(seen.size.columns, least.columns), rows: max(seen.size.rows, least.rows))
    return ConsoleRenderer.render(seen.state, size: size, theme: Theme(depth: .mono), glyphs: .unicode).plainText()
  }

  func value(_ name: String) -> String? { seen.withLock { $0 }?.state.value(name) }
}

/// The console in front of the audience as a stage: keys go through its inbox, the screen is the one that is seen.
package struct LiveStage: DemoStage {
  private let inbox: Inbox
  private let mirror: ConsoleMirror
  /// What a demo expects is looked for on a screen of this size at least: that for which demos are written and at which they are
  /// rehearsed. On a smaller one a page folds away what the demo speaks of.
  private static let least = Size(columns: 120, rows: 40)
  private let clock: @Sendable () -> Timestamp
  private let pause: @Sendable (Duration) async throws -> Void

  package init(
    inbox: Inbox, mirror: ConsoleMirror, now: @escaping @Sendable () -> Timestamp,
    pause: @escaping @Sendable (Duration) async throws -> Void
  ) {
    self.inbox = inbox
    self.mirror = mirror
    clock = now
    self.pause = pause
  }

  package func press(_ keys: [String]) async throws {
    inbox.post(.press(try keys.flatMap(KeyPress.presses(written:))))
  }

  package func run(command: String) async throws { inbox.post(.run(command)) }
  package func screen() async -> [String] { mirror.screen(least: Self.least) }
  package func value(_ name: String) async -> String? { mirror.value(name) }
  // The step itself is an effect under way.
  package func isIdle() async -> Bool { inbox.isIdle(besides: 1) }
  package func wait(atMost limit: Duration) async throws { try await pause(limit) }
  package func now() async -> Timestamp { clock() }
}

extension KeyPress {
  /// A key by its name, or `type:TEXT` as the keys that type it.
  static func presses(written name: String) throws -> [KeyPress] {
    if name.hasPrefix("type:") { return name.dropFirst(5).map { .character($0) } }
    guard let press = KeyPress(name: name) else {
      throw DemoStageError("\"\(name)\" is no key; keys are named as docs/keys.md writes them, text is type:TEXT")
    }
    return [press]
  }
}
