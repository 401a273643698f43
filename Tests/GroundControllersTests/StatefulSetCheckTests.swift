import Checks
import ClusterModel
import GroundControllers
import JSONBytes
import MigrationPlan
import StrictYAML
import TestKits
import Testing
import TimeFormat

/// The check of a StatefulSet's update against what the controller does.
@Suite struct StatefulSetCheckTests {
  private var simulation = Simulation()

  init() {
    for name in ["node-1", "node-2"] { simulation.add("nodes", node(name, cpu: "64", at: simulation.now)) }
    simulation.add(
      "statefulsets.apps",
      [
        "apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": ["name": "db", "namespace": "shop"],
        "spec": [
          "replicas": 3, "serviceName": "db", "podManagementPolicy": "OrderedReady", "selector": ["matchLabels": ["app": "db"]],
          "updateStrategy": ["type": "RollingUpdate", "rollingUpdate": ["partition": 0]],
          "template": ["metadata": ["labels": ["app": "db"]], "spec": ["containers": [["name": "app", "image": "app:1"]]]],
        ],
      ])
    settle()
  }

  /// Controllers and kubelet, two seconds a round.
  private mutating func settle(_ rounds: Int = 40) {
    for _ in 0..<rounds {
      simulation.run([GarbageCollector.controller, StatefulSetController.controller, Scheduler.controller])
      simulation.now = simulation.now + .seconds(2)
      for pod in simulation.all("pods") {
        if pod.at("metadata", "deletionTimestamp") != nil {
          simulation.confirmDeletion(pod.name)
        } else if pod.condition("Ready") == nil {
          simulation.setReady(pod.name, true)
        }
      }
    }
  }

  private mutating func setImage(_ image: String) {
    simulation.change("statefulsets.apps", "db") {
      $0.set("spec", "template", "spec", "containers", to: [["name": "app", "image": .string(image)]])
    }
  }

  private func check() async throws -> (outcome: Evidence.Outcome, observed: String) {
    var state = ClusterState(cluster: "c", at: simulation.now)
    state.connection = .live(since: simulation.now)
    for (resource, kind) in [(ClusterResource.pods, "pods"), (ClusterResource(.statefulSet), "statefulsets.apps")] {
      let text = simulation.all(kind).map(\.jsonString).joined(separator: ",")
      let list = try ClusterDecoder().list(resource, Array("{\"items\":[\(text)]}".utf8))
      state.apply(ClusterDelta(resource: resource, change: .relist(list.items), at: simulation.now))
    }
    let (cluster, now) = (StillCluster(state.snapshot()), simulation.now)
    let runner = CheckRunner(CheckContext(cluster: cluster, logs: FakeApp(), client: nil, now: { now }))
    let parameters = YAMLReader.read("{namespace: shop, workload: db}", file: "p").root
    let report = await runner.run("cluster.statefulset-ordered", parameters: parameters)
    return (report.outcome, report.evidence.map(\.observed).joined())
  }

  @Test mutating func aRollingUpdateIsInTurn() async throws {
    setImage("app:2")
    settle(4)
    let early = try await check()
    #expect(early.outcome == .fail && early.observed.contains("db-"), "\(early)")
    settle()
    let done = try await check()
    #expect(done.outcome == .pass && done.observed == "db-2, db-1, db-0 in turn, each ready before the next", "\(done)")
  }

  @Test mutating func aPodThatIsReplacedByHandIsOutOfTurn() async throws {
    setImage("app:2")
    settle()
    simulation.confirmDeletion("db-2")
    settle()
    let outcome = try await check()
    #expect(outcome.outcome == .fail && outcome.observed.hasPrefix("db-1 was created at "), "\(outcome)")
    #expect(outcome.observed.contains(", before db-2 was ready at "))
  }

  @Test mutating func podsThatAreAwayTogetherAreOutOfTurn() async throws {
    simulation.change("statefulsets.apps", "db") { $0.set("spec", "podManagementPolicy", to: "Parallel") }
    setImage("app:2")
    for name in ["db-0", "db-1", "db-2"] { simulation.confirmDeletion(name) }
    settle()
    #expect(try await check().outcome == .fail)
  }

  @Test mutating func belowThePartitionNothingIsExpected() async throws {
    simulation.change("statefulsets.apps", "db") { $0.set("spec", "updateStrategy", "rollingUpdate", "partition", to: 1) }
    setImage("app:2")
    settle()
    #expect(try await check().observed == "db-2, db-1 in turn, each ready before the next")
  }
}
