import ClusterModel
import JSONBytes
import Kubernetes
import RecordStore
import Recorder
import TelemetryModel
import Testing
import TimeFormat

@Suite("Ledger keeper", .timeLimit(.minutes(3))) struct LedgerKeeperTests {
  private let folder: Folder
  private let clock = TestClock()

  init() throws { folder = try Folder() }

  private func keeper(_ store: StoreWriter) -> LedgerKeeper {
    LedgerKeeper(
      cluster: "ground", store: store, source: { [clock] in SourceUpdate(name: "k8s", cluster: "ground", currentAt: clock.now()) },
      now: clock.now, pause: clock.pause)
  }

  private var reader: StoreReader { StoreReader(directory: folder.store) }

  private func pod(restarts: Int, end: Container.Termination? = nil) -> Pod {
    var container = Container(name: "main", image: "i")
    container.restartCount = restarts
    container.lastTermination = end
    container.state = .running(since: clock.now())
    var pod = Pod(
      namespace: "shop", name: "orders-1", uid: "u1", node: "n1", phase: "Running", created: TestClock.start,
      conditions: [Condition(type: "Ready", status: "True", lastTransition: clock.now())], containers: [container])
    pod.controller = ObjectReference(kind: "ReplicaSet", namespace: "shop", name: "orders", uid: "set")
    return pod
  }

  private func lists(_ pods: [Pod]) -> [ClusterDelta] {
    let set = Workload(
      reference: ObjectReference(kind: "ReplicaSet", namespace: "shop", name: "orders", uid: "set"), desired: 1,
      created: TestClock.start)
    return [
      ClusterDelta(resource: ClusterResource(.replicaSet), change: .relist([.workload(set)]), at: clock.now()),
      ClusterDelta(resource: .pods, change: .relist(pods.map { .pod($0) }), at: clock.now()),
    ]
  }

  private func crash() -> Container.Termination {
    Container.Termination(reason: "Error", exitCode: 3, started: TestClock.start, finished: clock.now())
  }

  /// Feeds the deltas to a keeper of its own, which ends with them.
  private func keep(_ deltas: [ClusterDelta]) async throws {
    let store = try StoreWriter(directory: folder.store, now: clock.now())
    await keeper(store).run(
      AsyncStream { continuation in
        for delta in deltas { continuation.yield(delta) }
        continuation.finish()
      })
  }

  @Test("a restart is stored as an entry")
  func stores() async throws {
    let first = lists([pod(restarts: 0)])
    clock.advance(.seconds(20))
    let restarted = pod(restarts: 1, end: crash())
    try await keep(first + [ClusterDelta(resource: .pods, change: .modified(.pod(restarted)), at: clock.now())])
    let entries = try await reader.reschedules(since: nil)
    #expect(entries.map(\.change) == [.restarted])
    #expect(entries.first?.cause == .crash)
    #expect(entries.first?.workload == "ReplicaSet/orders")
    #expect(try await reader.gaps(since: nil).isEmpty)
  }

  @Test("the next keeper remembers, says since when nobody looked, and tells what happened meanwhile once")
  func remembers() async throws {
    try await keep(lists([pod(restarts: 0)]))
    clock.advance(.seconds(600))
    let after = pod(restarts: 1, end: crash())
    for _ in 0..<2 { try await keep(lists([after])) }
    let entries = try await reader.reschedules(since: nil)
    #expect(entries.map(\.cause) == [.crash])
    let gaps = try await reader.gaps(since: nil)
    #expect(gaps.first?.from == TestClock.start)
    #expect(gaps.first?.to == clock.now())
    #expect(gaps.first?.reason == "the recorder was not running")
  }

  @Test("each second it says how current the watches are")
  func reports() async throws {
    let store = try StoreWriter(directory: folder.store, now: clock.now())
    let (deltas, delta) = AsyncStream<ClusterDelta>.makeStream()
    let task = Task { [keeper = keeper(store)] in await keeper.run(deltas) }
    #expect(try await clock.paused() == .seconds(1))
    clock.advance(.seconds(1))
    clock.goOn()
    try await clock.paused()
    let source = await reader.completeness().first
    #expect(source?.name == "k8s")
    #expect(source?.currentAt == clock.now())
    delta.finish()
    await task.value
  }

  @Test("what a change writes grows with the change, not with the cluster")
  func writesWhatChanged() throws {
    func engine(pods: Int) -> LedgerEngine {
      var engine = LedgerEngine(cluster: "ground")
      for delta in lists((0..<pods).map { named("orders-\($0)", restarts: 0) }) { _ = engine.apply(delta) }
      engine.forgetChanges()
      return engine
    }
    func bytes(_ parts: [LedgerEngine.Part]) -> Int { parts.reduce(0) { $0 + $1.name.utf8.count + ($1.value?.jsonBytes.count ?? 0) } }
    var sizes: [Int] = []
    for count in [100, 20_000] {
      var engine = engine(pods: count)
      clock.advance(.seconds(20))
      let output = engine.apply(
        ClusterDelta(resource: .pods, change: .modified(.pod(named("orders-7", restarts: 1, end: crash()))), at: clock.now()))
      #expect(output.entries.count == 1)
      let changed = Array(engine.changedParts())
      #expect(changed.map(\.name) == ["head", "pods/orders-7", "told/ground/orders-7/main/0"])
      sizes.append(bytes(changed))
    }
    #expect(sizes.allSatisfy { $0 < 4096 }, "\(sizes) bytes a change")
    #expect(abs(sizes[0] - sizes[1]) < 64)
  }

  @Test("the memory in parts is the memory: changed, forgotten, and as a former version stored it")
  func partsAreTheMemory() async throws {
    let first = lists([named("orders-1", restarts: 0), named("orders-2", restarts: 0)])
    var engine = LedgerEngine(cluster: "ground")
    for delta in first { _ = engine.apply(delta) }
    let store = try StoreWriter(directory: folder.store, now: clock.now())
    // As it was stored once: the whole under one name.
    try store.record(notes: [StoreNote(name: "ledger/ground", value: engine.state().jsonBytes)])
    let memory = LedgerMemory(cluster: "ground", store: store)
    let writer = LedgerWriter(engine: try #require(memory.restored()), memory: memory)
    clock.advance(.seconds(20))
    let restarted = ClusterDelta(resource: .pods, change: .modified(.pod(named("orders-1", restarts: 1, end: crash()))), at: clock.now())
    let gone = ClusterDelta(resource: .pods, change: .deleted(.pod(named("orders-2", restarts: 0))), at: clock.now())
    for delta in [restarted, gone] {
      _ = engine.apply(delta)
      await writer.apply(delta)
    }
    await writer.save()
    #expect(try store.note("ledger/ground") == nil)
    #expect(memory.restored()?.state() == engine.state())
    // What went long ago leaves no note behind.
    clock.advance(.seconds(7 * 86_400))
    await writer.tick(clock.now(), watched: [:])
    await writer.save()
    #expect(try store.notes(in: "ledger/ground").contains { $0.name.hasSuffix("orders-1") })
    #expect(try !store.notes(in: "ledger/ground").contains { $0.name.hasSuffix("orders-2") })
    #expect(memory.restored() != nil && LedgerMemory(cluster: "groun", store: store).restored() == nil)
  }

  private func named(_ name: String, restarts: Int, end: Container.Termination? = nil) -> Pod {
    var pod = pod(restarts: restarts, end: end)
    pod.name = name
    pod.uid = name
    return pod
  }
}
