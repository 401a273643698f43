import Glibc
import Ingest
import TelemetryModel
import TestSupport
import Testing
import TimeFormat

@Suite struct FileIngestTests {
  private let fixture = StoreFixture()
  private let lines = (0..<5000).map {
    #"{"@timestamp":"2018-01-22T14:04:11.\#(100 + $0 % 900)Z","logMessage":"line \#($0)","logRequestId":"r-\#($0 / 8)"}"#
  }

  private func run(_ names: [String]) throws -> (records: [LogRecord], summary: FileIngest.Summary) {
    var records: [LogRecord] = []
    let summary = try FileIngest().run(names.map { fixture.directory + "/" + $0 }, now: fixture.now) { records += $0.records }
    return (records, summary)
  }

  private var text: [UInt8] { Array(lines.joined(separator: "\n").utf8) + [0x0A] }

  @Test func readsPlainAndPackedAlike() throws {
    fixture.write(text, "a.log")
    fixture.write(Packed.gzip(text), "a.gz")
    fixture.write(Packed.zstd(text), "named-wrongly.txt")
    let half = text.count / 2
    fixture.write(Packed.gzip(Array(text[..<half])) + Packed.gzip(Array(text[half...])) + [0, 0], "two.gz")
    fixture.write(Packed.zstd(Array(text[..<half])) + Packed.zstd(Array(text[half...])), "two.zst")
    for name in ["a.log", "a.gz", "named-wrongly.txt", "two.gz", "two.zst"] {
      let (records, summary) = try run([name])
      #expect(summary.problems == [], "\(name)")
      #expect(records.map { String(decoding: $0.raw, as: UTF8.self) } == lines, "\(name)")
      #expect(summary.records == 5000 && summary.notJSON == 0 && summary.files == 1)
    }
  }

  @Test func aCopyIsReadInThePlaceOfTheStandardInput() throws {
    fixture.write(Packed.gzip(text), "copy")
    var records: [LogRecord] = []
    var ingest = FileIngest()
    ingest.copies = ["-": fixture.directory + "/copy"]
    let summary = try ingest.run(["-"], now: fixture.now) { records += $0.records }
    #expect(summary.records == 5000 && summary.problems.isEmpty)
    #expect(Set(records.map(\.origin.pod)) == ["stdin"] && Set(records.map(\.origin.podUID)) == ["-"])
  }

  @Test func whatATruncatedArchiveHoldsIsKept() throws {
    for (name, bytes) in [("a.gz", Packed.gzip(text)), ("a.zst", Packed.zstd(text))] {
      fixture.write(Array(bytes.prefix(bytes.count * 3 / 4)), name)
      let (records, summary) = try run([name])
      #expect(records.count > (name == "a.gz" ? 1000 : 0))
      #expect(summary.problems.count == 1 && summary.problems[0].contains("ends before it"), "\(summary.problems)")
      #expect(Array(records.dropLast().map { String(decoding: $0.raw, as: UTF8.self) }) == Array(lines.prefix(max(0, records.count - 1))))
    }
  }

  @Test func damageIsToldAndOtherFilesAreRead() throws {
    var bytes = Packed.gzip(text)
    for index in 5000..<5050 { bytes[index] ^= 0xFF }
    fixture.write(bytes, "bad.gz")
    fixture.write(Array("one\n".utf8), "good.log")
    fixture.write([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], "a.xz")
    let (records, summary) = try run(["bad.gz", "a.xz", "none.log", "", "good.log"])
    #expect(summary.problems.count == 4)
    #expect(summary.problems[0].contains("is damaged"))
    #expect(summary.problems[1].contains("packed by xz"))
    #expect(summary.problems[2].contains("none.log failed: No such file"))
    #expect(summary.problems[3].contains("is a folder"))
    #expect(records.last?.message == "one")
  }

  @Test func whatTheKubeletPackedKeepsItsPlace() throws {
    let name = "pods/shop_orders-1_u1/orders/3.log.20180122-140411.gz"
    fixture.write(Packed.gzip(Array("2018-01-22T14:04:11.318Z stdout F one\n".utf8)), name)
    let (records, summary) = try run([name])
    #expect(summary.problems.isEmpty)
    #expect(records.map(\.origin.pod) == ["orders-1"] && records.map(\.origin.namespace) == ["shop"] && records[0].origin.restart == 3)
  }

  /// Times without a year are of the year before the reading, however long nothing was written in between.
  @Test func pausesDoNotTurnYearsBack() throws {
    let text = """
      E1222 10:00:00.000000       1 a.go:1] one
      no time
      E0110 10:00:00.000000       1 a.go:1] two
      E0115 10:00:00.000000       1 a.go:1] three
      """
    fixture.write(Array(text.utf8), "klog")
    let (records, _) = try run(["klog"])
    #expect(
      records.map { $0.at.rfc3339(.seconds) } == [
        "2017-12-22T10:00:00Z", "2017-12-22T10:00:00Z", "2018-01-10T10:00:00Z", "2018-01-15T10:00:00Z",
      ])
  }

  @Test func criLinesArePutTogether() throws {
    let cri = """
      2018-01-22T14:04:11.318Z stdout P one \n2018-01-22T14:04:11.318Z stderr F err
      2018-01-22T14:04:11.318Z stdout F line
      2018-01-22T14:04:12.318Z stdout P open
      """
    fixture.write(Array(cri.utf8), "pods/shop_orders-1_u1/orders/3.log")
    let (records, _) = try run(["pods/shop_orders-1_u1/orders/3.log"])
    #expect(records.map(\.message) == ["err", "one line", "open"])
    #expect(records.map(\.origin.stream) == ["stderr", "stdout", "stdout"])
    #expect(records.allSatisfy { $0.origin.pod == "orders-1" && $0.origin.restart == 3 && $0.service == "orders" })
  }

  @Test func plainTextKeepsItsOrderAndLongLinesAreCut() throws {
    let long = String(repeating: "z", count: 3_000_000)
    fixture.write(Array("2018-01-22 14:04:11 ERROR failed\r\n  at Orders.swift:1\n\n\(long)\nend".utf8), "a.txt")
    let (records, summary) = try run(["a.txt"])
    #expect(
      records.map(\.message).map { String($0.prefix(20)) } == [
        "ERROR failed", "  at Orders.swift:1", "", String(repeating: "z", count: 20), "end",
      ])
    #expect(records.allSatisfy { $0.at.rfc3339() == "2018-01-22T14:04:11.000Z" })
    #expect(records[3].raw.count == LogLineReader.longestLine)
    #expect(summary.cut == 1 && summary.notJSON == 5)
  }

  @Test func canBeCancelledAndTellsHowFarItIs() throws {
    fixture.write(text, "a.log")
    var told: [FileIngest.Progress] = []
    var batches = 0
    let summary = try FileIngest(batchRecords: 100).run(
      [fixture.directory + "/a.log"], now: fixture.now, progress: { told.append($0) }, isCancelled: { batches >= 1 }
    ) { _ in batches += 1 }
    #expect(summary.wasCancelled)
    #expect(told.last?.size == Int64(text.count))
    #expect((told.last?.bytes ?? 0) > 0)
  }

  /// `kubectl logs --prefix -n shop deploy/api | periplus ingest --namespace shop -`
  @Test func pipedLogsKeepPodContainerAndNamespace() throws {
    let prefixed = lines.prefix(4).enumerated().map { "[pod/api-\($0.offset / 2)/main] \($0.element)" }
    let others = ["[pod/api-1] no container", "[pod/a/b]no blank", "[2018] a line of its own"]
    fixture.write(Array((prefixed + others).joined(separator: "\n").utf8), "piped")
    var records: [LogRecord] = []
    var ingest = FileIngest()
    ingest.origin = AssumedOrigin(namespace: "shop", pod: "unknown", container: "c")
    _ = try ingest.run([fixture.directory + "/piped"], now: fixture.now) { records += $0.records }
    #expect(records.map(\.origin.namespace) == Array(repeating: "shop", count: 7))
    #expect(records.map(\.origin.pod) == ["api-0", "api-0", "api-1", "api-1", "unknown", "unknown", "unknown"])
    #expect(records.map(\.origin.container) == ["main", "main", "main", "main", "c", "c", "c"])
    #expect(records.prefix(4).map { String(decoding: $0.raw, as: UTF8.self) } == Array(lines.prefix(4)))
    #expect(records.prefix(4).map(\.message) == (0..<4).map { "line \($0)" })
    #expect(Set(records.map(\.origin.podUID)).count == 3)
  }

  @Test func whatTheStoreRefusesEndsTheReading() {
    struct Full: Error {}
    fixture.write(text, "a.log")
    #expect(throws: Full.self) { try FileIngest().run([fixture.directory + "/a.log"], now: fixture.now) { _ in throw Full() } }
  }

  @Test func anyBytesAreRead() throws {
    var random = SeededGenerator(seed: 53)
    let packed = [Packed.gzip(text), Packed.zstd(text), text].map { Array($0.prefix(4000)) }
    for round in 0..<60 {
      var bytes = packed[round % 3]
      for _ in 0..<Int.random(in: 0...5, using: &random) {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      fixture.write(bytes, "fuzz")
      _ = try run(["fuzz"])
    }
  }
}
