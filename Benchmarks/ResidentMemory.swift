/// The real console on a terminal, watching 20,000 pods: its memory, and a key's way to the terminal and back.
enum ResidentMemory {
  static let keys = 200

  static let benchmark = Benchmark(
    name: "memory", title: "A large cluster on a terminal",
    method: """
      `periplus console` on a terminal of 120×40 watches \(grouped(LargeCluster.pods)) pods over HTTP while \(LargeCluster.churn) of them \
      change each second. Memory from `/proc/PID/status` after all are listed and 20 s have passed; then `?` is pressed \(keys) times: \
      from the key to the byte that shows the help's title. The server runs on the same machine.
      """
  ) { bench in
    let cluster = try LargeCluster(bench, home: "memory")
    return try await cluster.serve {
      var environment = bench.environment(cluster.home)
      environment["KUBECONFIG"] = cluster.kubeconfig
      let terminal = try PseudoTerminal(bench.periplus, ["console", "--context", LargeCluster.name], environment: environment)
      defer { terminal.quit() }
      // Every Deployment is on the board: the line of those that are fine says how many.
      guard terminal.read(until: "ready", limit: .seconds(60)) != nil else { throw NotMeasured("the console showed no pods within 60 s") }
      terminal.drain(quiet: .seconds(30), limit: .seconds(20))
      let process = ProcessFigures(pid: terminal.pid)
      let resident = process.resident
      let anonymous = process.anonymous

      var samples: [Duration] = []
      for _ in 0..<keys {
        terminal.drain(quiet: .milliseconds(2), limit: .milliseconds(40))
        let pressed = ContinuousClock.now
        terminal.type("?")
        guard let shown = terminal.read(until: ConsoleMarks.help, limit: .seconds(5)) else {
          throw NotMeasured("the help did not open within 5 s")
        }
        samples.append(shown - pressed)
        terminal.type("?")
        terminal.drain(quiet: .milliseconds(20), limit: .milliseconds(60))
      }
      let spread = Spread(samples)
      return [
        Figure(
          what: "resident memory, console with \(grouped(LargeCluster.pods)) pods",
          figure: "\(resident / 1_000_000) MB, of it \(anonymous / 1_000_000) MB its own data",
          target: "< 150 MB", isMet: resident < 150_000_000),
        Figure(
          what: "key to byte on the terminal, same console", figure: spread.text, target: "p99 < 16 ms",
          isMet: spread.p99 < .milliseconds(16)),
      ]
    }
  }
}
