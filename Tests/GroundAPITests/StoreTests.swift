import Foundation
import GroundAPI
import GroundControllers
import JSONBytes
import Kubernetes
import Synchronization
import Testing
import TimeFormat

/// A clock that only the test moves.
final class TestClock: Sendable {
  private let moment = Mutex(Timestamp(seconds: 1_700_000_000))
  var now: Now { { self.moment.withLock { $0 } } }
  func advance(_ duration: Duration) { moment.withLock { $0 = $0 + duration } }
}

func webDeployment(_ name: String = "web", replicas: Int = 2) -> JSONValue {
  [
    "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": .string(name), "namespace": "default"],
    "spec": [
      "replicas": .int(Int64(replicas)), "selector": ["matchLabels": ["app": .string(name)]],
      "template": [
        "metadata": ["labels": ["app": .string(name)]], "spec": ["containers": [["name": "app", "image": "periplus.local/app:1"]]],
      ],
    ],
  ]
}

func barePod(_ name: String) -> JSONValue {
  [
    "metadata": ["name": .string(name), "namespace": "default", "labels": ["app": "x"]],
    "spec": ["containers": [["name": "app", "image": "i:1"]]],
  ]
}

@Suite struct StoreTests {
  private func store(_ clock: TestClock = TestClock(), cache: Int = 1000) throws -> ObjectStore {
    try ObjectStore(path: nil, now: clock.now, watchCacheSize: cache)
  }

  @Test func createFillsDefaults() throws {
    let made = try store().create(.deployments, webDeployment(), by: "test")
    #expect(made.at("spec", "strategy", "rollingUpdate", "maxSurge") == "25%")
    #expect(made.at("spec", "template", "spec", "terminationGracePeriodSeconds") == 30)
    #expect(made.at("spec", "template", "spec", "containers")?[0]?["imagePullPolicy"] == "IfNotPresent")
    #expect(made.at("metadata", "generation") == 1)
    #expect(made.at("metadata", "managedFields")?[0]?["manager"] == "test")
  }

  /// As on a real server: who scaled is told apart from who wrote the rest of the spec.
  @Test func scalingIsAnEntryOfItsOwn() throws {
    let store = try store()
    let made = try store.create(.deployments, webDeployment(), by: "kubectl")
    let scaled = try store.update(
      .deployments, namespace: "default", name: "web", subresource: "scale", by: "kubectl"
    ) { (object) throws(APIError) in object.set("spec", "replicas", to: 7) }
    #expect(scaled.at("spec", "replicas") == 7 && scaled.at("metadata", "generation") == 2)
    let entries = scaled.at("metadata", "managedFields")?.arrayValue ?? []
    #expect(entries.first == made.at("metadata", "managedFields")?[0])
    #expect(entries.last?["subresource"] == "scale" && entries.last?["fieldsV1"] == ["f:spec": ["f:replicas": [:]]])
  }

  @Test func refusalsAreInWords() throws {
    let store = try store()
    var wrong = webDeployment()
    wrong.set("spec", "selector", "matchLabels", "app", to: "other")
    do {
      _ = try store.create(.deployments, wrong, by: "test")
      Issue.record("an invalid deployment was stored")
    } catch {
      #expect(error.code == 422)
      #expect(error.causes.first?.field == "spec.template.metadata.labels")
      #expect(error.message.contains("`selector` does not match template `labels`"))
    }
    try store.create(.deployments, webDeployment(), by: "test")
    #expect(throws: APIError.self) { try store.create(.deployments, webDeployment(), by: "test") }
    var elsewhere = webDeployment()
    elsewhere.set("metadata", "namespace", to: "absent")
    #expect(throws: APIError.self) { try store.create(.deployments, elsewhere, by: "test") }
  }

  @Test func staleWritesConflictAndEqualOnesWriteNothing() throws {
    let store = try store()
    let made = try store.create(.deployments, webDeployment(), by: "test")
    var newer = made
    newer.set("spec", "replicas", to: 3)
    let second = try store.replace(.deployments, newer, by: "test")
    #expect(second.at("metadata", "generation") == 2)
    #expect(throws: APIError.self) { try store.replace(.deployments, newer, by: "test") }
    let revision = store.revision
    _ = try store.replace(.deployments, second, by: "test")
    #expect(store.revision == revision)
    var status = second
    status["status"] = ["replicas": 9]
    status.set("spec", "replicas", to: 77)
    let third = try store.replace(.deployments, status, subresource: "status", by: "kubelet")
    #expect(third.at("spec", "replicas") == 3)
    #expect(third.at("status", "replicas") == 9)
    #expect(third.at("metadata", "generation") == 2)
  }

  @Test func podsWaitForTheirNode() throws {
    let store = try store()
    try store.create(.pods, barePod("p"), by: "test")
    try store.bind("p", namespace: "default", node: "node-1", by: "scheduler")
    let ending = try store.delete(.pods, namespace: "default", name: "p", by: "test")
    #expect(ending.at("metadata", "deletionGracePeriodSeconds") == 30)
    #expect(store.get(.pods, namespace: "default", name: "p") != nil)
    let sooner = try store.delete(.pods, namespace: "default", name: "p", options: .init(gracePeriodSeconds: 5), by: "test")
    #expect(sooner.at("metadata", "deletionGracePeriodSeconds") == 5)
    try store.delete(.pods, namespace: "default", name: "p", options: .init(gracePeriodSeconds: 0), by: "kubelet")
    #expect(store.get(.pods, namespace: "default", name: "p") == nil)
    try store.create(.pods, barePod("q"), by: "test")
    try store.delete(.pods, namespace: "default", name: "q", by: "test")
    #expect(store.get(.pods, namespace: "default", name: "q") == nil, "an unplaced pod goes at once")
  }

  @Test func watchesSeeEveryChangeInOrder() async throws {
    let store = try store()
    try store.create(.pods, barePod("a"), by: "test")
    let watch = try store.watch(.pods, labels: LabelSelector(parsing: "app=x"))
    try store.create(.pods, barePod("b"), by: "test")
    try store.update(.pods, namespace: "default", name: "b", by: "test") { $0.set("metadata", "labels", "app", to: "y") }
    try store.delete(.pods, namespace: "default", name: "a", by: "test")
    watch.cancel()
    var seen: [String] = []
    for await event in watch.events { seen.append("\(event.change.rawValue) \(event.object.name)") }
    #expect(seen == ["ADDED a", "ADDED b", "DELETED b", "DELETED a"], "a pod that leaves the selection is deleted to it")
  }

  @Test func oldWatchesAreExpired() throws {
    let store = try store(cache: 4)
    for index in 0..<10 { try store.create(.pods, barePod("p\(index)"), by: "test") }
    #expect(throws: APIError.self) { try store.watch(.pods, since: 1) }
    _ = try store.watch(.pods, since: store.revision - 2)
  }

  @Test func stateSurvivesAndRevisionsGoOn() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("ground-\(UInt64.random(in: 0...UInt64.max))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("state.sqlite").path
    let clock = TestClock()
    var revision: Int64 = 0
    do {
      let store = try ObjectStore(path: path, now: clock.now)
      try store.create(.pods, barePod("a"), by: "test")
      try store.create(.pods, barePod("b"), by: "test")
      try store.delete(.pods, namespace: "default", name: "b", by: "test")
      revision = store.revision
    }
    let store = try ObjectStore(path: path, now: clock.now)
    #expect(store.list(.pods).items.map(\.name) == ["a"])
    #expect(store.revision == revision)
    #expect(throws: APIError.self) { try store.watch(.pods, since: revision - 1) }
  }

  @Test func aForeignFileIsRefusedInOneSentence() throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("foreign-\(UInt64.random(in: 0...UInt64.max))").path
    try Data("this is no database, it is a text of some length".utf8).write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    do {
      _ = try ObjectStore(path: path, now: TestClock().now)
      Issue.record("a text was opened as state")
    } catch {
      #expect(error.message.contains("cannot be opened") && error.message.contains(path))
    }
  }

  @Test func eventsAreCountedAndExpire() throws {
    let clock = TestClock()
    let store = try store(clock)
    let pod = try store.create(.pods, barePod("p"), by: "test")
    for _ in 0..<3 { store.recordEvent(about: pod, reason: "BackOff", message: "again", component: "kubelet") }
    store.recordEvent(about: pod, reason: "Killing", message: "other", component: "kubelet")
    #expect(store.list(.events).items.compactMap { $0["count"]?.intValue }.sorted() == [1, 3])
    clock.advance(.seconds(3601))
    try store.expireEvents()
    #expect(store.list(.events).items.isEmpty)
  }

  @Test func evictionKeepsTheBudget() throws {
    let store = try store()
    try store.create(.pods, barePod("p"), by: "test")
    try store.bind("p", namespace: "default", node: "n", by: "test")
    try store.update(.pods, namespace: "default", name: "p", subresource: "status", by: "kubelet") {
      $0.set("status", "phase", to: "Running")
    }
    try store.create(
      .podDisruptionBudgets,
      ["metadata": ["name": "b", "namespace": "default"], "spec": ["minAvailable": 1, "selector": ["matchLabels": ["app": "x"]]]],
      by: "test")
    do {
      try store.evict("p", namespace: "default", by: "kubectl")
      Issue.record("the budget was broken")
    } catch {
      #expect(error.code == 429)
    }
    try store.delete(.podDisruptionBudgets, namespace: "default", name: "b", by: "test")
    try store.evict("p", namespace: "default", by: "kubectl")
    let pod = store.get(.pods, namespace: "default", name: "p")
    #expect(pod?.condition("DisruptionTarget")?["reason"] == "EvictionByEvictionAPI")
    #expect(pod?.at("metadata", "deletionTimestamp") != nil)
  }

  /// A write yields to watches with the store's lock held and waits for that of the reading task; who cancels that task must not wait
  /// for the store's.
  @Test(.timeLimit(.minutes(3))) func aWatchThatIsCancelledNeverStopsAWrite() async throws {
    let store = try store()
    try store.create(.configMaps, ["metadata": ["name": "settings", "namespace": "default"]], by: "test")
    let writes = 4_000
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        for count in 0..<writes {
          try store.update(.configMaps, namespace: "default", name: "settings", by: "test") {
            $0.set("data", "count", to: .string(String(count)))
          }
        }
      }
      group.addTask {
        for _ in 0..<writes {
          let watch = try store.watch(.configMaps)
          let reader = Task { for await _ in watch.events {} }
          await Task.yield()
          reader.cancel()
          await reader.value
        }
      }
      try await group.waitForAll()
    }
    let settings = store.get(.configMaps, namespace: "default", name: "settings")
    #expect(settings?.at("data", "count") == .string(String(writes - 1)))
  }

  /// Leases come every few seconds: what is due after a while must not wait for a pause.
  @Test func eventsExpireThoughSomethingAlwaysChanges() throws {
    let clock = TestClock()
    let store = try store(clock)
    let manager = ControllerManager(store: store, controllers: [])
    let pod = try store.create(.pods, barePod("p"), by: "test")
    store.recordEvent(about: pod, reason: "BackOff", message: "again", component: "kubelet")
    _ = manager.pass()
    for _ in 0..<1300 {
      clock.advance(.seconds(3))
      _ = manager.pass()
    }
    #expect(store.list(.events).items.isEmpty)
  }
}
