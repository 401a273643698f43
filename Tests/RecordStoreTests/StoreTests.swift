import ClusterModel
import GRDB
import Glibc
import MigrationPlan
import RecordStore
import TelemetryModel
import TestKits
import Testing
import TimeFormat

@Suite struct StoreTests {
  @Test func recordsComeBackAsTheyWere() async throws {
    let fixture = StoreFixture()
    let writer = try fixture.writer()
    var random = RecordRandom(seed: 1)
    let records = (0..<500).map { _ in random.record() }
    try writer.append(StoreBatch(records: records))
    let page = try await fixture.reader.records(matching: LogQuery(limit: 1000))
    #expect(page.next == nil)
    var back = page.records.sorted { $0.id < $1.id }
    #expect(back.map(\.id) == (1...500).map { RecordID($0, of: "store") })
    for index in back.indices { back[index].id = .unstored }
    #expect(back == records)
  }

  @Test func conformsToAnyAppendAndQuery() async throws {
    let fixture = StoreFixture()
    let writer = try fixture.writer()
    let reader = StoreReader(directory: fixture.directory, pushes: { writer.changes.pushes() })
    let subject = LogSourceConformance.Subject(reader) { try writer.append(StoreBatch(records: $0)) }
    #expect(try await LogSourceConformance.violations(subject) == [])
  }

  @Test func aStoreThatIsNotThereIsEmpty() async throws {
    let fixture = StoreFixture()
    let reader = StoreReader(directory: fixture.directory + "/later")
    #expect(try await reader.records(matching: LogQuery()).records.isEmpty)
    #expect(try await reader.histogram(matching: LogQuery(), over: fixture.now..<fixture.now + .seconds(1), buckets: 3) == [0, 0, 0])
    #expect(try await reader.reschedules(since: nil).isEmpty)
    #expect(try await reader.latest().isEmpty)
    #expect(await reader.completeness().isEmpty)
    #expect(await reader.revision() == 0)
    let writer = try StoreWriter(directory: fixture.directory + "/later", now: fixture.now)
    var random = RecordRandom(seed: 3)
    try writer.append(StoreBatch(records: [random.record()]))
    #expect(try await reader.records(matching: LogQuery()).records.count == 1, "it is read as soon as it appears")
    #expect(await reader.revision() > 0)
  }

  @Test func theRevisionMovesWithNewsOnly() async throws {
    let fixture = StoreFixture()
    let writer = try fixture.writer()
    let reader = fixture.reader
    var random = RecordRandom(seed: 4)
    let first = await reader.revision()
    try writer.append(StoreBatch(records: [random.record()]))
    let second = await reader.revision()
    #expect(second > first)
    try writer.record([SourceUpdate(name: "logs", cluster: "ground", currentAt: fixture.now)])
    #expect(await reader.revision() == second)
    #expect(await reader.revision() == second)
  }

  @Test func aSecondWriterIsRefusedInASentence() throws {
    let fixture = StoreFixture()
    let writer = try fixture.writer()
    #expect {
      _ = try StoreWriter(directory: fixture.directory, now: fixture.now)
    } throws: { error in
      (error as? StoreError)?.kind == .locked && "\(error)".contains("process \(getpid())")
    }
    withExtendedLifetime(writer) {}
  }

  @Test(arguments: [
    Array("hello, this is no database, but long enough to be looked at".utf8), [UInt8](repeating: 7, count: 8192), Array("x".utf8),
  ])
  func aForeignFileIsRefusedAndMovedAside(bytes: [UInt8]) async throws {
    let fixture = StoreFixture()
    fixture.write(bytes, "records.sqlite")
    await #expect {
      _ = try await fixture.reader.records(matching: LogQuery())
    } throws: { error in
      (error as? StoreError)?.kind == .unreadable && "\(error)".contains("records.sqlite")
    }
    #expect(await fixture.reader.completeness().first?.lastError != nil)
    let writer = try fixture.writer()
    #expect(writer.notices.count == 1 && writer.notices[0].contains(".corrupt-20180122T140500Z"))
    #expect(fixture.names().contains("records.sqlite.corrupt-20180122T140500Z"))
    #expect(try await fixture.reader.records(matching: LogQuery()).records.isEmpty)
  }

  @Test func anotherProgramsDatabaseIsForeign() async throws {
    let fixture = StoreFixture()
    do {
      let other = try DatabaseQueue(path: fixture.directory + "/records.sqlite")
      try await other.write { try $0.execute(sql: "CREATE TABLE a (b); INSERT INTO a VALUES (1); CREATE TABLE c (d)") }
      try other.close()
    }
    await #expect(throws: StoreError.self) { _ = try await fixture.reader.records(matching: LogQuery()) }
    #expect(try fixture.writer().notices.first?.contains("another program") == true)
  }

  @Test func aLaterFormatIsRefusedAndLeftAlone() throws {
    let fixture = StoreFixture()
    _ = try fixture.writer()
    do {
      let other = try DatabaseQueue(path: fixture.directory + "/records.sqlite")
      try other.write { try $0.execute(sql: "PRAGMA user_version = 99") }
      try other.close()
    }
    #expect { _ = try fixture.writer() } throws: { ($0 as? StoreError)?.kind == .newer }
    #expect(!fixture.names().contains { $0.contains("corrupt") })
  }

  @Test func damageThatAWriteMeetsIsFoundAtTheNextOpening() async throws {
    let fixture = StoreFixture()
    var random = RecordRandom(seed: 5)
    do {
      let writer = try fixture.writer()
      try writer.append(StoreBatch(records: (0..<2000).map { _ in random.record() }))
    }
    let path = fixture.directory + "/records.sqlite"
    let file = open(path, O_RDWR)
    let noise = [UInt8](repeating: 0x5A, count: 4096)
    for page in 2..<60 { _ = noise.withUnsafeBytes { pwrite(file, $0.baseAddress, $0.count, off_t(page * 4096)) } }
    close(file)
    var failure: StoreError?
    do {
      let writer = try fixture.writer()
      do { try writer.append(StoreBatch(records: (0..<500).map { _ in random.record() })) } catch { failure = error }
    } catch { failure = error as? StoreError }
    #expect(failure?.kind == .unreadable)
    let writer = try fixture.writer()
    #expect(fixture.names().contains { $0.hasPrefix("records.sqlite.corrupt-") })
    try writer.append(StoreBatch(records: [random.record()]))
  }

  @Test func aFullDiskLosesNothing() async throws {
    let fixture = StoreFixture()
    var random = RecordRandom(seed: 6)
    var stored = 0
    var refused: StoreBatch?
    do {
      let writer = try fixture.writer(maximumPages: 120)
      while refused == nil {
        var records = (0..<200).map { _ in random.record() }
        for index in records.indices { records[index].service = "service-\(stored)-\(index)" }
        var batch = StoreBatch(records: records)
        batch.checkpoints = [.file(TailPosition(folder: "/logs", inode: 1, name: "0.log", offset: Int64(stored + 200)))]
        do {
          try writer.append(batch)
          stored += 200
        } catch {
          #expect(error.kind == .diskFull)
          #expect("\(error)".contains("the disk is full"))
          refused = batch
        }
        try #require(stored < 100_000)
      }
      #expect(try writer.positions().map(\.offset) == [Int64(stored)])
    }
    #expect(try await fixture.reader.records(matching: LogQuery(limit: .max)).records.count == stored)
    let writer = try fixture.writer()
    let batch = try #require(refused)
    try writer.append(batch)
    let records = try await fixture.reader.records(matching: LogQuery(limit: .max)).records
    #expect(records.count == stored + 200)
    #expect(Set(records.map(\.service)).isSuperset(of: batch.records.map(\.service)), "numbers of undone rows are not used again")
  }

  @Test func positionsCommitWithTheirRecords() throws {
    let fixture = StoreFixture()
    let partial = TailPartial(stream: "stderr", at: fixture.now, text: [0x61, 0x0A, 0x00, 0xFF], wasCut: true)
    let other = TailPartial(stream: "stdout", at: fixture.now, text: [], wasCut: false)
    let position = TailPosition(
      folder: "/logs/a_b_c/d", inode: .max, name: "0.log", offset: 12, headLength: 5, headHash: .max - 1, partials: [other, partial])
    do {
      let writer = try fixture.writer()
      try writer.append(
        StoreBatch(checkpoints: [.file(position), .file(TailPosition(folder: "/logs/a_b_cc/d", inode: 1, name: "1.log", offset: 1))]))
    }
    let writer = try fixture.writer()
    #expect(try writer.positions().contains(position))
    try writer.forget(tailsBelow: "/logs/a_b_c")
    #expect(try writer.positions().map(\.folder) == ["/logs/a_b_cc/d"])
  }

  /// A line of one pod may be stored after a younger one of another: who follows must see it.
  @Test func followingIsInTheOrderOfStoring() async throws {
    let fixture = StoreFixture()
    let writer = try fixture.writer()
    func record(_ text: String, _ milliseconds: Int64) -> LogRecord {
      LogLineReader().read(
        Array(text.utf8), origin: LogOrigin(cluster: "ground", namespace: "n", pod: "p", podUID: "u", container: "c"),
        readAt: fixture.now, writtenAt: fixture.now + .milliseconds(milliseconds))
    }
    var query = LogQuery()
    query.storedAfter = try await fixture.reader.records(matching: query).storedUpTo
    try writer.append(StoreBatch(records: [record("b", 203)]))
    let reader = fixture.reader
    let first = try await reader.records(matching: query)
    #expect(first.records.map(\.message) == ["b"], "an empty store is followed from its beginning")
    query.storedAfter = first.storedUpTo
    try writer.append(StoreBatch(records: [record("a", 200), record("c", 204)]))
    try writer.append(StoreBatch(records: [record("old a", -9_000_000)]))
    #expect(try await reader.records(matching: query).records.map(\.message) == ["a", "c", "old a"])
    query.conditions = [.text("A")]
    query.limit = 1
    let page = try await reader.records(matching: query)
    #expect(page.records.map(\.message) == ["a"])
    query.storedAfter = page.next
    #expect(try await reader.records(matching: query).records.map(\.message) == ["old a"])
  }

  @Test func sourcesCount() async throws {
    let fixture = StoreFixture()
    let writer = try fixture.writer()
    let later = fixture.now + .seconds(5)
    try writer.record([
      SourceUpdate(name: "logs", cluster: "ground", recordsIn: 5, connectedSince: fixture.now, error: .happened("No way."))
    ])
    try writer.record([
      SourceUpdate(name: "logs", cluster: "ground", recordsIn: 2, dropped: 1, dropReason: "too old", masked: 3, currentAt: later),
      SourceUpdate(name: "k8s", cluster: "ground"),
    ])
    let reader = fixture.reader
    #expect(
      await reader.completeness() == [
        SourceStatus(name: "k8s", cluster: "ground"),
        SourceStatus(
          name: "logs", cluster: "ground", connectedSince: fixture.now, currentAt: later, recordsIn: 7, dropped: 1, dropReason: "too old",
          lastError: "No way."),
      ])
    try writer.record([SourceUpdate(name: "logs", cluster: "ground", error: .cleared)])
    #expect(await reader.completeness().last?.lastError == nil)
  }

  @Test func aWrongPatternIsExplained() async throws {
    let fixture = StoreFixture()
    _ = try fixture.writer()
    await #expect {
      _ = try await fixture.reader.records(matching: LogQuery([.regex("a(b")]))
    } throws: { error in
      (error as? StoreError)?.kind == .query && "\(error)".contains("at byte 4")
    }
  }

  @Test func anExplodingPatternIsGivenUp() async throws {
    let fixture = StoreFixture()
    let writer = try fixture.writer()
    var random = RecordRandom(seed: 7)
    var record = random.record()
    record.raw = [UInt8](repeating: 0x61, count: 5000) + [0x62]
    let start = try await fixture.reader.records(matching: LogQuery()).storedUpTo
    try writer.append(StoreBatch(records: [record]))
    // It is neither a match nor, under a negation, a hit: nobody knows, and that is said.
    let exploding = LogQuery.Condition.regex("^(a+)+$")
    for condition in [exploding, .not(exploding), .any([exploding, .text("xyz")])] {
      let page = try await fixture.reader.records(matching: LogQuery([condition]))
      #expect(page.records.isEmpty && page.undecided == 1, "\(condition)")
    }
    var following = LogQuery([exploding])
    following.storedAfter = start
    #expect(try await fixture.reader.records(matching: following).undecided == 1)
    // What the rest of the query decides is decided.
    let decided = try await fixture.reader.records(matching: LogQuery([exploding, .text("xyz")]))
    #expect(decided.records.isEmpty && decided.undecided == 0)
    #expect(try await fixture.reader.records(matching: LogQuery([.any([exploding, .text("ab")])])).records.count == 1)
  }

  /// The machine code's own stack of 32 KiB was too small for a line of some kilobytes, and that counted as no match.
  @Test func aLongLineIsMatchedToItsEnd() async throws {
    let fixture = StoreFixture()
    let writer = try fixture.writer()
    var random = RecordRandom(seed: 8)
    var records: [LogRecord] = []
    for length in [1000, 20_000, 200_000] {
      var record = random.record()
      record.raw = (0..<length).map { $0 % 3 == 0 ? 0x61 : 0x62 } + [0x63]
      records.append(record)
    }
    try writer.append(StoreBatch(records: records))
    let page = try await fixture.reader.records(matching: LogQuery([.regex("^(?:a|b)+c$")]))
    #expect(page.records.count == 3 && page.undecided == 0)
    #expect(try await fixture.reader.records(matching: LogQuery([.not(.regex("^(?:a|b)+c$"))])).records.isEmpty)
  }
}

@Suite struct LedgerStoreTests {
  private func entry(_ key: String, _ seconds: Int64) -> Reschedule {
    Reschedule(
      key: key, at: Timestamp(seconds: seconds), cluster: "ground", namespace: "shop", workload: "Deployment/billing", change: .replaced,
      cause: .oomKilled, old: .init(name: "billing-1", uid: "u1", node: "node-1"), container: "billing", exitCode: 137, confidence: 0.9,
      evidence: ["reason: OOMKilled", "a \"quoted\"\nline"], isPending: true)
  }

  @Test func entriesReplaceThemselvesByKey() async throws {
    let fixture = StoreFixture()
    let writer = try fixture.writer()
    let reader = fixture.reader
    try writer.record(reschedules: [entry("b", 20), entry("a", 10)])
    #expect(try await reader.reschedules(since: nil) == [entry("a", 10), entry("b", 20)])
    var done = entry("b", 20)
    done.new = .init(name: "billing-2", uid: "u2", node: "node-2")
    done.isPending = false
    done.downtimeSeconds = 3.5
    done.capacityGapSeconds = 7
    done.downtimeSince = Timestamp(seconds: 19)
    done.downtimeCountedTo = Timestamp(seconds: 21)
    done.capacityGapCountedTo = Timestamp(seconds: 22)
    done.revisedAt = Timestamp(seconds: 23)
    done.formerly = "removed, scale"
    done.retractedAt = Timestamp(seconds: 24)
    let before = await reader.revision()
    try writer.record(reschedules: [done, done], notes: [StoreNote(name: "ledger", value: [1, 2, 0])])
    #expect(try await reader.reschedules(since: Timestamp(seconds: 11)) == [done])
    #expect(await reader.revision() > before)
    #expect(try writer.note("ledger") == [1, 2, 0])
    #expect(try writer.note("none") == nil)
  }

  @Test("shortages take the place of those since a moment, of their workload alone; what goes on is always read")
  func shortages() async throws {
    let fixture = StoreFixture()
    let writer = try fixture.writer()
    func piece(_ uid: String, _ from: Int64, _ to: Int64?, _ phase: Shortage.Phase = .running) -> Shortage {
      Shortage(
        cluster: "ground", namespace: "shop", workload: "Deployment/\(uid)", workloadUID: uid, phase: phase, from: Timestamp(seconds: from),
        to: to.map { Timestamp(seconds: $0) }, ready: 0, desired: 2)
    }
    func update(_ uid: String, since: Int64, _ pieces: [Shortage]) -> ShortageUpdate {
      ShortageUpdate(cluster: "ground", workloadUID: uid, since: Timestamp(seconds: since), shortages: pieces)
    }
    try writer.record(shortages: [update("a", since: 10, [piece("a", 10, 20, .starting), piece("a", 30, nil)])])
    try writer.record(shortages: [update("b", since: 15, [piece("b", 15, 16)])])
    #expect(try await fixture.reader.shortages(since: nil) == [piece("a", 10, 20, .starting), piece("b", 15, 16), piece("a", 30, nil)])
    try writer.record(shortages: [update("a", since: 30, [piece("a", 30, 35), piece("a", 35, 40, .unwatched), piece("a", 40, nil)])])
    #expect(
      try await fixture.reader.shortages(since: Timestamp(seconds: 36)) == [piece("a", 35, 40, .unwatched), piece("a", 40, nil)])
    try writer.record(shortages: [update("a", since: 30, [])])
    #expect(try await fixture.reader.shortages(since: Timestamp(seconds: 17)) == [piece("a", 10, 20, .starting)])
  }

  @Test func gapsGrowAndLivesAreKeptOnce() async throws {
    let fixture = StoreFixture()
    let writer = try fixture.writer()
    let gap = LedgerGap(cluster: "ground", from: Timestamp(seconds: 10), to: Timestamp(seconds: 20), reason: "the recorder was off")
    try writer.record(gaps: [gap])
    var longer = gap
    longer.to = Timestamp(seconds: 30)
    try writer.record(gaps: [longer])
    #expect(try await fixture.reader.gaps(since: Timestamp(seconds: 25)) == [longer])
    #expect(try await fixture.reader.gaps(since: Timestamp(seconds: 31)).isEmpty)
    let events = ["ready", "created", "gone"].enumerated().map { index, kind in
      PodLifecycleEvent(
        kind: kind, at: Timestamp(seconds: [20, 10, 20][index]), cluster: "ground", namespace: "shop", pod: "billing-1", podUID: "u1",
        node: "node-1",
        detail: "x")
    }
    try writer.record(lifecycle: events)
    try writer.record(lifecycle: events)
    #expect(try await fixture.reader.lifecycle(ofPods: ["u1", "u1", "u2"]).map(\.kind) == ["created", "ready", "gone"])
    #expect(try await fixture.reader.lifecycle(ofPods: []).isEmpty)
  }

  @Test func theLatestEvidencePerSubject() async throws {
    let fixture = StoreFixture()
    let writer = try fixture.writer()
    func evidence(_ check: String, _ subject: String, _ seconds: Int64, _ outcome: Evidence.Outcome) -> Evidence {
      Evidence(
        check: check, subject: subject, cluster: "ground", outcome: outcome, grade: .exercised, observed: "200 of 200 valid", query: "q",
        source: "logs",
        at: Timestamp(seconds: seconds), digest: "d")
    }
    let all = [
      evidence("a", "x", 10, .fail), evidence("a", "x", 30, .pass), evidence("a", "x", 20, .fail), evidence("a", "y", 5, .notApplicable),
      evidence("b", "x", 7, .unknown), evidence("b", "x", 7, .stale),
    ]
    let recorder: any EvidenceRecorder = writer
    try await recorder.record(all)
    #expect(try await fixture.reader.latest() == [all[1], all[3], all[5]])
    #expect(try await fixture.reader.history(since: Timestamp(seconds: 7)) == [all[4], all[5], all[0], all[2], all[1]])
  }
}
