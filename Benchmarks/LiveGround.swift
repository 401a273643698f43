import Glibc
import JSONBytes
import RecordStore
import Recorder
import StateDirectory
import TelemetryModel
import TimeFormat

/// Figures that need a proving ground: it is started in a folder of its own and stopped again.
enum LiveGround {
  static let benchmark = Benchmark(
    name: "ground", title: "On a running ground",
    method: """
      `periplus up --detach` in a fresh state folder; then 20 requests a second for 15 s, while a reader that the recorder pushes \
      its commits to reads what is new: from a record's own time (a whole millisecond) to the end of the query that found it. Then \(FollowOnScreen.rate) requests a second \
      for \(Int(FollowOnScreen.span.seconds)) s while `periplus console` follows on the Logs page of a terminal of 120×40: from the time of the first record of an order \
      to the bytes that draw its id. Then the idle console as above, without traffic.
      """
  ) { bench in
    let home = try bench.home("ground")
    let environment = bench.environment(home)
    let up = try await ChildProcess.run(bench.periplus, ["up", "--detach"], environment: environment, scratch: bench.scratch)
    let figures: Result<[Figure], any Error>
    if up.status == 0 {
      do { figures = .success(try await measure(home, bench, up.elapsed)) } catch { figures = .failure(error) }
    } else {
      figures = .failure(NotMeasured("periplus up --detach ended with \(up.status); periplus doctor says what is missing"))
    }
    _ = try await ChildProcess.run(bench.periplus, ["down"], environment: environment, scratch: bench.scratch)
    return try figures.get()
  }

  private static func measure(_ home: Home, _ bench: Workbench, _ up: Duration) async throws -> [Figure] {
    let traffic = try ChildProcess.spawn(
      bench.periplus, ["traffic", "--rate", "20", "--for", "15s"], environment: bench.environment(home), output: "/dev/null")
    let delays = try await watch(home, for: .seconds(16))
    _ = await ChildProcess.wait(traffic)
    guard delays.count > 100 else { throw NotMeasured("only \(delays.count) records came within 16 s of traffic") }
    let spread = Spread(delays)
    let onScreen = Spread(try await FollowOnScreen.delays(of: home, bench))
    try await Task.sleep(for: .seconds(3))
    let share = try await IdleConsole.share(of: home, bench)
    return [
      Figure(what: "line written to record findable (\(grouped(spread.count)) records)", figure: spread.text),
      Figure(
        what: "line written to line on the screen, following (\(grouped(onScreen.count)) orders)", figure: onScreen.text,
        target: "p99 < 100 ms", isMet: onScreen.p99 < .milliseconds(100)),
      Figure(what: "idle console on a running ground", figure: IdleConsole.text(share), target: "< 1 % of a core", isMet: share < 1),
      Figure(what: "`periplus up --detach` until every pod is ready", figure: "\(decimals(up.seconds)) s"),
    ]
  }

  /// How long each record that comes needed to be found.
  private static func watch(_ home: Home, for span: Duration) async throws -> [Duration] {
    let recorder = ControlClient(socket: home.socket("recorder"))
    let store = StoreReader(directory: home.store, pushes: { recorder.commits() })
    return try await withThrowingTaskGroup(of: [Duration].self) { group in
      group.addTask {
        let changes = store.changes()
        var query = LogQuery(limit: 100_000)
        query.storedAfter = try await store.records(matching: LogQuery(limit: 1)).storedUpTo
        var delays: [Duration] = []
        for await _ in changes {
          let page = try await store.records(matching: query)
          let found = LargeCluster.now()
          delays += page.records.map { found - $0.at }
          query.storedAfter = page.next ?? page.storedUpTo
        }
        return delays
      }
      group.addTask {
        try await Task.sleep(for: span)
        return []
      }
      // The clock ends first; the stream of changes ends when it is cancelled, and its task answers what it saw.
      _ = try await group.next()
      group.cancelAll()
      return try await group.next() ?? []
    }
  }
}
