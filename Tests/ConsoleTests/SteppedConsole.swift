import Console
import Screen
import TimeFormat

/// The real reducer, renderer and effect runner, one turn after the other, so that a test sees what is drawn while work goes on.
struct SteppedConsole {
  var core: ConsoleCore
  let runner: EffectRunner

  init(_ place: Place = Place(.health), ports: ConsolePorts, size: Size, now: @escaping @Sendable () -> Timestamp = { Fixture.now }) {
    let inbox = Inbox()
    core = ConsoleCore(
      state: ConsoleState(now: Fixture.now, place: place), inbox: inbox, size: size, theme: Theme(depth: .mono), glyphs: .unicode, now: now)
    runner = EffectRunner(ports: ports, inbox: inbox)
  }

  /// Goes on until the screen is as it should be, or for so long that it will not be.
  mutating func settle(until isThere: (String) -> Bool) async -> String {
    var text = ""
    for _ in 0..<100_000 {
      core.readInbox()
      for effect in core.takeEffects() { runner.perform(effect) }
      text = core.render().plainText().joined(separator: "\n")
      if isThere(text) { break }
      await Task.yield()
    }
    return text
  }
}
