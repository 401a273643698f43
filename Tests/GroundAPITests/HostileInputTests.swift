import GroundAPI
import GroundControllers
import JSONBytes
import Kubernetes
import Testing
import TimeFormat

/// What once ended or hung the daemon: refused on the way in, and survived where it is stored already.
@Suite("Hostile input") struct HostileInputTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var resource: Resource
    var change: @Sendable (inout JSONValue) -> Void
    var testDescription: String { name }

    init(_ name: String, _ resource: Resource, _ change: @escaping @Sendable (inout JSONValue) -> Void) {
      self.name = name
      self.resource = resource
      self.change = change
    }

    var object: JSONValue {
      var object = SampleObjects.of(resource, "hostile")
      change(&object)
      return object
    }
  }

  private static func container(_ object: inout JSONValue, at path: [String], _ change: (inout JSONValue) -> Void) {
    var containers = object.at(path + ["containers"])?.arrayValue ?? []
    if !containers.isEmpty { change(&containers[0]) }
    object.set((path + ["containers"])[...], to: .array(containers))
  }

  private static let template = ["spec", "template", "spec"]

  static let cases: [Case] = [
    Case("a CPU request of -5", .pods) { container(&$0, at: ["spec"]) { $0.set("resources", "requests", "cpu", to: "-5") } },
    Case("a CPU request of -5 in a template", .deployments) {
      container(&$0, at: template) { $0.set("resources", "requests", "cpu", to: "-5") }
    },
    Case("a negative memory limit", .pods) { container(&$0, at: ["spec"]) { $0.set("resources", "limits", "memory", to: "-1Gi") } },
    Case("a quantity with the smallest exponent", .pods) {
      container(&$0, at: ["spec"]) { $0.set("resources", "requests", "cpu", to: "1e-9223372036854775808") }
    },
    Case("a quantity beyond 64 bits", .pods) {
      container(&$0, at: ["spec"]) { $0.set("resources", "requests", "memory", to: "9223372036854775808") }
    },
    Case("a node with a negative capacity", .nodes) { $0.set("status", "allocatable", "cpu", to: "-9223372036854775808") },
    Case("a node beyond all capacities", .nodes) { $0.set("status", "capacity", "memory", to: "9999999999Ei") },
    Case("the largest revision", .deployments) {
      $0.set("metadata", "annotations", "deployment.kubernetes.io/revision", to: "9223372036854775807")
    },
    Case("the largest revision of a ReplicaSet", .replicaSets) {
      $0.set("metadata", "annotations", "deployment.kubernetes.io/revision", to: "9223372036854775807")
    },
    Case("300 containers", .pods) {
      $0.set(
        "spec", "containers", to: .array((0..<300).map { ["name": .string("c\($0)"), "image": "i:1"] }))
    },
    Case("200,000 arguments", .pods) {
      container(&$0, at: ["spec"]) { $0["args"] = .array(Array(repeating: "x", count: 200_000)) }
    },
    Case("an argument of a megabyte", .pods) {
      container(&$0, at: ["spec"]) { $0["args"] = [.string(String(repeating: "x", count: 1 << 20))] }
    },
    Case("replicas of -1", .deployments) { $0.set("spec", "replicas", to: -1) },
    Case("replicas of -1 of a ReplicaSet", .replicaSets) { $0.set("spec", "replicas", to: -1) },
    Case("replicas of -1 of a StatefulSet", .statefulSets) { $0.set("spec", "replicas", to: -1) },
    Case("more replicas than a machine bears", .deployments) { $0.set("spec", "replicas", to: 2_147_483_647) },
    Case("a history limit below zero", .deployments) { $0.set("spec", "revisionHistoryLimit", to: .int(.min)) },
    Case("the largest ordinal", .statefulSets) { $0.set("spec", "ordinals", "start", to: .int(.max)) },
    Case("the longest grace", .pods) { $0.set("spec", "terminationGracePeriodSeconds", to: .int(.max)) },
    Case("the longest delay of a probe", .pods) {
      container(&$0, at: ["spec"]) {
        $0["livenessProbe"] = ["exec": ["command": ["true"]], "initialDelaySeconds": .int(.max), "timeoutSeconds": .int(.max)]
      }
    },
    Case("the largest surge", .deployments) { $0.set("spec", "strategy", "rollingUpdate", "maxSurge", to: .int(.max)) },
    Case("a negative budget", .podDisruptionBudgets) { $0.set("spec", "minAvailable", to: .int(.min)) },
    Case("a count beyond all counts", .events) { $0["count"] = .int(.max) },
    Case("a revision beyond all revisions", .controllerRevisions) { $0["revision"] = .int(.max) },
  ]

  @Test(arguments: cases) func isRefused(_ hostile: Case) throws {
    let store = try ObjectStore(path: nil, now: TestClock().now)
    do {
      try store.create(hostile.resource, hostile.object, by: "test")
      Issue.record("\(hostile.name) was stored")
    } catch {
      #expect([400, 422].contains(error.code), "\(error)")
    }
  }

  @Test("an object cannot own itself") func ownership() throws {
    let store = try ObjectStore(path: nil, now: TestClock().now)
    let made = try store.create(.configMaps, SampleObjects.of(.configMaps, "self"), by: "test")
    do {
      try store.update(.configMaps, namespace: "default", name: "self", by: "test") {
        $0.set("metadata", "ownerReferences", to: [Self.owner(made)])
      }
      Issue.record("an object that owns itself was stored")
    } catch {
      #expect(error.code == 422 && error.message.contains("cannot own itself"), "\(error)")
    }
  }

  private static func owner(_ object: JSONValue) -> JSONValue {
    [
      "apiVersion": object["apiVersion"] ?? "", "kind": object["kind"] ?? "", "name": .string(object.name), "uid": .string(object.uid),
      "controller": true, "blockOwnerDeletion": true,
    ]
  }

  /// All of it at once, beside a workload that must go on.
  @Test(.timeLimit(.minutes(2))) func isSurvivedWhereItIsStored() async throws {
    try await SampleObjects.withFolder { folder in
      var objects: [(resource: Resource, object: JSONValue)] = Self.cases.enumerated().map { index, hostile in
        var object = hostile.object
        object.set("metadata", "name", to: .string("hostile-\(index)"))
        return (hostile.resource, object)
      }
      for (index, entry) in objects.enumerated() where entry.resource == .deployments {
        // A rollout is under way: the ReplicaSet that is there has another template.
        var set = SampleObjects.of(.replicaSets, "old-\(index)")
        set.set("metadata", "labels", to: entry.object.at("spec", "selector", "matchLabels"))
        set.set("metadata", "annotations", "deployment.kubernetes.io/revision", to: "9223372036854775807")
        objects.append((.replicaSets, set))
      }
      var circle = SampleObjects.of(.configMaps, "circle")
      circle.set("metadata", "uid", to: "uid-circle")
      circle.set("metadata", "ownerReferences", to: [Self.owner(circle)])
      objects.append((.configMaps, circle))
      var node = SampleObjects.of(.nodes, "node-1")
      node.set("status", "conditions", to: [["type": "Ready", "status": "True", "lastHeartbeatTime": "2023-11-14T22:13:20Z"]])
      objects.append((.nodes, node))

      let clock = TestClock()
      let store = try SampleObjects.stored(objects, at: folder + "/state.sqlite", now: clock.now)
      #expect(store.unreadable.isEmpty)
      let manager = ControllerManager(store: store, controllers: Controllers.all())
      for _ in 0..<4 {
        _ = manager.pass()
        clock.advance(.seconds(1))
      }
      try store.create(.deployments, webDeployment("alive"), by: "test")
      // The pods of the hostile ReplicaSets are many; the workload is not starved by them.
      for _ in 0..<4 { _ = manager.pass() }
      #expect(store.list(.pods).items.filter { $0.name.hasPrefix("alive-") }.count == 2)
      // What owns itself can be deleted, in the foreground too.
      try store.delete(.configMaps, namespace: "default", name: "circle", options: .init(propagation: .foreground), by: "test")
      for _ in 0..<2 { _ = manager.pass() }
      #expect(store.get(.configMaps, namespace: "default", name: "circle") == nil)

      try await ClusterFixture.run(on: store) { cluster in
        for resource in Resource.all {
          for accept in ["application/json", ClusterFixture.tables] {
            let answer = await cluster.send("GET", resource.type.path, accept: accept)
            #expect(answer?.status == 200, "\(resource.id) as \(accept)")
          }
        }
      }
    }
  }

  @Test("what was stored before there was a rule can still be reported on, mended and ended") func oldWrongs() async throws {
    try await SampleObjects.withFolder { folder in
      // With the defaults that it was stored with.
      var pod = try ObjectStore(path: nil, now: TestClock().now).create(.pods, SampleObjects.of(.pods, "old"), by: "test")
      Self.container(&pod, at: ["spec"]) { $0.set("resources", "requests", "cpu", to: "-5") }
      pod.set("spec", "nodeName", to: "n")
      let store = try SampleObjects.stored([(.pods, pod)], at: folder + "/state.sqlite", now: TestClock().now)
      try store.update(.pods, namespace: "default", name: "old", subresource: "status", by: "kubelet") {
        $0.set("status", "phase", to: "Running")
      }
      try store.update(.pods, namespace: "default", name: "old", by: "test") { $0.set("metadata", "labels", "a", to: "b") }
      // Another wrong is refused.
      #expect(throws: APIError.self) {
        try store.update(.pods, namespace: "default", name: "old", by: "test") { $0.set("spec", "activeDeadlineSeconds", to: -1) }
      }
      try store.delete(.pods, namespace: "default", name: "old", options: .init(gracePeriodSeconds: 0), by: "kubelet")
      #expect(store.get(.pods, namespace: "default", name: "old") == nil)
    }
  }

  @Test("a row that is no object does not keep the cluster from starting") func unreadableRows() async throws {
    try await SampleObjects.withFolder { folder in
      var deep: JSONValue = [:]
      for _ in 0..<600 { deep = ["a": deep] }
      var object = SampleObjects.of(.configMaps, "deep")
      object["data"] = deep
      let store = try SampleObjects.stored(
        [(.configMaps, object), (.configMaps, SampleObjects.of(.configMaps, "well"))], at: folder + "/state.sqlite", now: TestClock().now)
      #expect(store.unreadable == ["configmaps default/deep"])
      #expect(store.get(.configMaps, namespace: "default", name: "well") != nil)
      // Its place is free.
      try store.create(.configMaps, SampleObjects.of(.configMaps, "deep"), by: "test")
    }
  }

  @Test(
    "numbers of a query beyond all bounds are refused at once",
    arguments: [
      "/api/v1/pods?timeoutSeconds=9223372036854775807", "/api/v1/pods?watch=1&timeoutSeconds=9223372036854775807",
      "/api/v1/pods?watch=1&timeoutSeconds=-1", "/api/v1/pods?watch=1&timeoutSeconds=18446744073709551616",
      "/api/v1/pods?resourceVersion=18446744073709551615", "/api/v1/pods?watch=1&resourceVersion=18446744073709551615",
      "/api/v1/pods?watch=1&resourceVersion=abc", "/api/v1/pods?limit=-1", "/api/v1/pods?limit=99999999999999999999",
    ])
  func queries(path: String) async throws {
    try await ClusterFixture.run { cluster in
      let answer = await cluster.send("GET", path)
      #expect(answer?.status == 400, "\(path): \(String(describing: answer))")
      #expect(await cluster.send("GET", "/readyz")?.status == 200)
    }
  }

  @Test(
    "JSON patches that grow or nest an object are refused",
    arguments: [
      // Each copies all that is there into itself.
      JSONValue.array((0..<40).map { ["op": "copy", "from": "/data", "path": .string("/data/k\($0)")] }),
      .array((0..<40).map { _ in ["op": "copy", "from": "/data", "path": "/data/k"] }),
      .array((0..<20_000).map { ["op": "add", "path": .string("/data/k\($0)"), "value": "x"] }),
      .array((0..<400).map { ["op": "add", "path": .string("/data" + String(repeating: "/a", count: $0 + 1)), "value": [:]] }),
    ])
  func patches(patch: JSONValue) async throws {
    var object = SampleObjects.of(.configMaps, "grows")
    object["data"] = ["a": .string(String(repeating: "x", count: 10_000))]
    do {
      let grown = try JSONPatch.apply(patch, to: object)
      Issue.record("the object has \(grown.jsonBytes.count) bytes now")
    } catch {
      #expect([400, 413, 422].contains(error.code), "\(error)")
    }
  }
}
