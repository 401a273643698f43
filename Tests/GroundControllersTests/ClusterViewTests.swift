import GroundControllers
import JSONBytes
import Kubernetes
import TestSupport
import Testing
import TimeFormat

@Suite struct ClusterViewTests {
  private static func owner(_ object: JSONValue) -> JSONValue {
    ["name": .string(object.name), "uid": .string(object.uid), "kind": object["kind"] ?? "", "controller": true]
  }

  /// 300 Deployments of ten pods in 30 namespaces on twelve nodes, a Service and a budget for each: 4,500 objects.
  private static func large() -> Simulation {
    var cluster = Simulation()
    for index in 0..<12 { cluster.add("nodes", node("node-\(index)", at: cluster.now)) }
    for index in 0..<30 {
      cluster.add("namespaces", ["metadata": ["name": .string("team-\(index)"), "namespace": ""]])
      cluster.add("serviceaccounts", ["metadata": ["name": "default", "namespace": .string("team-\(index)")]])
    }
    for index in 0..<300 {
      let home = JSONValue.string("team-\(index % 30)")
      let labels: JSONValue = ["app": .string("web-\(index)"), "tier": "front"]
      var made = deployment("web-\(index)", replicas: 10)
      made.set("metadata", "namespace", to: home)
      made.set("metadata", "uid", to: .string("d\(index)"))
      made.set("spec", "selector", "matchLabels", to: labels)
      cluster.add("deployments.apps", made)
      var set = made
      set["kind"] = "ReplicaSet"
      set["metadata"] = [
        "name": .string("web-\(index)-x"), "namespace": home, "uid": .string("r\(index)"), "labels": labels,
        "ownerReferences": [owner(made)],
      ]
      cluster.add("replicasets.apps", set)
      cluster.add(
        "services",
        ["metadata": ["name": .string("web-\(index)"), "namespace": home], "spec": ["selector": labels, "ports": [["port": 80]]]])
      cluster.add(
        "poddisruptionbudgets.policy",
        [
          "metadata": ["name": .string("web-\(index)"), "namespace": home],
          "spec": ["minAvailable": 1, "selector": ["matchLabels": labels]],
        ])
      for replica in 0..<10 {
        let pod: JSONValue = [
          "kind": "Pod",
          "metadata": [
            "name": .string("web-\(index)-\(replica)"), "namespace": home, "uid": .string("p\(index)-\(replica)"), "labels": labels,
            "ownerReferences": [owner(set)],
          ],
          "spec": ["nodeName": .string("node-\(replica)"), "containers": []],
          "status": ["phase": "Running", "podIP": "127.0.0.9", "conditions": [["type": "Ready", "status": "True"]]],
        ]
        cluster.add("pods", pod)
      }
    }
    return cluster
  }

  @Test func onePodsChangeTouchesFewObjects() throws {
    let meter = ReadMeter()
    var view = ClusterView(Self.large().entries, meter: meter)
    let key = ObjectKey(.pods, namespace: "team-7", name: "web-37-4")
    let old = try #require(view[key])
    var new = old
    new.set("status", "conditions", to: [["type": "Ready", "status": "False"]])
    let change = ObjectChange(key, old: old, new: new)
    let before = meter.reads
    view.apply(change)
    #expect(meter.reads == before, "following reads nothing")
    var looked: [String: [String]] = [:]
    var writes = 0
    for controller in Controllers.all() {
      for key in Set(controller.enqueue(change, view)) {
        looked[controller.name, default: []].append(key.name)
        writes += controller.reconcile(key, view, Timestamp(seconds: 1_700_000_000)).writes.count
      }
    }
    let touched = meter.reads - before
    // Among them the ten services and ten budgets of the namespace, and four times the ten pods.
    #expect(touched < 150, "\(touched) of 4,500 objects were read")
    #expect(looked["deployment-controller"] == ["web-37"])
    #expect(looked["replicaset-controller"] == ["web-37-x"])
    #expect(looked["endpointslice-controller"] == ["web-37"])
    #expect(looked["disruption-controller"] == ["web-37"])
    #expect(looked["node-controller"] == nil)
    #expect(looked["namespace-controller"] == nil)
    #expect(looked["default-scheduler"] == nil)
    #expect(writes > 0)
  }

  /// Whatever happens, the view that followed is the one that would be made anew.
  @Test(arguments: 0..<20 as Range<UInt64>) func followingIsTheSameAsStartingAnew(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var present: [ObjectKey: JSONValue] = [:]
    var view = ClusterView()
    for step in 0..<300 {
      let type = [ResourceType.pods, .replicaSets, .events].randomElement(using: &random) ?? .pods
      let key = ObjectKey(
        type, namespace: "ns-\(Int.random(in: 0..<3, using: &random))", name: "o\(Int.random(in: 0..<12, using: &random))")
      var new: JSONValue?
      if Int.random(in: 0..<4, using: &random) > 0 {
        let old = present[key]
        new = [
          "metadata": [
            "name": .string(key.name), "namespace": .string(key.namespace), "uid": old?.at("metadata", "uid") ?? .string("u\(step)"),
            "creationTimestamp": old?.at("metadata", "creationTimestamp")
              ?? .string(Timestamp(seconds: 1_700_000_000 + Int64.random(in: 0..<50, using: &random)).rfc3339(.seconds)),
            "labels": ["app": .string("a\(Int.random(in: 0..<3, using: &random))")],
            "ownerReferences": [["uid": .string("u\(Int.random(in: 0..<step + 1, using: &random))"), "controller": true]],
          ],
          "spec": ["nodeName": .string(["", "n1", "n2"].randomElement(using: &random) ?? "")],
        ]
      }
      view.apply(ObjectChange(key, old: present[key], new: new))
      present[key] = new
    }
    let fresh = ClusterView(present.map { (key: $0.key, object: $0.value) })
    for type in [ResourceType.pods, .replicaSets, .events] {
      #expect(view.all(type) == fresh.all(type))
      #expect(view.all(type).count == present.keys.filter { $0.type == type }.count)
    }
    for app in ["a0", "a1", "a2"] {
      let selector = LabelSelector(map: ["app": .string(app)])
      let found = view.selected(.pods, in: "ns-1", by: selector)
      #expect(found == fresh.selected(.pods, in: "ns-1", by: selector))
      #expect(
        found.count
          == present.filter { $0.key.type == .pods && $0.key.namespace == "ns-1" && selector.matches($0.value.at("metadata", "labels")) }
          .count)
    }
    for node in ["", "n1", "n2"] { #expect(view.pods(on: node) == fresh.pods(on: node)) }
    #expect(Outcomes.all(view) == Outcomes.all(fresh), "the controllers see the same")
  }

  private enum Outcomes {
    static func all(_ view: ClusterView) -> [[Write]] {
      Controllers.all().map { $0.reconcileAll(view, Timestamp(seconds: 1_700_000_100)).writes }
    }
  }
}
