import ClusterModel
import JSONBytes
import Testing
import TimeFormat

/// The recording of a real cluster as a recorder with a wrong clock, or with watches that run late, would have received it.
@Suite("The ledger under wrong clocks and late watches", .onOwnThreads)
struct LedgerClockTests {
  private static let whole = Result { () throws -> LedgerBook in
    let recording = try LedgerReplayTests.recording.get()
    return replay(recording.deltas)
  }

  /// The deltas as they are received when our clock is ahead of the server's by `offset`, and a kind's watch runs late.
  private func received(ahead offset: Duration = .zero, late: [ClusterResource: Duration] = [:]) throws -> [ClusterDelta] {
    try LedgerReplayTests.recording.get().deltas.enumerated()
      .map { ($0, ClusterDelta(resource: $1.resource, change: $1.change, at: $1.at + offset + (late[$1.resource] ?? .zero))) }
      .sorted { ($0.1.at, $0.0) < ($1.1.at, $1.0) }.map(\.1)
  }

  private static func replay(_ deltas: [ClusterDelta]) -> LedgerBook {
    var book = LedgerBook()
    var clock = Timestamp(nanoseconds: 0)
    for delta in deltas {
      // A recorder lets time pass where no delta comes.
      if clock.nanoseconds > 0 {
        while clock + .seconds(1) < delta.at {
          clock = clock + .seconds(1)
          book.tick(clock)
        }
      }
      clock = max(clock, delta.at)
      book.apply(delta)
    }
    for _ in 0..<120 {
      clock = clock + .seconds(1)
      book.tick(clock)
    }
    return book
  }

  /// Causes, pods and durations: nothing of them may come from our clock.
  private func told(_ book: LedgerBook) -> Set<String> { book.essence }

  @Test(
    "a clock that is ahead or behind changes no entry",
    arguments: [-3600, -2, 2, 60, 3600] as [Int64])
  func offset(seconds: Int64) throws {
    let expected = told(try Self.whole.get())
    let book = Self.replay(try received(ahead: .seconds(seconds)))
    #expect(told(book).symmetricDifference(expected).sorted() == [])
    #expect(book.gaps.isEmpty)
    // The times of the entries are the server's.
    for (key, entry) in try Self.whole.get().entries {
      let other = try #require(book.entries[key])
      #expect(abs((other.at - entry.at).seconds) <= 1, "\(key): \(other.at.rfc3339(.seconds)), not \(entry.at.rfc3339(.seconds))")
    }
  }

  @Test(
    "a kind that comes late changes no entry, or the gap is declared",
    arguments: ClusterResource.allCases, [8] as [Int64])
  func late(resource: ClusterResource, seconds: Int64) throws {
    let whole = try Self.whole.get()
    let book = Self.replay(try received(late: [resource: .seconds(seconds)]))
    for key in Set(whole.entries.keys).union(book.entries.keys).sorted() {
      let entry = whole.entries[key]
      let other = book.entries[key]
      guard entry?.cause != other?.cause || entry?.change != other?.change || entry?.new?.uid != other?.new?.uid else { continue }
      guard let at = (entry ?? other)?.at else { continue }
      let isDeclared = book.gaps.contains { $0.from - .seconds(5) <= at && at <= $0.to + .seconds(5) }
      #expect(
        isDeclared,
        "\(key): \(entry.map { "\($0.workload) \($0.change) \($0.cause)" } ?? "none") became \(other.map { "\($0.change) \($0.cause) \($0.evidence)" } ?? "none")"
      )
    }
  }

  @Test("a list at every delta changes no entry", arguments: [0, 1])
  func relists(phase: Int) throws {
    let recording = try LedgerReplayTests.recording.get()
    let expected = told(try Self.whole.get())
    var world = World()
    var deltas: [ClusterDelta] = []
    for (index, delta) in recording.deltas.enumerated() {
      deltas.append(delta)
      world.apply(delta)
      let resource = index % 2 == phase ? delta.resource : ClusterResource.allCases[index % ClusterResource.allCases.count]
      if let list = world.list(resource, at: delta.at) { deltas.append(list) }
    }
    let book = Self.replay(deltas)
    #expect(told(book).symmetricDifference(expected).sorted() == [])
  }

  @Test("a restart at every 50th delta changes no entry", arguments: [0, 25])
  func restarts(phase: Int) throws {
    let recording = try LedgerReplayTests.recording.get()
    let expected = told(try Self.whole.get())
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
    for second in 1...120 as ClosedRange<Int64> { book.tick(recording.end + .seconds(second)) }
    #expect(told(book).symmetricDifference(expected).sorted() == [])
  }
}
