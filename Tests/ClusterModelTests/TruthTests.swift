import ClusterModel
import Foundation
import JSONBytes
import Testing
import TimeFormat

/// What was done to the recorded cluster, line by line of `truth.ndjson`, against what the ledger says was done.
@Suite("The ledger against the recording's truth", .onOwnThreads)
struct TruthTests {
  struct Line {
    var at: Timestamp
    var end: Timestamp
    var action: String
    var workload: String
    var expect: String
  }

  /// A line's time counts from about two seconds after the recording's start; what follows from it comes before the next line does.
  static func lines() throws -> [Line] {
    let recording = try LedgerReplayTests.recording.get()
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures/kubernetes-a-truth.ndjson")
    let values = try Data(contentsOf: file).split(separator: UInt8(ascii: "\n")).map { try JSONValue(parsing: Array($0)) }
    return values.enumerated().map { index, value in
      func time(_ value: JSONValue) -> Timestamp {
        recording.start + .milliseconds(Int64(((value["at"]?.doubleValue ?? 0) + 1) * 1000))
      }
      let end = index + 1 < values.count ? time(values[index + 1]) : recording.end + .seconds(1)
      return Line(
        at: time(value), end: end, action: value["action"]?.stringValue ?? "", workload: value["workload"]?.stringValue ?? "",
        expect: value["expect"]?.stringValue ?? "")
    }
  }

  /// The entries between two moments, of a workload.
  private static func entries(_ book: LedgerBook, _ line: Line, _ workload: String? = nil, until end: Timestamp? = nil) -> [String] {
    book.sorted.filter { entry in
      entry.at >= line.at && entry.at < (end ?? line.end) && (workload == nil || entry.workload == workload)
    }.map { "\($0.change) \($0.cause)" }
  }

  private static func repeated(_ text: String, _ count: Int) -> [String] { Array(repeating: text, count: count) }

  @Test("every line, with its counts")
  func everyLine() throws {
    let book = try LedgerReplayTests.replay()
    let lines = try Self.lines()
    #expect(lines.count == 21)
    /// Loops that go on under the other actions.
    let loops: Set = ["Deployment/memhog", "Deployment/crasher", "Deployment/deaf"]
    /// What else was told in a line's time.
    func others(_ line: Line) -> [String] {
      book.sorted.filter { $0.at >= line.at && $0.at < line.end && !($0.change == .restarted && loops.contains($0.workload)) }
        .map { "\($0.change) \($0.cause)" }
    }
    var checked = 0
    for line in lines {
      checked += 1
      let comment = Comment(rawValue: "\(line.action) \(line.workload): \(line.expect)")
      let all = others(line)
      switch line.action {
      case "deploy", "uncordon", "bad-rollout", "deploy-oom", "deploy-crash", "deploy-liveness", "node-back":
        #expect(all == [], comment)
      // The pod that is evicted for its storage goes a while after the line says that it was made.
      case "unschedulable": #expect(all == ["failed eviction"], comment)
      // The line of a drain bears the time at which the drain was done.
      case "cordon": #expect(all.allSatisfy { $0 == "replaced drain" }, comment)
      case "rollout": #expect(Self.entries(book, line, "Deployment/\(line.workload)") == Self.repeated("replaced rollout", 2), comment)
      case "delete-pod":
        #expect(all == ["replaced deleted"], comment)
        let entry = book.sorted.first { $0.at >= line.at && $0.cause == .deleted }
        #expect(entry?.old.map { line.expect.hasSuffix($0.name) } == true, comment)
      case "scale-up": #expect(all == Self.repeated("added scale", 2), comment)
      case "scale-down": #expect(all == Self.repeated("removed scale", 2), comment)
      case "rollback": #expect(all == ["removed rollout"], comment)
      case "evict-storage":
        let after = Self.entries(book, line, "Pod/scratch-filler", until: line.at + .seconds(40))
        #expect(after == ["failed eviction"], comment)
      case "drain":
        let cordoned = try #require(lines.last { $0.action == "cordon" && $0.at < line.at })
        let drained = book.sorted.filter { $0.at >= cordoned.at && $0.at < line.end && $0.change == .replaced }
        #expect(drained.map { "\($0.change) \($0.cause)" } == Self.repeated("replaced drain", 7), comment)
      case "node-lost": #expect(all.filter { $0 != "removed deleted" } == Self.repeated("replaced nodeLost", 10), comment)
      case "preempt": #expect(Self.entries(book, line, "Deployment/\(line.workload)") == ["replaced preemption"], comment)
      case "job": #expect(all == ["removed completed"], comment)
      case "delete-namespace":
        #expect(!all.isEmpty && all.allSatisfy { $0 == "removed deleted" }, comment)
        #expect(all.count == 14, comment)
      default: Issue.record("no rule for \(line.action)")
      }
    }
    #expect(checked == 21)
    // The loops themselves: OOM, crash and liveness are told apart, and nothing of them is unknown.
    for (workload, cause) in [("memhog", Reschedule.Cause.oomKilled), ("crasher", .crash), ("deaf", .probe)] {
      let told = book.sorted.filter { $0.workload == "Deployment/\(workload)" && $0.change == .restarted }
      #expect(told.count >= 4 && told.allSatisfy { $0.cause == cause }, "\(workload)")
    }
  }
}
