import Glibc
import Ingest
import TelemetryModel
import Testing

/// Files that have no end, change while they are read, or break off.
@Suite struct HostileFileTests {
  private let fixture = StoreFixture()

  private func path(_ name: String) -> String { "\(fixture.directory)/\(name)" }

  private func run(
    _ paths: [String], isCancelled: () -> Bool = { false }, deliver: (StoreBatch) -> Void = { _ in }
  ) throws -> (records: [LogRecord], summary: FileIngest.Summary) {
    var records: [LogRecord] = []
    let summary = try FileIngest(batchRecords: 100).run(paths, now: fixture.now, isCancelled: isCancelled) {
      records += $0.records
      deliver($0)
    }
    return (records, summary)
  }

  @Test("a pipe that nobody writes can be left", .timeLimit(.minutes(3)))
  func pipe() throws {
    mkfifo(path("pipe"), 0o600)
    let summary = try run([path("pipe")], isCancelled: { true }).summary
    #expect(summary.wasCancelled && summary.records == 0)
  }

  @Test("a device is no log", .timeLimit(.minutes(3)), arguments: ["/dev/zero", "/dev/full"])
  func device(name: String) throws {
    let summary = try run([name, "/dev/null"]).summary
    #expect(summary.problems.count == 1 && summary.problems[0].contains("\(name) is a device"), "\(summary.problems)")
  }

  @Test("of a file that grows what was there is read", .timeLimit(.minutes(3)))
  func grows() throws {
    let line = "2018-01-22T14:04:11.318Z one of many\n"
    fixture.write(Array(String(repeating: line, count: 20_000).utf8), "a.log")
    let (records, summary) = try run([path("a.log")], deliver: { _ in fixture.append(String(repeating: line, count: 1000), "a.log") })
    #expect(records.count == 20_000 && summary.problems.isEmpty, "\(records.count) \(summary.problems)")
  }

  @Test("a file that is cut while it is read is said to be", .timeLimit(.minutes(3)))
  func cut() throws {
    fixture.write(Array(String(repeating: "2018-01-22T14:04:11.318Z one of many\n", count: 200_000).utf8), "a.log")
    let (records, summary) = try run([path("a.log")], deliver: { _ in truncate(path("a.log"), 100) })
    #expect(records.count < 200_000)
    #expect(summary.problems.count == 1 && summary.problems[0].contains("it was cut to"), "\(summary.problems)")
  }

  @Test("an archive of three bytes ends too early, and of a damaged one the beginning is kept")
  func archives() throws {
    let text = (0..<20_000).map { "2018-01-22T14:04:11.318Z line \($0)" }.joined(separator: "\n")
    let packed = Packed.gzip(Array(text.utf8))
    fixture.write(Array(packed.prefix(3)), "three.gz")
    fixture.write(Array(packed.prefix(5000)) + [UInt8](repeating: 0xFF, count: 200) + Array(packed.dropFirst(5200)), "bad.gz")
    let (records, summary) = try run([path("three.gz"), path("bad.gz")])
    #expect(summary.problems.count == 2 && summary.problems.first?.contains("ends before it") == true, "\(summary.problems)")
    #expect(summary.problems.last?.contains("is damaged") == true)
    #expect(records.first?.message == "line 0" && records.count > 100, "\(records.count)")
  }

  @Test("no line of a private key is stored, in a file or in a container's log")
  func privateKey() throws {
    let lines = [
      "before", "-----BEGIN RSA PRIVATE KEY-----", "MIIEpAIBAAKCAQEA7bq1", "Zm9vYmFyYmF6cXV4MTIzNDU2", "-----END RSA PRIVATE KEY-----",
      "after",
    ]
    fixture.write(Array((lines.joined(separator: "\n") + "\n").utf8), "plain.log")
    var tailer = PodLogTailer(root: path("pods"), cluster: "ground", positions: [])
    var tailed: [LogRecord] = []
    // Each line comes in a poll of its own.
    for line in lines {
      fixture.append("2018-01-22T14:04:11.318Z stdout F \(line)\n", "pods/shop_api-1_u1/api/0.log")
      for batch in tailer.poll(now: fixture.now).batches { tailed += batch.records }
    }
    let wanted = ["before", "-----BEGIN RSA PRIVATE KEY-----***", "***", "***", "-----END RSA PRIVATE KEY-----", "after"]
    #expect(try run([path("plain.log")]).records.map { String(decoding: $0.raw, as: UTF8.self) } == wanted)
    #expect(tailed.map { String(decoding: $0.raw, as: UTF8.self) } == wanted)
  }
}
