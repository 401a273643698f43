import StateDirectory
import TimeFormat

/// What a console costs that nobody touches.
enum IdleConsole {
  static let span = Duration.seconds(15)

  static let benchmark = Benchmark(
    name: "idle", title: "Idle console",
    method: "Processor time of `periplus console` from `/proc/PID/stat` over \(Int(span.seconds)) s without a key, after 3 s of rest."
  ) { bench in
    let share = try await share(of: bench.home("idle"), bench)
    return [Figure(what: "idle console, nothing running", figure: text(share), target: "< 1 % of a core", isMet: share < 1)]
  }

  /// Percent of a core.
  static func share(of home: Home, _ bench: Workbench) async throws -> Double {
    let terminal = try PseudoTerminal(bench.periplus, ["console"], environment: bench.environment(home))
    defer { terminal.quit() }
    guard terminal.read(until: ConsoleMarks.footer) != nil else { throw NotMeasured("the console showed no footer within 10 s") }
    terminal.drain(quiet: .seconds(20), limit: .seconds(3))
    let process = ProcessFigures(pid: terminal.pid)
    let start = ContinuousClock.now
    let before = process.cpu
    // Its output must be read, or it would block.
    terminal.drain(quiet: span * 2, limit: span)
    let used = process.cpu - before
    return used.seconds / (ContinuousClock.now - start).seconds * 100
  }

  static func text(_ share: Double) -> String { "\(decimals(share)) % of a core" }
}
