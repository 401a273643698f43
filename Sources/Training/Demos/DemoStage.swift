package import TimeFormat

/// A port: the console on which a demo is played, headless or live.
package protocol DemoStage: Sendable {
  /// Presses keys, each by its name as `docs/keys.md` writes it, or `type:TEXT`.
  func press(_ keys: [String]) async throws
  /// Runs a command of the palette.
  func run(command: String) async throws
  /// The screen's lines as they are now.
  func screen() async -> [String]
  /// A named value of what is shown: `page`; `records` on the Logs page; `requestId`, `services` on the Request page. `nil` when the page
  /// that is shown has no such value, so that the value of an earlier page never counts.
  func value(_ name: String) async -> String?
  /// No effect is in flight.
  func isIdle() async -> Bool
  /// Until something changed, at most so long. A headless stage may move an injected clock instead.
  func wait(atMost limit: Duration) async throws
  func now() async -> Timestamp
}
