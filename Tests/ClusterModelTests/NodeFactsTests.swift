import ClusterModel
import Kubernetes
import Testing
import TimeFormat

@Suite struct NodeFactsTests {
  private let decoder = ClusterDecoder()

  private func pod(_ spec: String) throws -> Pod {
    let text = #"{"items":[{"metadata":{"name":"p","uid":"u"},"spec":\#(spec),"status":{"phase":"Running"}}]}"#
    guard case .pod(let pod)? = try decoder.list(.pods, Array(text.utf8)).items.first else { throw Missing() }
    return pod
  }

  private func node(_ text: String) throws -> Node {
    guard case .node(let node)? = try decoder.list(.nodes, Array(#"{"items":[\#(text)]}"#.utf8)).items.first else { throw Missing() }
    return node
  }

  private struct Missing: Error {}

  private static func container(_ cpu: String, _ memory: String, _ more: String = "") -> String {
    #"{"name":"c","resources":{"requests":{"cpu":"\#(cpu)","memory":"\#(memory)"}}\#(more)}"#
  }

  @Test func containersAreSummed() throws {
    let requests = try pod(
      #"{"containers":[\#(Self.container("250m", "64Mi")),\#(Self.container("1", "1Gi")),{"name":"d"}]}"#
    ).requests
    #expect(requests == ResourceAmounts(milliCPU: 1250, memory: 1088 << 20))
  }

  @Test func theLargestInitContainerCountsWhereItIsMore() throws {
    let requests = try pod(
      """
      {"initContainers":[\(Self.container("2", "16Mi")),\(Self.container("100m", "32Mi"))],
       "containers":[\(Self.container("500m", "64Mi")),\(Self.container("500m", "64Mi"))]}
      """
    ).requests
    #expect(requests == ResourceAmounts(milliCPU: 2000, memory: 128 << 20))
  }

  @Test func sidecarsRunBesideAllThatComesAfterThem() throws {
    let sidecar = Self.container("200m", "50Mi", #","restartPolicy":"Always""#)
    let init1 = Self.container("900m", "10Mi")
    let init2 = Self.container("900m", "90Mi")
    let main = Self.container("500m", "20Mi")
    // After the sidecar: 900 m + 200 m is more than 500 m + 200 m; 90 Mi + 50 Mi more than 20 Mi + 50 Mi.
    let later = try pod(#"{"initContainers":[\#(init1),\#(sidecar),\#(init2)],"containers":[\#(main)]}"#).requests
    #expect(later == ResourceAmounts(milliCPU: 1100, memory: 140 << 20))
    // Before it, an init container runs alone.
    let earlier = try pod(#"{"initContainers":[\#(init2),\#(sidecar)],"containers":[\#(main)]}"#).requests
    #expect(earlier == ResourceAmounts(milliCPU: 900, memory: 90 << 20))
  }

  @Test func thePodsOwnRequestsReplaceTheSumAndOverheadComesOnTop() throws {
    let requests = try pod(
      """
      {"overhead":{"cpu":"250m","memory":"120Mi"},"resources":{"requests":{"cpu":"3"}},"containers":[\(Self.container("1", "64Mi"))]}
      """
    ).requests
    #expect(requests == ResourceAmounts(milliCPU: 3250, memory: 184 << 20))
  }

  @Test func taintsPodsAndWhoCordoned() throws {
    // As kubectl 1.32 and the node lifecycle controller leave them.
    let node = try node(
      #"""
      {"metadata":{"name":"n","uid":"u","managedFields":[
         {"manager":"kube-controller-manager","operation":"Update","time":"2026-11-22T14:06:31Z","fieldsV1":{"f:spec":{"f:taints":{}}}},
         {"manager":"kubectl","operation":"Update","time":"2026-11-22T14:09:00Z","fieldsV1":{"f:spec":{"f:unschedulable":{}}}}]},
       "spec":{"unschedulable":true,"taints":[{"key":"dedicated","value":"batch","effect":"NoSchedule"},
         {"key":"node.kubernetes.io/unschedulable","effect":"NoSchedule","timeAdded":"2026-11-22T14:06:30Z"}]},
       "status":{"allocatable":{"cpu":"1930m","memory":"24581692Ki","pods":"110"}}}
      """#)
    #expect(node.taints.map(\.text) == ["dedicated=batch:NoSchedule", "node.kubernetes.io/unschedulable:NoSchedule"])
    #expect(node.allocatablePods == 110 && node.allocatableMilliCPU == 1930)
    // kubectl's entry tells of its last change; the taint came with the cordon.
    #expect(node.cordon(events: []) == Cordon(manager: "kubectl", at: Timestamp(rfc3339: "2026-11-22T14:06:30Z")))
  }

  @Test func theKubeletsEventSaysWhenNothingElseDoes() {
    let node = Node(name: "n", isUnschedulable: true)
    let at = Timestamp(rfc3339: "2026-11-22T14:06:31Z")
    let events = [("n", "NodeNotSchedulable"), ("other", "NodeNotSchedulable"), ("n", "NodeReady")].enumerated().map { place, event in
      ClusterEvent(
        uid: "\(place)", namespace: "default", object: ObjectReference(type: .nodes, name: event.0), type: "Normal", reason: event.1,
        message: "", last: at.map { $0 + .seconds(place) })
    }
    #expect(node.cordon(events: events) == Cordon(at: at))
    #expect(node.cordon(events: []) == Cordon())
  }

  @Test func aTaintThatOutlivesTheCordonIsNone() throws {
    let node = try node(
      #"{"metadata":{"name":"n"},"spec":{"taints":[{"key":"node.kubernetes.io/unschedulable","effect":"NoSchedule","timeAdded":"2026-11-22T14:06:30Z"}]}}"#
    )
    #expect(node.cordon(events: []) == nil)
  }

  @Test func drainLeavesDaemonsAndWhatHasEnded() throws {
    func isEvicted(_ kind: String?, _ phase: String = "Running") -> Bool {
      Pod(
        namespace: "n", name: "p", uid: "u", phase: phase, controller: kind.map { ObjectReference(kind: $0, namespace: "n", name: "o") }
      ).isEvictedByDrain
    }
    #expect(isEvicted("ReplicaSet") && isEvicted(nil))
    #expect(!isEvicted("DaemonSet") && !isEvicted("Node") && !isEvicted("ReplicaSet", "Succeeded"))
  }

  /// What `kubectl describe node` would have said, added up by hand from the recording's pods.
  @Test func aRealClustersNodes() throws {
    let recording = try Recording()
    var state = ClusterState(cluster: "real", at: recording.start)
    var deltas = recording.deltas[...]
    func advance(to seconds: Int) -> [String: (pods: Int, requested: ResourceAmounts)] {
      while let next = deltas.first, next.at <= recording.start + .seconds(seconds) {
        state.apply(next)
        deltas.removeFirst()
      }
      var nodes: [String: (pods: Int, requested: ResourceAmounts)] = [:]
      for pod in state.snapshot().pods where !pod.node.isEmpty && !pod.hasEnded {
        let known = nodes[pod.node] ?? (0, .zero)
        nodes[pod.node] = (known.pods + 1, known.requested + pod.requests)
      }
      return nodes
    }
    let early = advance(to: 181)
    #expect(early["node-1"]?.pods == 7 && early["node-1"]?.requested == ResourceAmounts(milliCPU: 50, memory: 40 << 20))
    #expect(early["node-2"]?.pods == 5 && early["node-2"]?.requested == ResourceAmounts(milliCPU: 30, memory: 40 << 20))
    _ = advance(to: 190)
    let node = try #require(state.snapshot().node("node-1"))
    #expect(node.allocatableMilliCPU == 2000 && node.allocatableMemory == 24_581_692 << 10)
    #expect(node.cordon(events: state.snapshot().events) == Cordon(manager: "kubectl", at: Timestamp(rfc3339: "2026-11-22T14:06:30Z")))
    let late = advance(to: 330)
    #expect(late["node-2"]?.pods == 3 && late["node-2"]?.requested == ResourceAmounts(milliCPU: 1200))
    #expect(late["node-1"]?.pods == 11 && late["node-1"]?.requested == ResourceAmounts(milliCPU: 1280, memory: 80 << 20))
    #expect(state.snapshot().node("node-1")?.cordon(events: state.snapshot().events) == nil)
  }
}
