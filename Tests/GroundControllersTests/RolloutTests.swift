import GroundControllers
import JSONBytes
import TestSupport
import Testing
import TimeFormat

@Suite struct RolloutTests {
  private static let pair = [DeploymentController.controller, ReplicaSetController.controller, Scheduler.controller]

  private func cluster(_ deployment: JSONValue) -> Simulation {
    var cluster = Simulation()
    for name in ["node-1", "node-2", "node-3"] { cluster.add("nodes", node(name, cpu: "64", at: cluster.now)) }
    cluster.add("deployments.apps", deployment)
    return cluster
  }

  private func settle(_ cluster: inout Simulation) {
    for _ in 0..<60 {
      cluster.run(Self.pair)
      for pod in cluster.all("pods") {
        if pod.at("metadata", "deletionTimestamp") != nil {
          cluster.confirmDeletion(pod.name)
        } else if pod.condition("Ready") == nil {
          cluster.setReady(pod.name, true)
        }
      }
    }
  }

  private func image(_ pod: JSONValue) -> String? { pod.at("spec", "containers")?[0]?["image"]?.stringValue }

  @Test func createsReplicaSetAndPods() {
    var cluster = cluster(deployment("web", replicas: 3))
    settle(&cluster)
    #expect(cluster.all("replicasets.apps").count == 1)
    #expect(cluster.all("pods").count == 3)
    let status = cluster.all("deployments.apps")[0]["status"]
    #expect(status?["availableReplicas"]?.intValue == 3)
    #expect(cluster.all("deployments.apps")[0].condition("Progressing")?["reason"] == "NewReplicaSetAvailable")
    #expect(Set(cluster.all("pods").compactMap { $0.at("spec", "nodeName")?.stringValue }).count == 3)
    let before = cluster.objects
    cluster.run(Self.pair)
    #expect(cluster.objects == before, "a settled cluster is left alone")
  }

  @Test(arguments: [
    (1, "25%" as JSONValue, "25%" as JSONValue), (3, 1, 0), (3, 0, 1), (5, "25%", "25%"), (10, "50%", "20%"), (4, "100%", "0%"),
    (2, "0%", "10%"),
  ]) func rollingUpdateKeepsItsBounds(replicas: Int, surge: JSONValue, unavailable: JSONValue) {
    for seed in 0..<6 as Range<UInt64> {
      var random = SeededGenerator(seed: seed &* 77 &+ 5)
      var cluster = cluster(deployment("web", replicas: replicas, surge: surge, unavailable: unavailable))
      settle(&cluster)
      cluster.change("deployments.apps", "web") {
        $0.set("spec", "template", "spec", "containers", to: [["name": "app", "image": "app:2"]])
      }
      func resolved(_ value: JSONValue, up: Bool) -> Int {
        if let number = value.intValue { return Int(number) }
        let percent = Int((value.stringValue ?? "0%").dropLast()) ?? 0
        return up ? (replicas * percent + 99) / 100 : replicas * percent / 100
      }
      let most = replicas + resolved(surge, up: true)
      let lost = resolved(unavailable, up: false)
      let fewest = replicas - (lost == 0 && resolved(surge, up: true) == 0 ? 1 : lost)
      var isDone = false
      for _ in 0..<400 {
        cluster.run(Self.pair)
        let pods = cluster.all("pods").filter { $0.at("metadata", "deletionTimestamp") == nil }
        #expect(pods.count <= most, "\(pods.count) pods of at most \(most)")
        let ready = pods.filter { $0.condition("Ready")?["status"] == "True" }
        #expect(ready.count >= fewest, "\(ready.count) ready of at least \(fewest)")
        // Anything may become ready or go away, or nothing may happen for a while.
        let all = cluster.all("pods")
        if let pod = all.randomElement(using: &random) {
          if pod.at("metadata", "deletionTimestamp") != nil {
            cluster.confirmDeletion(pod.name)
          } else if pod.condition("Ready") == nil {
            cluster.setReady(pod.name, true)
          }
        }
        isDone = all.count == replicas && all.allSatisfy { image($0) == "app:2" && $0.condition("Ready")?["status"] == "True" }
        if isDone { break }
      }
      #expect(isDone, "the rollout of \(replicas) with \(surge) and \(unavailable) ends")
    }
  }

  @Test func undoReusesTheReplicaSetWithANewRevision() {
    var cluster = cluster(deployment("web", replicas: 2))
    settle(&cluster)
    let first = cluster.all("replicasets.apps")[0].name
    cluster.change("deployments.apps", "web") { $0.set("spec", "template", "spec", "containers", to: [["name": "app", "image": "app:2"]]) }
    settle(&cluster)
    #expect(cluster.all("deployments.apps")[0].at("metadata", "annotations", "deployment.kubernetes.io/revision") == "2")
    cluster.change("deployments.apps", "web") { $0.set("spec", "template", "spec", "containers", to: [["name": "app", "image": "app:1"]]) }
    settle(&cluster)
    #expect(cluster.all("replicasets.apps").count == 2)
    let set = cluster.all("replicasets.apps").first { $0.name == first }
    #expect(set?.at("metadata", "annotations", "deployment.kubernetes.io/revision") == "3")
    #expect(set?.at("spec", "replicas") == 2)
  }

  @Test func oldReplicaSetsBeyondTheLimitGo() {
    var cluster = cluster(deployment("web", replicas: 1))
    for version in 1...6 {
      cluster.change("deployments.apps", "web") {
        $0.set("spec", "template", "spec", "containers", to: [["name": "app", "image": .string("app:\(version)")]])
      }
      settle(&cluster)
    }
    #expect(cluster.all("replicasets.apps").count == 3, "the current one and two of history")
  }

  @Test func recreateNeverRunsTwoVersions() {
    var made = deployment("web", replicas: 2)
    made.set("spec", "strategy", to: ["type": "Recreate"])
    var cluster = cluster(made)
    settle(&cluster)
    cluster.change("deployments.apps", "web") { $0.set("spec", "template", "spec", "containers", to: [["name": "app", "image": "app:2"]]) }
    for _ in 0..<40 {
      cluster.run(Self.pair)
      #expect(Set(cluster.all("pods").compactMap(image)).count <= 1)
      if let pod = cluster.all("pods").first(where: { $0.at("metadata", "deletionTimestamp") != nil }) { cluster.confirmDeletion(pod.name) }
      for pod in cluster.all("pods") where pod.condition("Ready") == nil { cluster.setReady(pod.name, true) }
    }
    #expect(cluster.all("pods").compactMap(image) == ["app:2", "app:2"])
  }

  @Test func scalingUpAndDown() {
    var cluster = cluster(deployment("web", replicas: 2))
    settle(&cluster)
    cluster.change("deployments.apps", "web") { $0.set("spec", "replicas", to: 5) }
    settle(&cluster)
    #expect(cluster.all("pods").count == 5)
    cluster.change("deployments.apps", "web") { $0.set("spec", "replicas", to: 0) }
    settle(&cluster)
    #expect(cluster.all("pods").isEmpty)
    #expect(
      cluster.events.contains {
        $0.reason == "ScalingReplicaSet" && $0.message.hasPrefix("Scaled up replica set") && $0.message.hasSuffix("from 2 to 5")
      })
  }

  @Test func aStuckRolloutMissesItsDeadline() {
    var cluster = cluster(deployment("web", replicas: 2))
    settle(&cluster)
    cluster.change("deployments.apps", "web") { $0.set("spec", "template", "spec", "containers", to: [["name": "app", "image": "app:2"]]) }
    for _ in 0..<10 { cluster.run(Self.pair) }
    #expect(cluster.all("deployments.apps")[0].condition("Progressing")?["status"] == "True")
    cluster.now = cluster.now + .seconds(120)
    for _ in 0..<3 { cluster.run(Self.pair) }
    #expect(cluster.all("deployments.apps")[0].condition("Progressing")?["reason"] == "ProgressDeadlineExceeded")
  }

  @Test func aPausedDeploymentDoesNotRollOut() {
    var cluster = cluster(deployment("web", replicas: 2))
    settle(&cluster)
    cluster.change("deployments.apps", "web") { $0.set("spec", "paused", to: true) }
    cluster.change("deployments.apps", "web") { $0.set("spec", "template", "spec", "containers", to: [["name": "app", "image": "app:2"]]) }
    settle(&cluster)
    #expect(cluster.all("replicasets.apps").count == 1)
    cluster.change("deployments.apps", "web") { $0.set("spec", "replicas", to: 4) }
    settle(&cluster)
    #expect(cluster.all("pods").count == 4)
    cluster.change("deployments.apps", "web") { $0.set("spec", "paused", to: nil) }
    settle(&cluster)
    #expect(cluster.all("pods").compactMap(image) == Array(repeating: "app:2", count: 4))
  }
}
