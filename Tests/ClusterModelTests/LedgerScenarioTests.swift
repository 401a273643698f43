import ClusterModel
import Kubernetes
import Testing
import TimeFormat

/// What the recording has not: StatefulSets, DaemonSets, startup probes, clusters without events, and people who meddle.
@Suite struct LedgerScenarioTests {
  @Test func statefulSetRollsByOrdinalAndScales() {
    var stage = Stage()
    stage.workload("StatefulSet", "web", desired: 2) { $0.updateRevision = "web-1" }
    stage.begin()
    stage.pod("web-0", of: "StatefulSet/web", hash: "web-1")
    stage.pod("web-1", of: "StatefulSet/web", hash: "web-1")
    stage.wait(30)
    stage.workload("StatefulSet", "web", desired: 2) { $0.updateRevision = "web-2" }
    stage.delete("web-1")
    stage.pod("web-1", of: "StatefulSet/web", hash: "web-2", uid: "second")
    stage.wait(40)
    // Deleted by hand while the rollout has passed it.
    stage.delete("second")
    stage.pod("web-1", of: "StatefulSet/web", hash: "web-2", uid: "third")
    stage.wait(40)
    stage.workload("StatefulSet", "web", desired: 1) { $0.updateRevision = "web-2" }
    stage.delete("third")
    stage.wait(60)
    #expect(stage.found == ["replaced rollout web-1→second", "replaced deleted second→third", "removed scale third→-"])
  }

  @Test func onDeleteAndPartitionAreByHand() {
    var stage = Stage()
    stage.workload("StatefulSet", "db", desired: 2) {
      $0.updateRevision = "db-2"
      $0.partition = 1
    }
    stage.begin()
    stage.pod("db-0", of: "StatefulSet/db", hash: "db-1")
    stage.pod("db-1", of: "StatefulSet/db", hash: "db-2")
    stage.wait(10)
    stage.delete("db-0")
    stage.pod("db-0", of: "StatefulSet/db", hash: "db-1", uid: "again")
    stage.wait(60)
    #expect(stage.found == ["replaced deleted db-0→again"])
  }

  @Test func daemonSetPairsByNode() {
    var stage = Stage()
    stage.workload("DaemonSet", "agent", desired: 2) { $0.templateGeneration = 1 }
    stage.begin()
    stage.pod("agent-a", of: "DaemonSet/agent", node: "n1", generation: 1)
    stage.pod("agent-b", of: "DaemonSet/agent", node: "n2", generation: 1)
    stage.wait(30)
    stage.delete("agent-b")
    stage.wait(2)
    stage.delete("agent-a")
    stage.pod("agent-c", of: "DaemonSet/agent", node: "n1", generation: 1)
    stage.pod("agent-d", of: "DaemonSet/agent", node: "n2", generation: 1)
    stage.wait(60)
    stage.workload("DaemonSet", "agent", desired: 2) { $0.templateGeneration = 2 }
    stage.delete("agent-c")
    stage.pod("agent-e", of: "DaemonSet/agent", node: "n1", generation: 2)
    stage.wait(60)
    #expect(
      stage.found == ["replaced deleted agent-b→agent-d", "replaced deleted agent-a→agent-c", "replaced rollout agent-c→agent-e"])
  }

  @Test func aDaemonSetThatComesUpScalesNothing() {
    var stage = Stage()
    stage.begin()
    stage.workload("DaemonSet", "agent", desired: 0)
    stage.workload("DaemonSet", "agent", desired: 3)
    for node in ["n1", "n2", "n3"] { stage.pod("agent-\(node)", of: "DaemonSet/agent", node: node) }
    stage.wait(60)
    #expect(stage.found.isEmpty)
  }

  @Test func startupProbeAndOOMAndExit() {
    var stage = Stage()
    stage.workload("ReplicaSet", "app", desired: 1)
    stage.begin()
    stage.pod("app-1", of: "ReplicaSet/app")
    stage.wait(10)
    stage.event("app-1", "Killing", "Container main failed startup probe, will be restarted")
    stage.restart("app-1", reason: "Error", exit: 137)
    stage.wait(10)
    stage.restart("app-1", reason: "OOMKilled", exit: 137)
    stage.wait(10)
    stage.restart("app-1", reason: "Error", exit: 2)
    stage.wait(10)
    stage.restart("app-1", reason: "Completed", exit: 0)
    stage.wait(60)
    #expect(
      stage.found == [
        "restarted probe app-1→-", "restarted oomKilled app-1→-", "restarted crash app-1→-", "restarted completed app-1→-",
      ])
  }

  /// The whole ground was stopped and started again: each container ended as it was told to, whatever its exit code.
  @Test func aShutdownOfTheNodeIsPlanned() {
    var stage = Stage()
    stage.workload("ReplicaSet", "app", desired: 1)
    stage.begin()
    stage.pod("app-1", of: "ReplicaSet/app")
    stage.wait(10)
    stage.blind { $0.restart("app-1", reason: "NodeShutdown", exit: 143) }
    stage.wait(10)
    stage.blind { $0.restart("app-1", reason: "NodeShutdown", exit: 0) }
    stage.wait(60)
    #expect(stage.found == ["restarted completed app-1→-", "restarted completed app-1→-"])
    #expect(stage.book.sorted.allSatisfy { $0.cause.isPlanned && $0.evidence.contains("the node was shut down on purpose") })
  }

  /// Planned is what a workload's own specification asks for. What a person does to a single pod is not.
  @Test func onlyWhatTheWorkloadAsksForIsPlanned() {
    #expect(Reschedule.Cause.allCases.filter(\.isPlanned) == [.rollout, .scale, .completed])
  }

  /// No events at all, as on clusters where they may not be read.
  @Test func rolloutAndScaleWithoutEvents() {
    var stage = Stage()
    stage.workload("Deployment", "shop", desired: 2) { $0.revision = "1" }
    stage.workload("ReplicaSet", "shop-1", of: "Deployment/shop", desired: 2) { $0.revision = "1" }
    stage.begin()
    stage.pod("a1", of: "ReplicaSet/shop-1", hash: "1")
    stage.pod("a2", of: "ReplicaSet/shop-1", hash: "1")
    stage.wait(30)
    stage.workload("Deployment", "shop", desired: 2) { $0.revision = "2" }
    stage.workload("ReplicaSet", "shop-2", of: "Deployment/shop", desired: 2) { $0.revision = "2" }
    stage.workload("ReplicaSet", "shop-1", of: "Deployment/shop", desired: 0) { $0.revision = "1" }
    stage.delete("a1")
    stage.delete("a2")
    stage.pod("b1", of: "ReplicaSet/shop-2", hash: "2")
    stage.pod("b2", of: "ReplicaSet/shop-2", hash: "2")
    stage.wait(60)
    // By hand, then the count goes up and down.
    stage.delete("b1")
    stage.pod("b3", of: "ReplicaSet/shop-2", hash: "2")
    stage.wait(60)
    stage.workload("Deployment", "shop", desired: 3) { $0.revision = "2" }
    stage.workload("ReplicaSet", "shop-2", of: "Deployment/shop", desired: 3) { $0.revision = "2" }
    stage.pod("b4", of: "ReplicaSet/shop-2", hash: "2")
    stage.wait(100)
    stage.workload("Deployment", "shop", desired: 2) { $0.revision = "2" }
    stage.workload("ReplicaSet", "shop-2", of: "Deployment/shop", desired: 2) { $0.revision = "2" }
    stage.delete("b2")
    stage.wait(100)
    #expect(
      stage.found == [
        "replaced rollout a1→b1", "replaced rollout a2→b2", "replaced deleted b1→b3", "added scale -→b4", "removed scale b2→-",
      ])
    #expect(stage.book.sorted.allSatisfy { $0.workload == "Deployment/shop" })
  }

  @Test func aTaintByHandIsADrain() {
    var stage = Stage()
    stage.workload("ReplicaSet", "app", desired: 1)
    stage.node("n1", taints: [Taint(key: "maintenance", effect: "NoExecute")])
    stage.begin()
    stage.pod("app-1", of: "ReplicaSet/app", node: "n1")
    stage.wait(30)
    stage.disrupt("app-1", "DeletionByTaintManager")
    stage.delete("app-1")
    stage.pod("app-2", of: "ReplicaSet/app", node: "n2")
    stage.wait(60)
    #expect(stage.found == ["replaced drain app-1→app-2"])
  }

  @Test func deploymentDeletedIsCleanUp() {
    var stage = Stage()
    stage.workload("Deployment", "shop", desired: 1) { $0.revision = "1" }
    stage.workload("ReplicaSet", "shop-1", of: "Deployment/shop", desired: 1) { $0.revision = "1" }
    stage.begin()
    stage.pod("a1", of: "ReplicaSet/shop-1", hash: "1")
    stage.wait(30)
    stage.remove("Deployment/shop")
    stage.remove("ReplicaSet/shop-1")
    stage.delete("a1")
    stage.wait(60)
    #expect(stage.found == ["removed deleted a1→-"])
  }

  @Test func barePodsAndJobs() {
    var stage = Stage()
    stage.workload("Job", "once", desired: 1)
    stage.begin()
    stage.pod("bare", of: nil)
    stage.pod("once-1", of: "Job/once", restartPolicy: "Never")
    stage.wait(10)
    stage.end("once-1", phase: "Failed", reason: "Error", exit: 1)
    stage.pod("once-2", of: "Job/once", restartPolicy: "Never")
    stage.wait(10)
    stage.end("once-2", phase: "Succeeded", reason: "Completed", exit: 0)
    stage.wait(60)
    stage.delete("once-2")
    stage.delete("bare")
    stage.wait(60)
    #expect(stage.found == ["removed crash once-1→-", "removed completed once-2→-", "removed deleted bare→-"])
  }

  @Test func whatHappenedInAGapIsFoundAndDeclared() throws {
    var stage = Stage()
    stage.workload("ReplicaSet", "app", desired: 1)
    stage.begin()
    stage.pod("app-1", of: "ReplicaSet/app")
    stage.wait(60)
    stage.blind {
      $0.delete("app-1")
      $0.pod("app-2", of: "ReplicaSet/app")
      $0.wait(40)
    }
    stage.wait(60)
    #expect(stage.found == ["replaced unknown app-1→app-2"])
    #expect(stage.book.gaps.count == 1)
    let entry = try #require(stage.book.sorted.first)
    #expect(entry.confidence < 0.5)
    #expect(entry.evidence.contains { $0.hasPrefix("disappeared between") })
  }

  /// A StatefulSet that a custom resource owns, as operators make them, is a top all the same: nobody lists its owner.
  @Test func whatAnOperatorOwnsStandsForItself() {
    var stage = Stage()
    stage.workload("StatefulSet", "prometheus", of: "Prometheus/main", desired: 2) { $0.updateRevision = "p-1" }
    stage.begin()
    stage.pod("prometheus-0", of: "StatefulSet/prometheus", hash: "p-1")
    stage.pod("prometheus-1", of: "StatefulSet/prometheus", hash: "p-1")
    stage.wait(30)
    stage.workload("StatefulSet", "prometheus", of: "Prometheus/main", desired: 1) { $0.updateRevision = "p-1" }
    stage.delete("prometheus-1")
    stage.wait(60)
    #expect(stage.found == ["removed scale prometheus-1→-"])
    #expect(stage.book.sorted.first?.workload == "StatefulSet/prometheus")
  }

  /// Each run of a CronJob is a Job of its own: the next one replaces nothing. All of them are the CronJob's.
  @Test func theNextRunOfACronJobReplacesNothing() {
    var stage = Stage()
    stage.workload("Job", "backup-1", of: "CronJob/backup", desired: 1)
    stage.begin()
    stage.pod("backup-1-a", of: "Job/backup-1", restartPolicy: "Never")
    stage.wait(30)
    stage.end("backup-1-a", exits: ["main": 1])
    stage.workload("Job", "backup-1", of: "CronJob/backup", desired: 1) { $0.conditions = [Condition(type: "Failed", status: "True")] }
    stage.wait(60)
    stage.workload("Job", "backup-2", of: "CronJob/backup", desired: 1)
    stage.pod("backup-2-a", of: "Job/backup-2", restartPolicy: "Never")
    stage.wait(60)
    #expect(stage.found == ["failed crash backup-1-a→-"])
    #expect(stage.book.sorted.first?.isPending == false)
    #expect(stage.book.sorted.first?.workload == "CronJob/backup")
  }

  /// What ended well says nothing of why the pod failed.
  @Test func theExitThatFailedIsTold() throws {
    var stage = Stage()
    stage.workload("Job", "import", desired: 1)
    stage.begin()
    stage.pod("import-a", of: "Job/import", restartPolicy: "Never")
    stage.wait(30)
    stage.end("import-a", exits: ["main": 137, "helper": 0], reason: "OOMKilled", initExits: ["prepare": 0])
    stage.wait(60)
    let entry = try #require(stage.book.sorted.first)
    #expect(entry.cause == .oomKilled)
    #expect(entry.exitCode == 137 && entry.container == "main")
  }

  /// The kubelet notices an end up to a second late: the pod then stops being ready after its container ended.
  @Test func downtimeLastsUntilItIsReadyAgain() throws {
    var stage = Stage()
    stage.workload("ReplicaSet", "app", desired: 1)
    stage.begin()
    stage.pod("app-1", of: "ReplicaSet/app")
    stage.wait(60)
    stage.restartLate("app-1", down: 14)
    stage.wait(60)
    let entry = try #require(stage.book.sorted.first)
    #expect(stage.found == ["restarted crash app-1→-"])
    #expect((13...16).contains(try #require(entry.downtimeSeconds)), "\(entry.downtimeSeconds ?? -1)")
  }

  /// The same while nobody watched: the pod is ready before and after, but not since when it was before.
  @Test func downtimeThatNobodyWatchedIsMeasured() throws {
    var stage = Stage()
    stage.workload("ReplicaSet", "app", desired: 1)
    stage.begin()
    stage.pod("app-1", of: "ReplicaSet/app")
    stage.wait(60)
    stage.blind { $0.restartLate("app-1", down: 14) }
    stage.wait(60)
    let entry = try #require(stage.book.sorted.first)
    #expect(stage.found == ["restarted crash app-1→-"])
    #expect((13...16).contains(try #require(entry.downtimeSeconds)), "\(entry.downtimeSeconds ?? -1)")
  }

  /// While a container waits to be started again, its last termination is that of the run that the count names, not of the one before.
  @Test func aBackOffThatIsFoundLaterIsToldOnce() {
    var stage = Stage()
    stage.workload("ReplicaSet", "app", desired: 1)
    stage.begin()
    stage.pod("app-1", of: "ReplicaSet/app")
    stage.wait(60)
    stage.blind {
      $0.backOff("app-1", exit: 3)
      $0.wait(10)
      $0.startAgain("app-1")
      $0.wait(10)
      $0.backOff("app-1", exit: 4)
      $0.wait(10)
    }
    stage.wait(60)
    stage.startAgain("app-1")
    stage.wait(60)
    #expect(stage.found == ["restarted crash app-1→-", "restarted unknown app-1→-"])
    #expect(stage.book.sorted.map(\.exitCode) == [4, nil])
    #expect(Set(stage.book.sorted.map(\.at)).count == 2)
  }

  /// Silence of a watch that is live says that nothing happened; only what nobody watched is a gap.
  @Test(arguments: [false, true]) func aQuietWatchIsNoGap(restarts: Bool) throws {
    var stage = Stage()
    stage.workload("ReplicaSet", "app", desired: 1)
    stage.begin()
    stage.pod("app-1", of: "ReplicaSet/app")
    stage.wait(600)
    stage.book.tick(stage.now, watched: [.pods: stage.now])
    let last = stage.now
    stage.blind {
      $0.delete("app-1")
      $0.pod("app-2", of: "ReplicaSet/app")
      $0.wait(40)
      guard restarts, let engine = LedgerEngine(cluster: "c", restoring: $0.book.engine.state()) else { return }
      $0.book.engine = engine
      $0.book.take($0.book.engine.resume(at: $0.now))
    }
    // Declared again under the same start, which is what a store keeps it by.
    #expect(Set(stage.book.gaps.map(\.from)) == [last])
    #expect(try #require(stage.book.gaps.last).to == stage.now)
    #expect(stage.book.gaps.count == (restarts ? 2 : 1))
  }

  /// Before 1.26 the API marks no evicted pod: what leaves a cordoned node there was drained, as far as can be known.
  @Test(arguments: [("v1.20.2", "drain"), ("v1.25.9+k3s1", "drain"), ("v1.26.0", "deleted"), ("v1.36.0", "deleted"), ("", "deleted")])
  func olderClustersDrainWithoutACondition(version: String, cause: String) throws {
    var stage = Stage()
    stage.node("n1", version: version)
    stage.workload("ReplicaSet", "app", desired: 2)
    stage.begin()
    stage.pod("app-1", of: "ReplicaSet/app")
    stage.pod("app-2", of: "ReplicaSet/app", node: "n2")
    stage.wait(60)
    stage.node("n1", version: version, isCordoned: true)
    stage.delete("app-1")
    stage.pod("app-3", of: "ReplicaSet/app", node: "n2")
    stage.wait(60)
    // Deleted by hand: its node is not cordoned.
    stage.delete("app-2")
    stage.node("n1", version: version)
    stage.pod("app-4", of: "ReplicaSet/app")
    stage.wait(60)
    stage.delete("app-4")
    stage.pod("app-5", of: "ReplicaSet/app")
    stage.wait(60)
    #expect(stage.found == ["replaced \(cause) app-1→app-3", "replaced deleted app-2→app-4", "replaced deleted app-4→app-5"])
    let first = try #require(stage.book.sorted.first)
    #expect(first.confidence <= 0.7 || cause == "deleted")
    #expect(first.evidence.contains { $0.contains("cordoned") } == (cause == "drain"))
  }

  @Test func evictionThatIsWithdrawnIsNoEntry() {
    var stage = Stage()
    stage.workload("ReplicaSet", "app", desired: 1)
    stage.begin()
    stage.pod("app-1", of: "ReplicaSet/app")
    stage.disrupt("app-1", "PreemptionByScheduler")
    stage.wait(120)
    stage.settleDown("app-1")
    stage.wait(60)
    #expect(stage.found.isEmpty)
  }
}
