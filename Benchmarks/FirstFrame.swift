/// From the start of the process to the last byte of its first screen.
enum FirstFrame {
  static let runs = 20

  static let benchmark = Benchmark(
    name: "first-frame", title: "First frame",
    method: """
      `periplus console` on a terminal of 120×40, in an empty state folder: from before `posix_spawn` to the byte that ends the \
      footer; \(runs) starts after one that is not counted.
      """
  ) { bench in
    let environment = bench.environment(try bench.home("first"))
    var samples: [Duration] = []
    for run in 0...runs {
      let terminal = try PseudoTerminal(bench.periplus, ["console"], environment: environment)
      defer { terminal.quit() }
      // The last word of the last row.
      guard let shown = terminal.read(until: ConsoleMarks.footer) else { throw NotMeasured("the console showed no footer within 10 s") }
      if run > 0 { samples.append(shown - terminal.started) }
    }
    let spread = Spread(samples)
    return [
      Figure(what: "first frame after start", figure: spread.text, target: "< 50 ms", isMet: spread.median < .milliseconds(50))
    ]
  }
}

/// Text by which a screen is recognized in the bytes that come.
enum ConsoleMarks {
  /// The hint of the help key ends the footer of every page.
  static let footer = "keys"
  /// The title of the help.
  static let help = "Keys of "
}
