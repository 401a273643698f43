import Ingest
import RecordStore
import TelemetryModel
import TestKits
import Testing
import TimeFormat

@Suite struct PodLogTailerTests {
  private let fixture = StoreFixture()
  private let folder = "pods/shop_orders-1_u1"
  private var log: String { "\(folder)/orders/0.log" }

  private func tailer(_ positions: [TailPosition] = []) -> PodLogTailer {
    PodLogTailer(root: fixture.directory + "/pods", cluster: "ground", positions: positions)
  }

  private func cri(_ text: String, _ tag: String = "F", _ stream: String = "stdout") -> String {
    "2018-01-22T14:04:11.318Z \(stream) \(tag) \(text)\n"
  }

  private func messages(_ poll: PodLogTailer.Poll) -> [String] { poll.batches.flatMap(\.records).map(\.message) }

  @Test func readsFromTheFirstLineAndFollows() {
    var tailer = tailer()
    #expect(messages(tailer.poll(now: fixture.now)) == [], "the folder need not exist yet")
    fixture.append(cri("one") + cri("two", "F", "stderr") + "2018-01-22T14:04:11.318Z stdout F th", log)
    let first = tailer.poll(now: fixture.now)
    #expect(messages(first) == ["one", "two"])
    let record = first.batches[0].records[1]
    #expect(
      record.origin
        == LogOrigin(cluster: "ground", namespace: "shop", pod: "orders-1", podUID: "u1", container: "orders", restart: 0, stream: "stderr")
    )
    #expect(record.at.rfc3339() == "2018-01-22T14:04:11.318Z")
    #expect(first.batches[0].sources.first?.recordsIn == 2)
    fixture.append("ree\n", log)
    #expect(messages(tailer.poll(now: fixture.now)) == ["three"])
    #expect(tailer.poll(now: fixture.now).batches.isEmpty)
    fixture.append(cri("four"), "\(folder)/orders/1.log")
    #expect(tailer.poll(now: fixture.now).batches.flatMap(\.records).map(\.origin.restart) == [1])
  }

  @Test func rotationLosesAndRepeatsNothing() {
    var tailer = tailer()
    fixture.append(cri("one"), log)
    #expect(messages(tailer.poll(now: fixture.now)) == ["one"])
    fixture.append(cri("two"), log)
    fixture.move(log, log + ".20180122-140411")
    fixture.append(cri("three"), log)
    #expect(messages(tailer.poll(now: fixture.now)) == ["two", "three"])
    fixture.move(log, log + ".20180122-140412")
    fixture.remove(log + ".20180122-140411")
    #expect(messages(tailer.poll(now: fixture.now)) == [])
    fixture.append(cri("four"), log)
    #expect(messages(tailer.poll(now: fixture.now)) == ["four"])
  }

  /// A file may be renamed after the folder was listed and before the file is looked at: for one poll it is not there.
  @Test func aFileThatIsMissedOnceIsReadOn() {
    var tailer = tailer()
    fixture.append(cri("one"), log)
    _ = tailer.poll(now: fixture.now)
    fixture.move(log, "elsewhere")
    #expect(messages(tailer.poll(now: fixture.now)) == [])
    fixture.append(cri("two"), "elsewhere")
    fixture.move("elsewhere", log + ".20180122-140411")
    fixture.append(cri("three"), log)
    #expect(messages(tailer.poll(now: fixture.now)) == ["two", "three"])
  }

  @Test func ofWhatWasPutAwayOnlyTheNewestStay() {
    var tailer = tailer()
    for second in 10..<17 {
      fixture.append(cri("\(second)"), log)
      fixture.move(log, log + ".20180122-1404\(second)")
    }
    fixture.append(cri("now"), log)
    let first = tailer.poll(now: fixture.now)
    #expect(messages(first).count == 8)
    // Not before everything in it was stored.
    #expect(first.removable == [])
    let old = (10..<13).map { "\(fixture.directory)/\(log).20180122-1404\($0)" }
    #expect(tailer.poll(now: fixture.now).removable.map(\.path) == old)
    for second in 10..<13 { fixture.remove(log + ".20180122-1404\(second)") }
    #expect(tailer.poll(now: fixture.now).removable == [])
    fixture.append(cri("more"), log)
    #expect(messages(tailer.poll(now: fixture.now)) == ["more"])
  }

  @Test func whatARemovedFileStillHeldIsRead() {
    var tailer = tailer()
    fixture.append(cri("one"), log)
    _ = tailer.poll(now: fixture.now)
    fixture.append(cri("two"), log)
    fixture.remove(folder)
    let poll = tailer.poll(now: fixture.now)
    #expect(messages(poll) == ["two"])
    #expect(poll.batches.last?.checkpoints.last == .folderGone(fixture.directory + "/" + folder), "after the positions of what is gone")
  }

  @Test func anotherFileWithTheSameInodeStartsAnew() throws {
    var first = tailer()
    fixture.append(cri("one") + cri("two"), log)
    let positions = first.poll(now: fixture.now).batches.flatMap(\.checkpoints).compactMap(\.position)
    fixture.write(Array((cri("other one") + cri("other two")).utf8), log)
    #expect(positions.count == 1)
    var second = tailer(positions)
    #expect(messages(second.poll(now: fixture.now)) == ["other one", "other two"])
  }

  @Test func aTruncatedFileStartsAnewAndSaysSo() {
    var tailer = tailer()
    fixture.append(cri("one") + cri("two"), log)
    _ = tailer.poll(now: fixture.now)
    fixture.write(Array(cri("x").utf8), log)
    let poll = tailer.poll(now: fixture.now)
    #expect(messages(poll) == ["x"])
    guard case .happened(let sentence) = poll.batches.last?.sources.last?.error else {
      Issue.record("no error was told")
      return
    }
    #expect(sentence.contains("was cut from"))
    #expect(tailer.poll(now: fixture.now).batches.last?.sources.last?.error == .cleared)
  }

  @Test func anEndedPodIsReadToItsEndAndMayGo() {
    var tailer = tailer()
    fixture.append(cri("one") + cri("two", "P"), log)
    #expect(messages(tailer.poll(now: fixture.now)) == ["one"])
    fixture.append("torn", log)
    fixture.append("", "\(folder)/\(PodLogTailer.endMark)")
    let last = tailer.poll(now: fixture.now)
    #expect(messages(last).sorted() == ["torn", "two"])
    #expect(last.removable.isEmpty)
    let done = tailer.poll(now: fixture.now)
    #expect(done.removable == [.folder(fixture.directory + "/" + folder)])
    #expect(messages(done).isEmpty)
  }

  @Test func secretsAreMaskedAndCounted() {
    var tailer = tailer()
    fixture.append(cri(#"{"logMessage":"x","password":"hunter2"}"#), log)
    let poll = tailer.poll(now: fixture.now)
    #expect(poll.batches[0].records[0].flags == .masked)
    #expect(String(decoding: poll.batches[0].records[0].raw, as: UTF8.self) == #"{"logMessage":"x","password":"***"}"#)
    #expect(poll.batches[0].sources[0].masked == 1)
  }

  /// The recorder is killed between any two batches, and even between reading and storing; containers write, rotate and end meanwhile.
  @Test(arguments: 0..<12) func eachLineIsStoredOnceWhateverDies(seed: UInt64) async throws {
    var random = RecordRandom(seed: seed)
    let writer = try fixture.writer()
    var tailer = tailer()
    var written: [String] = []
    var rotation = 0
    for round in 0..<60 {
      for pod in 0..<2 {
        let file = "pods/shop_p\(pod)_u\(pod)/c/0.log"
        for line in 0..<Int.random(in: 0...6, using: &random.generator) {
          let stream = random.pick(["stdout", "stderr"])
          let text = "\(pod)-\(round)-\(line)-\(stream) " + String(repeating: "x", count: Int.random(in: 0...30, using: &random.generator))
          written.append(text)
          // A long line comes in parts, between which the other stream writes.
          let cut = text.index(text.startIndex, offsetBy: Int.random(in: 0...text.count, using: &random.generator))
          guard Bool.random(using: &random.generator) else {
            fixture.append(cri(text, "F", stream), file)
            continue
          }
          fixture.append(cri(String(text[..<cut]), "P", stream), file)
          if Bool.random(using: &random.generator) {
            let other = stream == "stdout" ? "stderr" : "stdout"
            written.append("\(text) between")
            fixture.append(cri("\(text) between", "F", other), file)
          }
          if Bool.random(using: &random.generator) { try store(&tailer, writer) }
          fixture.append(cri(String(text[cut...]), "F", stream), file)
        }
        if Int.random(in: 0..<8, using: &random.generator) == 0 {
          rotation += 1
          fixture.move(file, file + ".2018\(1000 + rotation)")
        }
      }
      switch Int.random(in: 0..<4, using: &random.generator) {
      case 0:
        // Read, but dead before it was stored.
        _ = tailer.poll(now: fixture.now)
        tailer = self.tailer(try writer.positions())
      case 1:
        // Dead after the first batch of a poll.
        if let first = tailer.poll(now: fixture.now).batches.first { try writer.append(first) }
        tailer = self.tailer(try writer.positions())
      case 2: try store(&tailer, writer)
      default: break
      }
    }
    try store(&tailer, writer)
    let records = try await fixture.reader.records(matching: LogQuery(limit: .max)).records
    #expect(records.map(\.message).sorted() == written.sorted())
  }

  private func store(_ tailer: inout PodLogTailer, _ writer: StoreWriter) throws {
    var hasMore = true
    while hasMore {
      let poll = tailer.poll(now: fixture.now)
      for batch in poll.batches { try writer.append(batch) }
      hasMore = poll.hasMore
    }
  }

  @Test func batchesAreBoundedAndNothingIsLeft() {
    let line = cri(String(repeating: "y", count: 300))
    for pod in 0..<3 { fixture.append(String(repeating: line, count: 20_000), "pods/shop_p\(pod)_u\(pod)/c/0.log") }
    var tailer = tailer()
    var total = 0
    var polls = 0
    while true {
      let poll = tailer.poll(now: fixture.now)
      polls += 1
      for batch in poll.batches {
        #expect(batch.records.count <= 4096)
        total += batch.records.count
      }
      if !poll.hasMore { break }
    }
    #expect(total == 60_000)
    #expect(polls > 1)
  }
}

extension Checkpoint {
  fileprivate var position: TailPosition? { if case .file(let position) = self { position } else { nil } }
}
