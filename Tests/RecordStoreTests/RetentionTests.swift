import ClusterModel
import RecordStore
import TelemetryModel
import Testing
import TimeFormat

/// What a store keeps is bounded by age and by size.
@Suite struct RetentionTests {
  private let fixture = StoreFixture()
  private let keep = Retention(age: .seconds(14 * 86_400), bytes: 1 << 40)

  /// Records of a file that was written long ago: what counts is when they were stored.
  private func batch(_ numbers: Range<Int>, padding: Int = 0) -> StoreBatch {
    StoreBatch(
      records: numbers.map { number in
        let pad = String(repeating: "x", count: padding)
        return LogLineReader().read(
          Array(#"{"logMessage":"m\#(number)","logRequestId":"request-\#(number)","pad":"\#(pad)"}"#.utf8),
          origin: LogOrigin(cluster: "c", namespace: "n", pod: "p", podUID: "u", container: "k"),
          readAt: fixture.now, writtenAt: fixture.now - .seconds(400 * 86_400) + .seconds(number))
      })
  }

  private func prune(_ writer: StoreWriter, _ retention: Retention, at moment: Timestamp) throws -> Int64 {
    var removed: Int64 = 0
    while true {
      let step = try writer.prune(retention, now: moment)
      removed += step.removed
      if step.isDone { return removed }
    }
  }

  private func messages(_ query: LogQuery = LogQuery(limit: 100_000)) async throws -> [String] {
    try await fixture.reader.records(matching: query).records.map(\.message)
  }

  @Test("without a configuration records are kept for 14 days and in 10 GiB, and a store grows up to that")
  func standard() {
    let standard = Retention.standard
    #expect(standard == Retention(age: .seconds(14 * 86_400), bytes: 10 << 30))
    #expect(standard.growth(beyond: 0) == 10 << 30)
    #expect(standard.growth(beyond: 4 << 30) == 6 << 30)
    #expect(standard.growth(beyond: 11 << 30) == 0)
  }

  @Test func whatWasStoredLongAgoGoes() async throws {
    let writer = try fixture.writer()
    try writer.append(batch(0..<5000))
    #expect(try prune(writer, keep, at: fixture.now) == 0)
    try writer.append(batch(5000..<5010))
    let later = fixture.now + .seconds(2 * 3600)
    #expect(try prune(writer, keep, at: later) == 0)
    #expect(try prune(writer, keep, at: fixture.now + keep.age - .seconds(1)) == 0)
    #expect(try prune(writer, keep, at: fixture.now + keep.age) == 5000)
    #expect(try await messages() == (5000..<5010).map { "m\($0)" })
    // What is gone is found by no id any more, and what is there is.
    #expect(try await messages(LogQuery([.requestID("request-17")])).isEmpty)
    #expect(try await messages(LogQuery([.requestID("request-5003")])) == ["m5003"])
    // The newest stays whatever its age, and the order of storing goes on from it.
    let end = try await fixture.reader.records(matching: LogQuery()).storedUpTo
    #expect(try prune(writer, keep, at: later + keep.age + .seconds(86_400)) == 9)
    #expect(try await messages() == ["m5009"])
    try writer.append(batch(6000..<6001))
    var following = LogQuery()
    following.storedAfter = end
    #expect(try await messages(following) == ["m6000"])
  }

  @Test func theOldestGoUntilTheRestFits() async throws {
    let writer = try fixture.writer()
    for start in stride(from: 0, to: 4000, by: 500) { try writer.append(batch(start..<start + 500, padding: 2000)) }
    let before = try #require(try await fixture.reader.extent())
    #expect(before.records == 4000)
    let limit = before.usedBytes / 2
    let removed = try prune(writer, Retention(age: keep.age, bytes: limit), at: fixture.now)
    let after = try #require(try await fixture.reader.extent())
    #expect(after.usedBytes <= limit && after.usedBytes > limit / 2, "\(before.usedBytes) → \(after.usedBytes)")
    #expect(after.records == 4000 - removed && removed > 1000)
    #expect(try await messages().last == "m3999")
    // What was given free is used again.
    try writer.append(batch(4000..<4500, padding: 2000))
    #expect(try #require(try await fixture.reader.extent()).fileBytes == after.fileBytes)
  }

  @Test func aReopenedStoreKnowsHowOldItsRecordsAre() async throws {
    do {
      let writer = try fixture.writer()
      try writer.append(batch(0..<10))
      _ = try prune(writer, keep, at: fixture.now)
      try writer.append(batch(10..<20))
    }
    let writer = try fixture.writer()
    #expect(try prune(writer, keep, at: fixture.now + keep.age + .seconds(60)) == 10)
  }

  @Test func oldHistoryGoesAndEvidenceStays() async throws {
    let writer = try fixture.writer()
    func entry(_ days: Int64) -> Reschedule {
      Reschedule(
        key: "e\(days)", at: fixture.now - .seconds(days * 86_400), cluster: "c", namespace: "n", workload: "Deployment/api",
        change: .restarted, cause: .crash)
    }
    try writer.record(reschedules: [entry(100), entry(80)])
    try writer.append(batch(0..<2))
    _ = try prune(writer, keep, at: fixture.now)
    #expect(try await fixture.reader.reschedules(since: nil).map(\.key) == ["e80"])
  }
}
