import ClusterModel
import Console
import TelemetryModel
import TestKits
import Testing
import TimeFormat
import Views

/// Waits until it is cancelled.
private struct Endless: Query {
  func run(_ sources: Sources) async throws -> Int {
    for await _ in AsyncStream<Void>(unfolding: { await Self.never() }) {}
    try Task.checkCancellation()
    return 1
  }

  private static func never() async -> Void? {
    for await _ in AsyncStream<Void>.makeStream().stream {}
    return nil
  }
}

private struct Quick: Query {
  func run(_ sources: Sources) async throws -> Int { 2 }
}

@Suite("Queries")
struct QueryTests {
  private let sources = Sources(logs: MemoryLogs.fixture(), ledger: MemoryLedger.fixture())

  /// What comes back until nothing is under way.
  private func answers(_ inbox: Inbox) async -> [(slot: Slot, number: Int)] {
    var answers: [(slot: Slot, number: Int)] = []
    repeat {
      for case .answered(let slot, let number, .success) in inbox.drain() { answers.append((slot, number)) }
      await Task.yield()
    } while !inbox.isIdle
    return answers
  }

  @Test("a newer query of a slot cancels the older; one of another slot does not")
  func newest() async {
    let inbox = Inbox()
    let runner = EffectRunner(ports: .fake(), inbox: inbox)
    let search = Slot(.page, "search")
    runner.perform(.load(AnyQuery(Quick()), slot: Slot(.page, "lastLines"), number: 1))
    runner.perform(.load(AnyQuery(Endless()), slot: search, number: 2))
    runner.perform(.load(AnyQuery(Quick()), slot: search, number: 3))
    #expect(Set(await answers(inbox).map(\.number)) == [1, 3])
  }

  @Test("queries are the same when they ask the same")
  func equal() {
    #expect(AnyQuery(RequestLookup(id: "a")) == AnyQuery(RequestLookup(id: "a")))
    #expect(AnyQuery(RequestLookup(id: "a")) != AnyQuery(RequestLookup(id: "b")))
    #expect(AnyQuery(RequestLookup(id: "a")) != AnyQuery(PastClusters(at: Fixture.now)))
  }

  @Test("a request is looked up with what became of its pods")
  func request() async throws {
    let view = try await RequestLookup(id: Fixture.requestID).run(sources)
    #expect(view.records == Fixture.records.count)
    #expect(view.lanes.contains { $0.death != nil })
    #expect(try await RequestLookup(id: "unknown").run(sources).records == 0)
  }

  @Test("a search brings the newest in the order of time; what goes on further back counts no histogram")
  func search() async throws {
    let hour = (Fixture.now - .seconds(3600))..<Fixture.now
    func search(_ cursor: LogCursor?) -> LogSearch {
      LogSearch([.field("service", .equal, "orders")], range: hour, cursor: cursor, histogram: hour, buckets: 60)
    }
    let answer = try await search(nil).run(sources)
    #expect(answer.matches.map(\.at) == answer.matches.map(\.at).sorted() && answer.matches.count == 3)
    #expect(answer.histogram.reduce(0, +) == 3 && !answer.isContinuation)
    let cursor = try #require(try await sources.logs.records(matching: LogQuery(limit: 1)).next)
    let older = try await search(cursor).run(sources)
    #expect(older.histogram.isEmpty && older.isContinuation)
  }

  @Test("the last lines of a workload are those of its own cluster")
  func lastLines() async throws {
    let reports = WorkloadLogs(of: Fixture.deployment("reports"), in: nil)
    #expect(try await LastLogLines(of: reports, cluster: "prd-fra").run(sources).map(\.message).last == "rendering")
    #expect(try await LastLogLines(of: reports, cluster: "dev-fra").run(sources).isEmpty)
  }

  @Test("verdicts on the past know only what had happened by then")
  func past() async throws {
    var sources = sources
    #expect(try await PastClusters(at: Fixture.now).run(sources) == nil)
    let moment = Fixture.at("13:00:00")
    sources.past = { _ in [Fixture.snapshot("prd-fra")] }
    sources.verdicts = { snapshot, known, now in
      #expect(now == moment && !known.reschedules.isEmpty && known.reschedules.allSatisfy { $0.at <= moment })
      return Fixture.verdicts(snapshot.cluster)
    }
    let clusters = try #require(try await PastClusters(at: moment).run(sources))
    #expect(clusters.map(\.snapshot.cluster) == ["prd-fra"] && !clusters[0].verdicts.isEmpty)
  }
}
