import Glibc
import Ingest
import RecordStore
import Synchronization
import TelemetryModel
import Testing
import TimeFormat

/// Reading and storing on two threads.
@Suite struct IngestPipelineTests {
  private let fixture = StoreFixture()

  private func write(_ count: Int, _ name: String) -> [String] {
    let lines = (0..<count).map {
      #"{"@timestamp":"2018-01-22T14:04:11.\#(100 + $0 % 900)Z","logMessage":"line \#($0)","logRequestId":"r-\#($0 / 8)"}"#
    }
    fixture.write(Array(lines.joined(separator: "\n").utf8) + [0x0A], name)
    return lines
  }

  private func stored() async throws -> [LogRecord] {
    try await fixture.reader.records(matching: LogQuery(limit: .max)).records.sorted { $0.id < $1.id }
  }

  private func texts(_ records: [LogRecord]) -> [String] { records.map { String(decoding: $0.raw, as: UTF8.self) } }

  @Test func theOrderIsKeptOverBatchesAndFiles() async throws {
    let lines = write(20_000, "a.log") + write(300, "b.log")
    let store = try fixture.writer()
    var ingest = FileIngest(batchRecords: 700)
    ingest.batchesAhead = 3
    var progress: [FileIngest.Progress] = []
    let summary = try ingest.run(
      ["a.log", "b.log"].map { "\(fixture.directory)/\($0)" }, now: fixture.now, progress: { progress.append($0) },
      deliver: { try store.append($0) })
    #expect(texts(try await stored()) == lines)
    #expect(summary.records == 20_300 && summary.files == 2)
    #expect(progress.map(\.records) == progress.map(\.records).sorted() && progress.last?.records == 20_300)
    #expect(progress.map(\.file) == progress.map(\.file).sorted())
    let found = try await fixture.reader.records(matching: LogQuery([.requestID("r-2")], limit: 100)).records
    #expect(found.count == 16 && found.allSatisfy { $0.requestID == "r-2" }, "8 of each file")
  }

  @Test func anErrorInTheMiddleIsOneSentenceAndWhatWasStoredIsWhole() async throws {
    let lines = write(40_000, "a.log")
    let store = try fixture.writer(maximumPages: 300)
    var thrown: StoreError?
    var delivered = 0
    do {
      _ = try FileIngest(batchRecords: 1000).run([fixture.directory + "/a.log"], now: fixture.now) {
        try store.append($0)
        delivered += $0.records.count
      }
    } catch { thrown = error as? StoreError }
    #expect(thrown?.kind == .diskFull)
    let sentence = thrown?.sentence ?? ""
    #expect(sentence.hasSuffix(".") && !sentence.contains("\n") && sentence.contains("the disk is full"), "\(sentence)")
    #expect(delivered > 0 && delivered < lines.count)
    let records = try await stored()
    #expect(texts(records) == Array(lines.prefix(delivered)))
    #expect(await fixture.reader.completeness().first?.recordsIn == Int64(delivered))
    let known = try await fixture.reader.records(matching: LogQuery([.requestID("r-\((delivered - 1) / 8)")], limit: 100)).records
    #expect(!known.isEmpty, "the index is of the same transaction")
  }

  @Test func cancellationKeepsWhatWasReadAndNoHalfLine() async throws {
    let lines = write(40_000, "a.log")
    let store = try fixture.writer()
    var batches = 0
    let summary = try FileIngest(batchRecords: 500).run(
      [fixture.directory + "/a.log", fixture.directory + "/none.log"], now: fixture.now, isCancelled: { batches >= 2 }
    ) {
      try store.append($0)
      batches += 1
    }
    let records = try await stored()
    #expect(summary.wasCancelled && summary.records == Int64(records.count))
    #expect(!records.isEmpty && records.allSatisfy { $0.flags.isEmpty })
    #expect(texts(records) == Array(lines.prefix(records.count)))
    #expect(await fixture.reader.completeness().first?.recordsIn == summary.records)
  }

  @Test func aReaderThatWaitsForBytesIsCancelledToo() throws {
    let pipe = fixture.directory + "/pipe"
    #expect(mkfifo(pipe, 0o600) == 0)
    // Both ends are open here, so that the reader gets the first lines and then waits for more.
    let file = open(pipe, O_RDWR)
    defer { close(file) }
    let text = Array("one\ntwo\nthr".utf8)
    #expect(text.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) } == text.count)
    var messages: [String] = []
    let summary = try FileIngest(batchRecords: 2).run([pipe], now: fixture.now, isCancelled: { !messages.isEmpty }) {
      messages += $0.records.map(\.message)
    }
    #expect(summary.wasCancelled && summary.records == 2 && summary.problems.isEmpty)
    #expect(messages == ["one", "two"], "the rest of a line that never came is none")
  }

  @Test func whatIsReadAheadIsBounded() throws {
    let queue = BoundedQueue<Int>(depth: 3)
    let put = Mutex(0)
    let thread = Putter {
      for number in 1...500 {
        put.withLock { $0 = number }
        guard queue.put(number) else { return }
      }
      queue.finish()
    }
    thread.start()
    var taken: [Int] = []
    loop: while true {
      // Of those that were begun one may wait at the door, the others wait inside.
      #expect(put.withLock { $0 } <= taken.count + 3 + 1)
      switch queue.take(within: .seconds(10)) {
      case .element(let number): taken.append(number)
      case .nothingYet: Issue.record("nothing came in ten seconds")
      case .end: break loop
      }
    }
    #expect(taken == Array(1...500))
    #expect(queue.mostWaiting <= 3)
    thread.join()
  }

  @Test func whoPutsIntoAClosedDoorIsLetGo() {
    let queue = BoundedQueue<Int>(depth: 1)
    #expect(queue.put(1))
    let thread = Putter { while queue.put(2) {} }
    thread.start()
    queue.close()
    thread.join()
    #expect(!queue.put(3) && queue.isStopped)
  }
}

/// A thread whose end can be waited for.
private final class Putter {
  private final class Job {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
  private let job: Job
  private var thread = pthread_t()

  init(_ body: @escaping @Sendable () -> Void) { job = Job(body) }

  func start() {
    pthread_create(
      &thread, nil,
      { argument in
        if let argument { Unmanaged<Job>.fromOpaque(argument).takeRetainedValue().body() }
        return nil
      }, Unmanaged.passRetained(job).toOpaque())
  }

  func join() { pthread_join(thread, nil) }
}
