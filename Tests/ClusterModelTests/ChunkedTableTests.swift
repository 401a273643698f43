import ClusterModel
import Kubernetes
import TestSupport
import Testing
import TimeFormat

@Suite("Chunked tables")
struct ChunkedTableTests {
  private static func pod(_ index: Int, node: String = "node") -> Pod {
    Pod(namespace: "team-\(index % 50)", name: "app-\(index)", uid: "uid-\(index)", node: node)
  }

  @Test("one delta among 20,000 pods copies one chunk; a snapshot shares all the others", arguments: [0, 9_999, 19_999])
  func sharing(changed: Int) {
    var state = ClusterState(cluster: "c", at: Timestamp(seconds: 0))
    let pods = (0..<20_000).map { ClusterObject.pod(Self.pod($0)) }
    state.apply(ClusterDelta(resource: .pods, change: .relist(pods), at: Timestamp(seconds: 1)))
    let before = state.snapshot()
    #expect(before.pods.count == 20_000)
    #expect(before.pods.chunkCount < 128)
    state.apply(ClusterDelta(resource: .pods, change: .modified(.pod(Self.pod(changed, node: "other"))), at: Timestamp(seconds: 2)))
    let after = state.snapshot()
    #expect(after.pods.sharedChunks(with: before.pods) == before.pods.chunkCount - 1)
    #expect(before.pod("app-\(changed)", in: "team-\(changed % 50)")?.node == "node")
    #expect(after.pod("app-\(changed)", in: "team-\(changed % 50)")?.node == "other")
    // A second change of the same pod copies no further chunk.
    state.apply(ClusterDelta(resource: .pods, change: .modified(.pod(Self.pod(changed, node: "third"))), at: Timestamp(seconds: 3)))
    #expect(state.snapshot().pods.sharedChunks(with: before.pods) == before.pods.chunkCount - 1)
  }

  @Test("a new pod and one that goes cost a chunk or two, and no kind costs another") func comingAndGoing() {
    var state = ClusterState(cluster: "c", at: Timestamp(seconds: 0))
    let pods = (0..<20_000).map { ClusterObject.pod(Self.pod($0)) }
    state.apply(ClusterDelta(resource: .pods, change: .relist(pods), at: Timestamp(seconds: 1)))
    let before = state.snapshot()
    state.apply(ClusterDelta(resource: .pods, change: .added(.pod(Self.pod(20_001))), at: Timestamp(seconds: 2)))
    state.apply(ClusterDelta(resource: .pods, change: .deleted(.pod(Self.pod(7))), at: Timestamp(seconds: 2)))
    let workload = Workload(reference: ObjectReference(kind: "Deployment", namespace: "n", name: "w", uid: "w"))
    state.apply(ClusterDelta(resource: ClusterResource(.deployment), change: .added(.workload(workload)), at: Timestamp(seconds: 2)))
    #expect(state.snapshot().pods.count == 20_000)
    #expect(state.snapshot().pods.sharedChunks(with: before.pods) >= before.pods.chunkCount - 2)
  }

  @Test("whatever is done to it, it holds what a dictionary holds, in order", arguments: [1, 2, 3, 4] as [UInt64])
  func model(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var model: [Int: Pod] = [:]
    var table = ChunkedTable<Pod>()
    for step in 0..<6_000 {
      // Grows, then shrinks, then turns over.
      let isRemoval = random.next() % 100 < (step < 2_500 ? 20 : step < 4_500 ? 85 : 50)
      let index = Int(random.next() % 3_000)
      if isRemoval {
        model[index] = nil
        table.remove(Self.pod(index))
      } else {
        let pod = Self.pod(index, node: "node-\(step)")
        model[index] = pod
        table.put(pod)
      }
      if step % 500 == 499 {
        expect(table, holds: model.values)
        let copy = ChunkedTable(model.values)
        #expect(copy == table)
        #expect(copy.hashValue == table.hashValue)
      }
    }
    while let first = table.first {
      table.removeFirst()
      #expect(table.first.map { first.precedes($0) } ?? true)
    }
    #expect(table.isEmpty && table.chunkCount == 0)
  }

  private func expect(_ table: ChunkedTable<Pod>, holds pods: some Collection<Pod>) {
    let sorted = pods.sorted { $0.precedes($1) }
    #expect(Array(table) == sorted)
    #expect(table.count == sorted.count)
    #expect(table.reversed() == Array(sorted.reversed()))
    #expect(Array(table.indices.map { table[$0] }) == sorted)
    // No chunk is too large, and not nearly all are crumbs.
    #expect(table.chunkCount * ChunkedTable<Pod>.chunkSize >= table.count)
    #expect(table.chunkCount <= table.count / 32 + 4)
    for pod in sorted.indices.filter({ $0 % 97 == 0 }).map({ sorted[$0] }) {
      let place = table.partition { $0.precedes(pod) }
      #expect(place < table.endIndex && table[place] == pod)
    }
  }

  @Test("rows come in any order, and of two with one place the last is kept") func building() {
    let pods = [3, 1, 2].map { Self.pod($0) } + [Self.pod(2, node: "later")]
    let table = ChunkedTable(pods)
    #expect(table.map(\.name) == ["app-1", "app-2", "app-3"])
    #expect(table.first { $0.name == "app-2" }?.node == "later")
    #expect(ChunkedTable<Pod>().first == nil)
  }

  @Test("objects are found by name; a namesake of another kind or namespace is another") func finding() {
    let set = ObjectReference(kind: "ReplicaSet", namespace: "shop", name: "web-1", uid: "rs")
    let deployment = ObjectReference(kind: "Deployment", namespace: "shop", name: "web", uid: "d")
    var pod = Pod(namespace: "shop", name: "web-1-a", uid: "p")
    pod.controller = set
    let snapshot = ClusterSnapshot(
      cluster: "c", at: Timestamp(seconds: 0), nodes: [Node(name: "n2"), Node(name: "n1")],
      pods: [pod, Pod(namespace: "other", name: "web-1-a", uid: "q"), Pod(namespace: "zoo", name: "ape", uid: "r")],
      workloads: [Workload(reference: set, controller: deployment), Workload(reference: deployment)])
    #expect(snapshot.pod("web-1-a", in: "shop")?.uid == "p")
    #expect(snapshot.pod("web-1-a", in: "nowhere") == nil)
    #expect(snapshot.pods(in: "shop").map(\.uid) == ["p"])
    #expect(snapshot.pods(in: "sho").isEmpty)
    #expect(snapshot.node("n1") != nil && snapshot.node("n3") == nil)
    #expect(snapshot.workload(deployment)?.reference == deployment)
    #expect(snapshot.workload(ObjectReference(kind: "StatefulSet", namespace: "shop", name: "web")) == nil)
    #expect(snapshot.topController(of: pod) == deployment)
    #expect(snapshot.owner(of: pod) == deployment)
    #expect(snapshot.workloads.map(\.reference.kind) == ["Deployment", "ReplicaSet"])
    #expect(snapshot.workloads["ReplicaSet"].count == 1)
    #expect(snapshot.workloads[namespace: "shop"].map(\.reference.kind) == ["Deployment", "ReplicaSet"])
    #expect(snapshot.workloads[namespace: "sho"].isEmpty && snapshot.workloads[namespace: "shoq"].isEmpty)
    #expect(snapshot.id(of: deployment).cluster == "c")
  }

  @Test("an event that happens again moves to the end; beyond the limit the oldest go") func events() {
    var state = ClusterState(cluster: "c", at: Timestamp(seconds: 0))
    func event(_ uid: String, at second: Int64) -> ClusterObject {
      .event(
        ClusterEvent(
          uid: uid, namespace: "n", object: ObjectReference(kind: "Pod", namespace: "n", name: "p"), type: "Normal", reason: "Pulled",
          message: "", last: Timestamp(seconds: second)))
    }
    func apply(_ change: ClusterDelta.Change) { state.apply(ClusterDelta(resource: .events, change: change, at: Timestamp(seconds: 9))) }
    apply(.relist([event("b", at: 2), event("a", at: 1)]))
    apply(.modified(event("a", at: 3)))
    #expect(state.snapshot().events.map(\.uid) == ["b", "a"])
    apply(.deleted(event("b", at: 5)))
    #expect(state.snapshot().events.map(\.uid) == ["a"])
    for index in 0..<ClusterState.eventLimit { apply(.added(event("e\(index)", at: Int64(10 + index)))) }
    #expect(state.snapshot().events.count == ClusterState.eventLimit)
    #expect(state.snapshot().events.first?.uid == "e0")
  }
}
