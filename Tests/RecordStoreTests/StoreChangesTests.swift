import ClusterModel
import RecordStore
import Synchronization
import TelemetryModel
import TestKits
import Testing
import TimeFormat

@Suite("Changes of a store", .timeLimit(.minutes(3)))
struct StoreChangesTests {
  private let fixture = StoreFixture()

  private func record() -> LogRecord {
    var random = RecordRandom(seed: 5)
    return random.record()
  }

  @Test("a commit says what it changed, and what nobody took yet is joined")
  func kinds() async throws {
    let writer = try fixture.writer()
    var all = writer.changes.changes().makeAsyncIterator()
    var ledger = writer.changes.changes(.ledger).makeAsyncIterator()
    try writer.append(StoreBatch(records: [record()]))
    #expect(await all.next() == .records)
    try writer.record([SourceUpdate(name: "logs", cluster: "ground", recordsIn: 1)])
    try writer.record(evidence: [])
    try writer.record(notes: [StoreNote(name: "ledger/x", value: [1])])
    try writer.append(StoreBatch(records: [record()]))
    try writer.record(gaps: [.init(cluster: "ground", from: fixture.now, to: fixture.now + .seconds(1), reason: "restart")])
    #expect(await all.next() == [.records, .sources, .ledger])
    #expect(await ledger.next() == .ledger)
  }

  @Test("a reader is told by the recorder's pushes, without a look of its own")
  func pushed() async throws {
    let writer = try fixture.writer()
    let (listening, isListening) = AsyncStream<Void>.makeStream()
    let reader = StoreReader(
      directory: fixture.directory,
      pushes: {
        defer { isListening.yield() }
        return writer.changes.pushes()
      },
      pause: { _ in Issue.record("a reader that is told of everything looked by itself") })
    var records = reader.changes().makeAsyncIterator()
    var sources = reader.completenessChanges().makeAsyncIterator()
    for await _ in listening { break }
    // Who subscribes is told once that it may have missed something.
    #expect(await records.next() != nil)
    #expect(await sources.next() != nil)
    try writer.append(StoreBatch(records: [record()]))
    #expect(await records.next() != nil)
    try writer.record([SourceUpdate(name: "logs", cluster: "ground", recordsIn: 1)])
    #expect(await sources.next() != nil)
  }

  @Test("without a recorder a reader looks once a second, and tries the recorder again")
  func fallsBack() async throws {
    let writer = try fixture.writer()
    let (pauses, pause) = AsyncStream<Duration>.makeStream()
    let (steps, step) = AsyncStream<Void>.makeStream()
    let tries = Mutex(0)
    let reader = StoreReader(
      directory: fixture.directory,
      pushes: {
        tries.withLock { $0 += 1 }
        return AsyncStream { $0.finish() }
      },
      pause: { duration in
        pause.yield(duration)
        for await _ in steps { return }
        throw CancellationError()
      })
    var changes = reader.changes().makeAsyncIterator()
    var paused = pauses.makeAsyncIterator()
    #expect(await changes.next() != nil)
    #expect(await paused.next() == .seconds(1))
    try writer.append(StoreBatch(records: [record()]))
    step.yield()
    #expect(await changes.next() != nil)
    #expect(await paused.next() == .seconds(1))
    #expect(tries.withLock { $0 } == 2)
  }

  @Test("what was stored while a reader subscribed is found by the look that the recorder's answer asks for")
  func subscribing() async throws {
    let writer = try fixture.writer()
    let (gate, open) = AsyncStream<Void>.makeStream()
    let record = record()
    let reader = StoreReader(
      directory: fixture.directory,
      pushes: {
        AsyncStream {
          for await _ in gate {
            // Stored before the recorder answers; no push tells of it.
            try? writer.append(StoreBatch(records: [record]))
            return []
          }
          return nil
        }
      })
    var changes = reader.changes().makeAsyncIterator()
    #expect(await changes.next() != nil)
    open.yield()
    #expect(await changes.next() != nil)
  }
}
