import RecordStore
import TelemetryModel
import TestKits
import Testing

@Suite("Followed query") struct FollowedQueryTests {
  @Test("a filter that matches nothing looks at no record twice")
  func rare() async throws {
    let fixture = StoreFixture()
    let writer = try fixture.writer()
    let reader = fixture.reader
    var random = RecordRandom(seed: 9)
    var record = random.record()
    // The expression gives up on it, and each look at it tells so.
    record.raw = [UInt8](repeating: 0x61, count: 5000) + [0x62]
    var query = LogQuery([.regex("^(a+)+$")])
    for _ in 0..<2 {
      try writer.append(StoreBatch(records: [record]))
      let page = try await reader.records(matching: query)
      #expect(page.records.isEmpty && page.next == nil && page.undecided == 1)
      query.goOn(after: page)
      let newest = try await reader.records(matching: LogQuery(limit: 0)).storedUpTo
      #expect(newest != nil && query.storedAfter == newest)
      #expect(try await reader.records(matching: query).undecided == 0)
    }
  }
}
