import Glibc
import JSONBytes
import RecordStore
import StateDirectory
import TelemetryModel
import TimeFormat

/// Figures that need a proving ground: it is started in a folder of its own and stopped again.
enum LiveGround {
  static let benchmark = Benchmark(
    name: "ground", title: "On a running ground",
    method: """
      `periplus up --detach` in a fresh state folder; then 20 requests a second for 15 s, while the store is asked every 2 ms for what \
      is new: from a record's own time (a whole millisecond) to the first query that finds it. Then the idle console as above, \
      without traffic.
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
    let delays = try await watch(StoreReader(directory: home.store), for: .seconds(16))
    _ = await ChildProcess.wait(traffic)
    guard delays.count > 100 else { throw NotMeasured("only \(delays.count) records came within 16 s of traffic") }
    let spread = Spread(delays)
    try await Task.sleep(for: .seconds(3))
    let share = try await IdleConsole.share(of: home, bench)
    return [
      Figure(what: "line written to record findable (\(grouped(spread.count)) records)", figure: spread.text),
      Figure(what: "idle console on a running ground", figure: IdleConsole.text(share), target: "< 1 % of a core", isMet: share < 1),
      Figure(what: "`periplus up --detach` until every pod is ready", figure: "\(decimals(up.seconds)) s"),
    ]
  }

  /// How long each record that comes needed to be found.
  private static func watch(_ store: StoreReader, for span: Duration) async throws -> [Duration] {
    let clock = ContinuousClock()
    let end = clock.now + span
    let began = LargeCluster.now()
    var revision = await store.revision()
    var seen: Set<Int64> = []
    var delays: [Duration] = []
    while clock.now < end {
      try await Task.sleep(for: .milliseconds(2))
      let newest = await store.revision()
      guard newest != revision else { continue }
      revision = newest
      let now = LargeCluster.now()
      // Records of different files come in no order: two seconds back is far enough, and cheap.
      let since = max(began, now - .seconds(2))
      let page = try await store.records(matching: LogQuery(range: since..<Timestamp(nanoseconds: .max), limit: 100_000))
      let found = LargeCluster.now()
      for record in page.records where seen.insert(record.id).inserted { delays.append(found - record.at) }
    }
    return delays
  }
}
