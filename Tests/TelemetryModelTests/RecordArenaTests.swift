import TelemetryModel
import TestKits
import Testing
import TimeFormat

@Suite("Arena of records")
struct RecordArenaTests {
  private let now = Timestamp(seconds: 1_516_629_851)

  private func origin(_ pod: String) -> LogOrigin {
    LogOrigin(cluster: "ground", namespace: "shop", pod: pod, podUID: "u-\(pod)", container: "app")
  }

  private func read(_ line: String, _ pod: String, into arena: inout RecordArena) {
    Array(line.utf8).withUnsafeBufferPointer { _ = LogLineReader().read($0, origin: origin(pod), readAt: now, into: &arena) }
  }

  @Test("what stands in a line is a part of it; what had escapes has bytes of its own")
  func parts() throws {
    var arena = RecordArena()
    read(#"{"message":"paid","request_id":"r-1","service":"billing"}"#, "a", into: &arena)
    read(#"{"message":"said \"no\"","request_id":"r-2"}"#, "a", into: &arena)
    read("plain", "b", into: &arena)
    #expect(arena.map(\.message) == ["paid", #"said "no""#, "plain"])
    #expect(arena.map(\.requestID) == ["r-1", "r-2", nil])
    #expect(arena.map(\.service) == ["billing", "app", "app"])
    #expect(arena.map(\.origin.pod) == ["a", "a", "b"] && arena.origins.count == 2)
    let first = arena.entries[0]
    let id = try #require(first.requestID)
    #expect(first.raw.range.contains(first.message.range.lowerBound) && first.raw.range.contains(id.range.lowerBound))
    #expect(!arena.entries[1].raw.range.overlaps(arena.entries[1].message.range))
    #expect(arena.entries[2].message == arena.entries[2].raw)
  }

  @Test("records that were made otherwise, and those of another arena, come back as they were")
  func joins() {
    var random = RecordRandom(seed: 7)
    let records = (0..<200).map { _ in random.record() }
    var arena = RecordArena(records[..<80])
    arena.append(contentsOf: RecordArena(records[80..<81]))
    arena.append(contentsOf: RecordArena())
    arena.append(contentsOf: RecordArena(records[81...]))
    #expect(arena.elementsEqual(records))
    #expect(arena.origins.count == Set(records.map(\.origin)).count)
  }
}
