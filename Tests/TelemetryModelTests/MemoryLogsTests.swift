import TelemetryModel
import TestKits
import Testing

@Suite("Logs in memory")
struct MemoryLogsTests {
  @Test("the source that stands in for others in tests does what every source must")
  func conforms() async throws {
    let logs = MemoryLogs()
    let subject = LogSourceConformance.Subject(logs) { logs.append($0) }
    #expect(try await LogSourceConformance.violations(subject, rounds: 5) == [])
  }

  @Test("so does one that can do little: what it cannot do it refuses")
  func limited() async throws {
    var limits = LogSourceLimits()
    limits.hasRegex = false
    limits.hasHistogram = false
    limits.hasOldestFirst = false
    limits.hasStoringOrder = false
    limits.largestPage = 3
    let logs = MemoryLogs(limits: limits)
    let subject = LogSourceConformance.Subject(logs) { logs.append($0) }
    #expect(try await LogSourceConformance.violations(subject, rounds: 5) == [])
  }

  @Test("the suite finds what a source does wrong")
  func finds() async throws {
    let logs = MemoryLogs()
    // Every third record is lost.
    let subject = LogSourceConformance.Subject(logs) { batch in
      logs.append(batch.enumerated().filter { $0.offset % 3 != 2 || batch.count < 3 }.map(\.element))
    }
    #expect(try await !LogSourceConformance.violations(subject, rounds: 3).isEmpty)
  }

  @Test("ids and cursors of two sources never are the same")
  func sources() {
    #expect(RecordID(1, of: "fra") != RecordID(1, of: "sin"))
    #expect(RecordID(1, of: "fra") < RecordID(1, of: "sin"))
    #expect(RecordID([1, 2], of: "loki") < RecordID([1, 3], of: "loki"))
    #expect("\(RecordID(7, of: "fra")) \(RecordID([1, 255], of: "loki"))" == "fra/7 loki/1.ff")
    #expect(RecordID.unstored < RecordID(.min, of: ""))
    #expect(LogCursor(source: "fra", bytes: [1]) != LogCursor(source: "sin", bytes: [1]))
  }
}
