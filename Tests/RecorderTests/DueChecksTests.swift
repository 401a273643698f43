import Checks
import ClusterModel
import MigrationPlan
import RecordStore
import Recorder
import Synchronization
import TestKits
import Testing
import TimeFormat

@Suite("Due checks", .timeLimit(.minutes(3))) struct DueChecksTests {
  private let folder: Folder
  private let clock = TestClock()

  init() throws { folder = try Folder() }

  private var reader: StoreReader { StoreReader(directory: folder.store) }

  private func checks(_ cluster: StillCluster = .ground(), plan: Plan?) throws -> DueChecks {
    DueChecks(
      cluster: cluster, logs: reader, evidence: reader, store: try StoreWriter(directory: folder.store, now: clock.now()),
      client: NoServiceClient(), plan: { plan }, now: clock.now, pause: clock.pause)
  }

  private func runs() async throws -> [String] { try await reader.history(since: nil).map(\.check) }

  @Test("a check runs when it has no evidence, and again when half of the evidence's life is over")
  func renews() async throws {
    let task = Task { [checks = try checks(plan: plan())] in await checks.run() }
    // Not at once: the first look comes after the first pause.
    #expect(try await clock.paused() == .seconds(5))
    #expect(try await runs().isEmpty)
    clock.goOn()
    try await clock.paused()
    #expect(try await runs() == ["one", "two"])
    clock.advance(.seconds(299))
    clock.goOn()
    try await clock.paused()
    #expect(try await runs().count == 2)
    clock.advance(.seconds(2))
    clock.goOn()
    try await clock.paused()
    #expect(try await runs() == ["one", "two", "one"])
    task.cancel()
    await task.value
  }

  @Test("nothing runs on a cluster that does not answer, nor without a plan")
  func waits() async throws {
    let stale = StillCluster.ground(.stale(since: TestClock.start, reason: "refused", retryAt: nil))
    for (cluster, plan) in [(stale, try plan()), (StillCluster.ground(), nil)] {
      let task = Task { [checks = try checks(cluster, plan: plan)] in await checks.run() }
      try await clock.paused()
      clock.goOn()
      try await clock.paused()
      #expect(try await runs().isEmpty)
      task.cancel()
      await task.value
    }
  }

  @Test("checks that are asked for run now, and only those")
  func now() async throws {
    let checks = try checks(plan: plan())
    var reports: [String] = []
    try await checks.now(only: ["two"]) { reports.append($0.check) }
    #expect(reports == ["two"])
    #expect(try await runs() == ["two"])
    try await checks.now(only: []) { reports.append($0.check) }
    #expect(try await runs() == ["two", "one", "two"])
  }

  @Test("a check that is cancelled records nothing: what was known before stands")
  func cancelled() async throws {
    let text = """
      version: 1
      program: {id: a, name: A, start: 2018-01-29, clusters: [{id: ground, context: ground}]}
      facilities: [{id: logging, order: 1, name: Logging}]
      checks: [{id: logging.records-valid, facility: logging, parameters: {namespace: shop}}]
      """
    let plan = try #require(PlanParser.parse(text, file: "p").plan)
    let cluster = CancellingCluster()
    let checks = DueChecks(
      cluster: cluster, logs: reader, evidence: reader, store: try StoreWriter(directory: folder.store, now: clock.now()),
      client: NoServiceClient(), plan: { plan }, now: clock.now, pause: clock.pause)
    let (started, start) = AsyncStream<Void>.makeStream()
    let task = Task {
      for await _ in started { break }
      try await checks.now(only: []) { _ in }
    }
    cluster.asked.withLock { $0 = task }
    start.yield()
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(try await runs().isEmpty)
  }

  @Test("a name that the plan does not know, and a plan that is not there, are told in a sentence")
  func refusals() async throws {
    let unknown = await #expect(throws: RecorderError.self) { try await checks(plan: plan()).now(only: ["three"]) { _ in } }
    #expect(unknown?.description == "the plan has no check three; it has: one, two")
    let missing = await #expect(throws: RecorderError.self) { try await checks(plan: nil).now(only: []) { _ in } }
    #expect(missing?.description.contains("no usable plan") == true)
  }
}

/// A cluster whose state nobody waits for: whoever asks for it is cancelled meanwhile.
private final class CancellingCluster: ClusterSource {
  let cluster = "ground"
  let asked = Mutex<Task<Void, any Error>?>(nil)

  func current() -> ClusterSnapshot {
    asked.withLock { $0?.cancel() }
    return ClusterSnapshot(cluster: cluster, at: TestClock.start, connection: .live(since: TestClock.start))
  }

  func snapshots() -> AsyncStream<ClusterSnapshot> { AsyncStream { $0.finish() } }
}
