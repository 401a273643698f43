import GroundControllers
import JSONBytes
import Testing
import TimeFormat

@Suite struct ControllerTests {
  private func pod(_ name: String, cpu: String? = nil) -> JSONValue {
    var pod: JSONValue = [
      "apiVersion": "v1", "kind": "Pod", "metadata": ["name": .string(name), "labels": ["app": "web"]],
      "spec": ["containers": [["name": "app", "image": "app:1"]]],
    ]
    if let cpu {
      pod.set("spec", "containers", to: [["name": "app", "image": "app:1", "resources": ["requests": ["cpu": .string(cpu)]]]])
    }
    return pod
  }

  @Test func theSchedulerSaysWhyNothingFits() {
    var cluster = Simulation()
    for name in ["node-1", "node-2", "node-3"] { cluster.add("nodes", node(name, cpu: "2", at: cluster.now)) }
    cluster.change("nodes", "node-3") { $0.set("spec", "unschedulable", to: true) }
    cluster.add("pods", pod("greedy", cpu: "3"))
    cluster.run([Scheduler.controller])
    let message = cluster.all("pods")[0].condition("PodScheduled")?["message"]?.stringValue
    #expect(
      message
        == "0/3 nodes are available: 1 node(s) were unschedulable, 2 Insufficient cpu. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling."
    )
    #expect(cluster.events.map(\.reason) == ["FailedScheduling"])
    cluster.run([Scheduler.controller])
    #expect(cluster.events.count == 1, "the same reason is not told again")
  }

  @Test func requestsAreCounted() {
    var cluster = Simulation()
    for name in ["node-1", "node-2"] { cluster.add("nodes", node(name, cpu: "1", at: cluster.now)) }
    for index in 1...3 { cluster.add("pods", pod("p\(index)", cpu: "600m")) }
    cluster.run([Scheduler.controller])
    #expect(cluster.all("pods").filter { $0.at("spec", "nodeName") != nil }.count == 2)
  }

  @Test func aSilentNodeLosesItsPodsAfterTheirToleration() {
    var cluster = Simulation()
    cluster.add("nodes", node("node-1", at: cluster.now))
    var resident = pod("p1")
    resident.set("spec", "nodeName", to: "node-1")
    resident.set(
      "spec", "tolerations",
      to: [["key": "node.kubernetes.io/unreachable", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300]])
    cluster.add("pods", resident)
    cluster.setReady("p1", true)
    let controller = NodeController(gracePeriod: .seconds(40), longestToleration: .seconds(5)).controller
    cluster.now = cluster.now + .seconds(41)
    cluster.run([controller])
    #expect(cluster.all("nodes")[0].condition("Ready")?["status"] == "Unknown")
    #expect((cluster.all("nodes")[0].at("spec", "taints")?.arrayValue ?? []).count == 2)
    #expect(cluster.all("pods")[0].condition("Ready")?["status"] == "False")
    #expect(cluster.all("pods")[0].at("metadata", "deletionTimestamp") == nil)
    let asked = controller.reconcileAll(cluster.view, cluster.now).again
    #expect(asked == cluster.now + .seconds(5))
    cluster.now = cluster.now + .seconds(5)
    cluster.run([controller])
    #expect(cluster.all("pods")[0].condition("DisruptionTarget")?["reason"] == "DeletionByTaintManager")
    #expect(cluster.all("pods")[0].at("metadata", "deletionTimestamp") != nil)
    let stamp = cluster.now.rfc3339(.seconds)
    cluster.change("nodes", "node-1") {
      $0.set("status", "conditions", to: [["type": "Ready", "status": "True", "lastHeartbeatTime": .string(stamp)]])
    }
    cluster.run([controller])
    #expect(cluster.all("nodes")[0].at("spec", "taints") == nil)
  }

  @Test func endpointsFollowReadinessAndEnd() {
    var cluster = Simulation()
    cluster.add(
      "services",
      [
        "metadata": ["name": "web"],
        "spec": ["selector": ["app": "web"], "ports": [["port": 8080, "targetPort": 8080, "protocol": "TCP"]]],
      ])
    cluster.add("pods", pod("p1"))
    cluster.run([EndpointSliceController.controller])
    func endpoint() -> JSONValue? { cluster.all("endpointslices.discovery.k8s.io").first?["endpoints"]?[0]?["conditions"] }
    #expect(endpoint() == nil, "a pod without an address is no endpoint")
    cluster.setReady("p1", true)
    cluster.run([EndpointSliceController.controller])
    #expect(endpoint() == ["ready": true, "serving": true, "terminating": false])
    cluster.change("pods", "p1") { $0.set("metadata", "deletionTimestamp", to: "2026-01-01T00:00:00Z") }
    cluster.run([EndpointSliceController.controller])
    #expect(endpoint() == ["ready": false, "serving": true, "terminating": true])
    #expect(cluster.all("endpointslices.discovery.k8s.io").count == 1)
  }

  @Test func whatHasNoOwnerGoes() {
    var cluster = Simulation()
    cluster.add("replicasets.apps", ["metadata": ["name": "set", "uid": "u1"]])
    var owned = pod("p1")
    owned.set("metadata", "ownerReferences", to: [["uid": "u1", "name": "set", "controller": true]])
    cluster.add("pods", owned)
    cluster.run([GarbageCollector.controller])
    #expect(cluster.all("pods").count == 1)
    cluster.objects["replicasets.apps"] = []
    cluster.run([GarbageCollector.controller])
    #expect(cluster.all("pods").isEmpty)
  }

  @Test func budgetsCountHealthyPods() {
    var cluster = Simulation()
    cluster.add(
      "poddisruptionbudgets.policy",
      ["metadata": ["name": "web"], "spec": ["minAvailable": 1, "selector": ["matchLabels": ["app": "web"]]]])
    for index in 1...3 {
      cluster.add("pods", pod("p\(index)"))
      cluster.setReady("p\(index)", true)
    }
    cluster.run([DisruptionController.controller])
    #expect(cluster.all("poddisruptionbudgets.policy")[0].at("status", "disruptionsAllowed") == 2)
  }

  @Test(
    "pods count whoever owns them: a StatefulSet, a kind that is not here, nobody",
    arguments: ["apps/v1", "example.com/v1", nil] as [String?])
  func budgetsCountPodsOfEveryOwner(version: String?) {
    var cluster = Simulation()
    cluster.add(
      "poddisruptionbudgets.policy",
      ["metadata": ["name": "web"], "spec": ["maxUnavailable": 1, "selector": ["matchLabels": ["app": "web"]]]])
    if version == "apps/v1" {
      cluster.add("statefulsets.apps", ["metadata": ["name": "web", "uid": "u1"], "spec": ["replicas": 3]])
    }
    for index in 1...3 {
      var member = pod("p\(index)")
      if let version {
        member.set(
          "metadata", "ownerReferences",
          to: [["apiVersion": .string(version), "kind": "StatefulSet", "name": "web", "uid": "u1", "controller": true]])
      }
      cluster.add("pods", member)
      cluster.setReady("p\(index)", true)
    }
    cluster.run([DisruptionController.controller])
    let status = cluster.all("poddisruptionbudgets.policy")[0]["status"]
    #expect(
      status?["expectedPods"] == 3 && status?["desiredHealthy"] == 2 && status?["disruptionsAllowed"] == 1, "\(String(describing: status))")
  }

  /// As GarbageCollector of Kubernetes breaks circles of `blockOwnerDeletion`.
  @Test func circlesOfOwnersCanBeDeleted() {
    var cluster = Simulation()
    for (name, owner) in [("one", "two"), ("two", "one"), ("self", "self")] {
      cluster.add(
        "configmaps",
        [
          "metadata": [
            "name": .string(name), "uid": .string(name), "finalizers": ["foregroundDeletion"], "deletionTimestamp": "2023-11-14T22:13:20Z",
            "ownerReferences": [["uid": .string(owner), "name": .string(owner), "blockOwnerDeletion": true]],
          ]
        ])
    }
    for _ in 0..<2 { cluster.run([GarbageCollector.controller]) }
    #expect(cluster.all("configmaps").allSatisfy { $0.at("metadata", "finalizers") == nil })
  }

  @Test func equalTemplatesHaveEqualHashes() {
    let one: JSONValue = ["a": 1, "b": ["c": 2, "d": 3]]
    let other: JSONValue = ["b": ["d": 3, "c": 2], "a": 1]
    #expect(TemplateHash.of(one) == TemplateHash.of(other))
    #expect(TemplateHash.of(one) != TemplateHash.of(["a": 1]))
    #expect(TemplateHash.of(one) != TemplateHash.of(one, collision: 1))
  }
}
