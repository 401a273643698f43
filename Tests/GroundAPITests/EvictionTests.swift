import Foundation
import GroundAPI
import GroundControllers
import JSONBytes
import Kubernetes
import Testing
import TimeFormat

@Suite("Evictions") struct EvictionTests {
  private func store(pods: Int, allowed: Int, isReady: Bool = true, healthy: Int? = nil) throws -> ObjectStore {
    let store = try ObjectStore(path: nil, now: TestClock().now)
    for index in 0..<pods {
      try store.create(.pods, barePod("p\(index)"), by: "test")
      try store.bind("p\(index)", namespace: "default", node: "n", by: "test")
      try store.update(.pods, namespace: "default", name: "p\(index)", subresource: "status", by: "kubelet") {
        $0.set("status", "phase", to: "Running")
        $0.set("status", "conditions", to: [["type": "Ready", "status": isReady ? "True" : "False"]])
      }
    }
    try store.create(
      .podDisruptionBudgets,
      ["metadata": ["name": "b", "namespace": "default"], "spec": ["minAvailable": 1, "selector": ["matchLabels": ["app": "x"]]]],
      by: "test")
    try store.update(.podDisruptionBudgets, namespace: "default", name: "b", subresource: "status", by: "test") {
      $0["status"] = [
        "disruptionsAllowed": .int(Int64(allowed)), "desiredHealthy": 1, "currentHealthy": .int(Int64(healthy ?? pods)),
        "expectedPods": .int(Int64(pods)),
      ]
    }
    return store
  }

  /// Two drains at once: the budget allows two disruptions, and two happen.
  @Test func atOnceTheyTakeNoMoreThanIsAllowed() async throws {
    for _ in 0..<20 {
      let store = try store(pods: 16, allowed: 2)
      let evicted = await withTaskGroup(of: Bool.self) { group in
        for index in 0..<16 {
          group.addTask {
            do {
              try store.evict("p\(index)", namespace: "default", by: "drain")
              return true
            } catch {
              #expect((error as? APIError)?.code == 429)
              return false
            }
          }
        }
        return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
      }
      #expect(evicted == 2)
      #expect(store.list(.pods).items.filter { $0.at("metadata", "deletionTimestamp") != nil }.count == 2)
      #expect(store.get(.podDisruptionBudgets, namespace: "default", name: "b")?.at("status", "disruptionsAllowed") == 0)
    }
  }

  /// KEP 3017: a pod that serves nobody is not what the budget protects.
  @Test func anUnreadyPodGoesWhereTheBudgetIsWhole() throws {
    let whole = try store(pods: 2, allowed: 0, isReady: false, healthy: 1)
    try whole.evict("p0", namespace: "default", by: "drain")
    let short = try store(pods: 2, allowed: 0, isReady: false, healthy: 0)
    #expect(throws: APIError.self) { try short.evict("p0", namespace: "default", by: "drain") }
  }

  /// A count that was made before an eviction must not give back what that took.
  @Test func theControllerNeverWritesOntoANewerBudget() throws {
    let store = try store(pods: 3, allowed: 0)
    let manager = ControllerManager(store: store, controllers: [DisruptionController.controller])
    _ = manager.pass()
    #expect(store.get(.podDisruptionBudgets, namespace: "default", name: "b")?.at("status", "disruptionsAllowed") == 2)
    for pod in ["p0", "p1"] { try store.evict(pod, namespace: "default", by: "drain") }
    #expect(throws: APIError.self) { try store.evict("p2", namespace: "default", by: "drain") }
    _ = manager.pass()
    #expect(throws: APIError.self) { try store.evict("p2", namespace: "default", by: "drain") }
  }
}
