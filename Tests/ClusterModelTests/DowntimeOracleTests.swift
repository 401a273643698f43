import ClusterModel
import JSONBytes
import Testing
import TimeFormat

/// Told downtime against ready pods counted second by second.
@Suite("Downtime against a count of ready pods", .onOwnThreads)
struct DowntimeOracleTests {
  private static func count(_ deltas: [(at: Timestamp, delta: ClusterDelta)]) -> ReadyCount {
    var count = ReadyCount()
    for (at, delta) in deltas { count.apply(delta, at: at) }
    return count
  }

  private static let recorded = Result { () throws -> ReadyCount in
    count(try LedgerReplayTests.recording.get().deltas.map { ($0.at, $0) })
  }

  @Test("the recording, second by second")
  func recording() throws {
    let recording = try LedgerReplayTests.recording.get()
    let book = try LedgerReplayTests.replay()
    let count = try Self.recorded.get()
    #expect(count.differences(book, from: recording.start, to: recording.end, edge: .seconds(1)) == [])
    // The loops were down for most of the time, and are told so.
    var told = 0
    for (name, changes) in count.changes where changes.contains(where: \.isDown) {
      let seconds = book.pieces(name).downtimeSeconds(from: recording.start, to: recording.end)
      #expect(abs(seconds - count.seconds(name, to: recording.end)) < Double(changes.count), "\(name): \(seconds)")
      told += 1
    }
    #expect(told == 7)
    #expect(count.seconds("Deployment/crasher", to: recording.end) > 300)
  }

  @Test("the recording with a restart of the recorder at every 50th delta", arguments: [0, 25])
  func restarts(phase: Int) throws {
    let recording = try LedgerReplayTests.recording.get()
    var book = LedgerBook()
    var world = World()
    for (index, delta) in recording.deltas.enumerated() {
      book.apply(delta)
      world.apply(delta)
      guard index % 50 == phase else { continue }
      let saved = try JSONValue(parsing: book.engine.state().jsonBytes)
      book.engine = try #require(LedgerEngine(cluster: "real", restoring: saved))
      book.take(book.engine.resume(at: delta.at))
      for resource in ClusterResource.allCases { if let list = world.list(resource, at: delta.at) { book.apply(list) } }
    }
    let found = try Self.recorded.get().differences(book, from: recording.start, to: recording.end, edge: .seconds(1))
    // A time that nobody watched may be left out, and is declared.
    #expect(found.filter { !$0.hasSuffix("told up") || book.gaps.isEmpty } == [])
    #expect(found.count < 20, "\(found)")
  }

  @Test("the recording with a clock that is wrong", arguments: [-3600, -2, 60, 3600] as [Int64])
  func clocks(seconds: Int64) throws {
    let recording = try LedgerReplayTests.recording.get()
    var book = LedgerBook()
    for delta in recording.deltas {
      book.apply(ClusterDelta(resource: delta.resource, change: delta.change, at: delta.at + .seconds(seconds)))
    }
    book.tick(recording.end + .seconds(seconds + 60))
    #expect(try Self.recorded.get().differences(book, from: recording.start, to: recording.end, edge: .seconds(2)) == [])
  }

  @Test("played clusters, second by second")
  func plays() {
    var failures = 0
    for seed in 1...ClusterPlayTests.runs {
      let play = ClusterPlayTests.randomPlay(seed)
      let book = ClusterPlayTests.replay(play)
      let sent = play.deltas.map { (at: $0.at - play.clockAhead - (play.latency[$0.delta.resource] ?? .milliseconds(20)), delta: $0.delta) }
      guard let first = sent.first?.at, let last = sent.last?.at else { continue }
      let edge = Duration.milliseconds(1000) + (play.latency.values.max() ?? .zero) + (play.clockAhead == .zero ? .zero : .seconds(1))
      let found = Self.count(sent).differences(book, from: first, to: last, edge: edge)
      guard !found.isEmpty else { continue }
      failures += 1
      if failures <= 5 { Issue.record("seed \(seed), clock \(play.clockAhead): \(found.prefix(4)); \(play.script)") }
    }
    #expect(failures == 0, "\(failures) of \(ClusterPlayTests.runs) seeds")
  }
}
