import GroundControllers
import JSONBytes
import Testing
import TimeFormat

@Suite struct StatefulSetTests {
  private static func set(_ replicas: Int, _ change: (inout JSONValue) -> Void = { _ in }) -> JSONValue {
    var set: JSONValue = [
      "apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": ["name": "db", "namespace": "shop"],
      "spec": [
        "replicas": .int(Int64(replicas)), "serviceName": "db", "podManagementPolicy": "OrderedReady",
        "selector": ["matchLabels": ["app": "db"]], "updateStrategy": ["type": "RollingUpdate", "rollingUpdate": ["partition": 0]],
        "persistentVolumeClaimRetentionPolicy": ["whenDeleted": "Retain", "whenScaled": "Retain"],
        "template": ["metadata": ["labels": ["app": "db"]], "spec": ["containers": [["name": "app", "image": "app:1"]]]],
        "volumeClaimTemplates": [
          ["metadata": ["name": "data"], "spec": ["accessModes": ["ReadWriteOnce"], "resources": ["requests": ["storage": "1Gi"]]]]
        ],
      ],
    ]
    change(&set)
    return set
  }

  private struct Cluster {
    var simulation = Simulation()
    /// Pods in the order in which they were made and deleted: `+db-0`, `-db-2`.
    var steps: [String] = []

    init(_ set: JSONValue) {
      for name in ["node-1", "node-2"] { simulation.add("nodes", node(name, cpu: "64", at: simulation.now)) }
      simulation.add("statefulsets.apps", set)
    }

    /// The controllers look once.
    mutating func look() {
      let before = names
      let ending = Set(self.ending)
      simulation.run([GarbageCollector.controller, StatefulSetController.controller, Scheduler.controller])
      steps += names.filter { !before.contains($0) }.map { "+\($0)" }
      steps += (before.filter { !names.contains($0) } + self.ending).filter { !ending.contains($0) }.map { "-\($0)" }
    }

    /// The kubelet: what is ending ends, what is not ready becomes ready, but for the pods of an image.
    mutating func settle(_ rounds: Int = 40, unready: String? = nil) {
      for _ in 0..<rounds {
        look()
        for pod in simulation.all("pods") {
          if pod.at("metadata", "deletionTimestamp") != nil {
            simulation.confirmDeletion(pod.name)
          } else if pod.condition("Ready") == nil, image(pod.name) != unready {
            simulation.setReady(pod.name, true)
          }
        }
      }
    }

    var names: [String] { simulation.all("pods").map(\.name).sorted() }
    var ending: [String] { simulation.all("pods").filter { $0.at("metadata", "deletionTimestamp") != nil }.map(\.name) }
    var claims: [String] { simulation.all("persistentvolumeclaims").map(\.name).sorted() }
    var status: JSONValue { simulation.all("statefulsets.apps")[0]["status"] ?? [:] }
    func pod(_ name: String) -> JSONValue? { simulation.all("pods").first { $0.name == name } }
    func image(_ name: String) -> String? { pod(name)?.at("spec", "containers")?[0]?["image"]?.stringValue }
    var images: [String?] { names.map { image($0) } }

    mutating func change(_ edit: (inout JSONValue) -> Void) { simulation.change("statefulsets.apps", "db", edit) }
    mutating func setImage(_ image: String) {
      change { $0.set("spec", "template", "spec", "containers", to: [["name": "app", "image": .string(image)]]) }
    }
  }

  @Test func podsHaveTheirOrdinalsNamesAndClaims() throws {
    var cluster = Cluster(Self.set(2))
    cluster.settle()
    #expect(cluster.names == ["db-0", "db-1"])
    #expect(cluster.claims == ["data-db-0", "data-db-1"])
    let pod = try #require(cluster.pod("db-1"))
    #expect(pod.at("spec", "hostname") == "db-1")
    #expect(pod.at("spec", "subdomain") == "db")
    #expect(pod.at("spec", "volumes") == [["name": "data", "persistentVolumeClaim": ["claimName": "data-db-1"]]])
    let labels = pod.at("metadata", "labels")
    #expect(labels?["statefulset.kubernetes.io/pod-name"] == "db-1")
    #expect(labels?["apps.kubernetes.io/pod-index"] == "1")
    #expect(labels?["controller-revision-hash"] == cluster.status["updateRevision"])
    #expect(cluster.status["readyReplicas"] == 2)
    #expect(cluster.status["currentRevision"] == cluster.status["updateRevision"])
    let before = cluster.simulation.objects
    cluster.look()
    #expect(cluster.simulation.objects == before, "a settled cluster is left alone")
  }

  @Test(arguments: [
    ("OrderedReady", 1, ["+db-0"]), ("Parallel", 1, ["+db-0", "+db-1", "+db-2"]),
    ("OrderedReady", 40, ["+db-0", "+db-1", "+db-2"]), ("Parallel", 40, ["+db-0", "+db-1", "+db-2"]),
  ]) func podsComeUpInOrder(policy: String, rounds: Int, steps: [String]) {
    var cluster = Cluster(Self.set(3) { $0.set("spec", "podManagementPolicy", to: .string(policy)) })
    cluster.settle(rounds)
    #expect(cluster.steps == steps)
  }

  @Test func anOrderedSetWaitsForItsFirstPod() {
    var cluster = Cluster(Self.set(3))
    cluster.settle(unready: "app:1")
    #expect(cluster.names == ["db-0"])
    cluster.simulation.setReady("db-0", true)
    cluster.settle()
    #expect(cluster.names == ["db-0", "db-1", "db-2"])
  }

  @Test(arguments: [("OrderedReady", 1), ("Parallel", 3)]) func podsGoInReverse(policy: String, atOnce: Int) {
    var cluster = Cluster(Self.set(4) { $0.set("spec", "podManagementPolicy", to: .string(policy)) })
    cluster.settle()
    cluster.steps = []
    cluster.change { $0.set("spec", "replicas", to: 1) }
    cluster.look()
    #expect(cluster.steps.count == atOnce)
    cluster.settle()
    #expect(cluster.names == ["db-0"])
    if policy == "OrderedReady" { #expect(cluster.steps == ["-db-3", "-db-2", "-db-1"]) }
    #expect(cluster.claims.count == 4, "claims are retained")
  }

  @Test(arguments: [
    (0, ["-db-2", "+db-2", "-db-1", "+db-1", "-db-0", "+db-0"], ["app:2", "app:2", "app:2"]),
    (2, ["-db-2", "+db-2"], ["app:1", "app:1", "app:2"]), (5, [], ["app:1", "app:1", "app:1"]),
  ]) func updatesGoFromTheHighestOrdinalToThePartition(partition: Int, steps: [String], images: [String?]) {
    var cluster = Cluster(
      Self.set(3) { $0.set("spec", "updateStrategy", "rollingUpdate", "partition", to: .int(Int64(partition))) })
    cluster.settle()
    cluster.steps = []
    cluster.setImage("app:2")
    cluster.settle()
    #expect(cluster.steps == steps)
    #expect(cluster.images == images)
    #expect((cluster.status["currentRevision"] == cluster.status["updateRevision"]) == (partition == 0))
    #expect(cluster.status["updatedReplicas"]?.intValue == Int64(images.filter { $0 == "app:2" }.count))
    // A pod below the partition that goes comes back as it was.
    if partition == 2 {
      cluster.simulation.confirmDeletion("db-0")
      cluster.settle()
      #expect(cluster.images == images)
    }
  }

  @Test func anUpdateStopsAtAPodThatDoesNotBecomeReady() {
    var cluster = Cluster(Self.set(3))
    cluster.settle()
    cluster.setImage("app:bad")
    cluster.settle(unready: "app:bad")
    #expect(cluster.images == ["app:1", "app:1", "app:bad"])
    #expect(cluster.status["readyReplicas"] == 2)
  }

  @Test func onDeleteUpdatesOnlyWhatIsDeleted() {
    var cluster = Cluster(Self.set(2) { $0.set("spec", "updateStrategy", to: ["type": "OnDelete"]) })
    cluster.settle()
    cluster.setImage("app:2")
    cluster.settle()
    #expect(cluster.images == ["app:1", "app:1"])
    cluster.simulation.confirmDeletion("db-1")
    cluster.settle()
    #expect(cluster.images == ["app:1", "app:2"])
  }

  @Test func aDeletedPodComesBackWithItsNameAndClaim() throws {
    var cluster = Cluster(Self.set(2))
    cluster.settle()
    let first = try #require(cluster.pod("db-0"))
    let claim = cluster.simulation.all("persistentvolumeclaims").first { $0.name == "data-db-0" }?.uid
    cluster.simulation.confirmDeletion("db-0")
    cluster.settle()
    let second = try #require(cluster.pod("db-0"))
    #expect(second.uid != first.uid)
    #expect(second.at("spec", "volumes") == first.at("spec", "volumes"))
    #expect(cluster.simulation.all("persistentvolumeclaims").first { $0.name == "data-db-0" }?.uid == claim)
    // One that has failed is replaced too.
    cluster.simulation.change("pods", "db-1") { $0.set("status", "phase", to: "Failed") }
    cluster.settle()
    #expect(cluster.pod("db-1")?.condition("Ready")?["status"] == "True")
    #expect(cluster.simulation.events.contains { $0.reason == "RecreatingFailedPod" })
  }

  @Test(arguments: [("Retain", 3), ("Delete", 1)]) func claimsOfPodsThatAreScaledAway(policy: String, left: Int) {
    var cluster = Cluster(Self.set(3) { $0.set("spec", "persistentVolumeClaimRetentionPolicy", "whenScaled", to: .string(policy)) })
    cluster.settle()
    cluster.change { $0.set("spec", "replicas", to: 1) }
    cluster.settle()
    #expect(cluster.claims.count == left)
    cluster.change { $0.set("spec", "replicas", to: 3) }
    cluster.settle()
    #expect(cluster.claims == ["data-db-0", "data-db-1", "data-db-2"])
    #expect(cluster.names.count == 3)
  }

  @Test(arguments: [("Retain", 2), ("Delete", 0)]) func claimsOfASetThatIsDeleted(policy: String, left: Int) {
    var cluster = Cluster(Self.set(2) { $0.set("spec", "persistentVolumeClaimRetentionPolicy", "whenDeleted", to: .string(policy)) })
    cluster.settle()
    cluster.simulation.objects["statefulsets.apps"] = []
    cluster.settle()
    #expect(cluster.names.isEmpty)
    #expect(cluster.claims.count == left)
  }

  @Test func undoMakesTheOldRevisionTheNewest() {
    var cluster = Cluster(Self.set(1))
    cluster.settle()
    let first = cluster.status["updateRevision"]
    cluster.setImage("app:2")
    cluster.settle()
    cluster.setImage("app:1")
    cluster.settle()
    #expect(cluster.status["updateRevision"] == first)
    #expect(cluster.images == ["app:1"])
    #expect(cluster.simulation.all("controllerrevisions.apps").compactMap { $0["revision"]?.intValue }.sorted() == [2, 3])
  }
}
