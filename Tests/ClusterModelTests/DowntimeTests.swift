import ClusterModel
import Kubernetes
import Testing
import TimeFormat

/// Downtime of a workload: from the first second without a ready pod to the first with one, whatever the entries say.
@Suite("Downtime")
struct DowntimeTests {
  private func stage(_ desired: Int = 1) -> Stage {
    var stage = Stage()
    stage.deployment("api", desired: desired)
    stage.begin()
    for index in 1...desired { stage.pod("a\(index)", of: "ReplicaSet/api-1", node: "n\(index)") }
    stage.wait(60)
    return stage
  }

  private func outages(_ stage: Stage) -> [Outage] { stage.book.outages("Deployment/api") }

  @Test("coming up is no downtime")
  func start() {
    var stage = Stage()
    stage.begin()
    stage.deployment("api", desired: 1)
    stage.unreadyPod("a1", of: "ReplicaSet/api-1")
    stage.wait(30)
    #expect(outages(stage).isEmpty)
    #expect(stage.book.pieces("Deployment/api").map(\.phase) == [.starting])
    #expect(stage.book.pieces("Deployment/api").last?.to == nil)
    stage.ready("a1")
    stage.wait(10)
    #expect(outages(stage).isEmpty && stage.book.pieces("Deployment/api").last?.to != nil)
  }

  /// Told before as an outage from the pod's creation on: the API keeps the last change of readiness only.
  @Test("of the time before anybody watched only what the pods' own conditions still say is told")
  func beforeTheFirstList() {
    var stage = Stage()
    stage.deployment("api", desired: 1)
    stage.pod("a1", of: "ReplicaSet/api-1")
    stage.wait(3600)
    stage.ready("a1", false)
    stage.wait(20)
    stage.ready("a1")
    stage.wait(60)
    stage.begin()
    #expect(outages(stage).isEmpty, "\(outages(stage))")
  }

  @Test("what was down when the ledger began has been so since its pods' conditions say so")
  func downAtTheFirstList() throws {
    var stage = Stage()
    stage.deployment("api", desired: 1)
    stage.pod("a1", of: "ReplicaSet/api-1")
    stage.wait(3600)
    let down = stage.now
    stage.ready("a1", false)
    stage.wait(20)
    stage.begin()
    let outage = try #require(outages(stage).first)
    #expect(outages(stage).count == 1 && outage.isOngoing && abs((outage.from - down).seconds) < 1, "\(outage)")
  }

  /// Told before as 6.9 s: from the deletion of the pods to the first successor.
  @Test("a lost node's pods are not ready five minutes before they are deleted")
  func lostNode() throws {
    var stage = stage(2)
    let lost = stage.now
    stage.ready("a1", false)
    stage.ready("a2", false)
    stage.wait(300)
    for uid in ["a1", "a2"] {
      stage.disrupt(uid, "DeletionByTaintManager")
      stage.delete(uid)
    }
    stage.unreadyPod("b1", of: "ReplicaSet/api-1", node: "n3")
    stage.unreadyPod("b2", of: "ReplicaSet/api-1", node: "n3")
    stage.wait(8)
    stage.ready("b1")
    stage.ready("b2")
    let back = stage.now
    stage.wait(30)
    let outage = try #require(outages(stage).first)
    #expect(outages(stage).count == 1 && !outage.isOngoing)
    #expect(abs(outage.seconds(at: stage.now) - (back - lost).seconds) < 1)
    let entries = stage.book.sorted.filter { $0.change == .replaced }
    #expect(entries.count == 2)
    for entry in entries { #expect(abs((entry.downtimeSeconds ?? 0) - 308) < 2, "\(entry.downtimeSeconds ?? -1)") }
    // Both say the same outage: it counts once.
    #expect(Set(entries.map(\.downtimeSince)).count == 1)
  }

  /// Told before as 4.3 s where a probe of the Service measured 7.2 s: kubelets of old versions write five times a second, whatever waits.
  @Test("a pod that its kubelet found ready serves when the server was told so")
  func lateWrite() throws {
    var stage = stage()
    let down = stage.now
    stage.delete("a1")
    stage.unreadyPod("b1", of: "ReplicaSet/api-1")
    stage.wait(3)
    let found = stage.now
    stage.wait(4)
    stage.ready("b1", since: found)
    let back = stage.now
    stage.wait(30)
    let outage = try #require(outages(stage).first)
    #expect(abs(outage.seconds(at: stage.now) - (back - down).seconds) < 1, "\(outage)")
  }

  /// Told before as the wait after each restart.
  @Test("restarts that are never ready are one downtime, and the next run that is ready ends it")
  func neverReady() throws {
    var stage = stage()
    let down = stage.now
    for _ in 0..<4 {
      stage.backOff("a1", exit: 1)
      stage.wait(70)
      stage.startUnready("a1")
      stage.wait(3)
    }
    let back = stage.now
    stage.ready("a1")
    stage.wait(5)
    let total = outages(stage).reduce(0) { $0 + $1.seconds(at: stage.now) }
    #expect(outages(stage).count == 1 && abs(total - (back - down).seconds) < 1, "\(total)")
    // Four entries, each of which was part of it.
    let told = stage.book.sorted.map { $0.downtimeSeconds ?? 0 }
    #expect(told.count == 4 && told.allSatisfy { abs($0 - total) < 0.1 }, "\(told)")
  }

  /// Told before as an entry without a downtime, though it was the one that began it.
  @Test("what a pod that never becomes ready replaced was part of the downtime, also after another one took that pod's place")
  func replacedByWhatNeverServed() throws {
    var stage = stage()
    let down = stage.now
    stage.delete("a1")
    stage.unreadyPod("b1", of: "ReplicaSet/api-1")
    stage.wait(60)
    stage.delete("b1")
    stage.unreadyPod("c1", of: "ReplicaSet/api-1")
    stage.wait(20)
    stage.ready("c1")
    let total = (stage.now - down).seconds
    stage.wait(5)
    let entries = stage.book.sorted.reversed()
    #expect(entries.map { $0.old?.name } == ["a1", "b1"] || entries.map { $0.old?.name } == ["b1", "a1"])
    #expect(entries.allSatisfy { abs(($0.downtimeSeconds ?? -1) - total) < 2 && !$0.isOngoing }, "\(entries.map(\.downtimeSeconds))")
    // Each has its share of the gap: together they are what was missing.
    #expect(abs(entries.reduce(0) { $0 + ($1.capacityGapSeconds ?? 0) } - total) < 2, "\(entries.map(\.capacityGapSeconds))")
  }

  @Test("an outage that goes on grows, and is closed where it was told last")
  func grows() throws {
    var stage = stage()
    let down = stage.now
    stage.delete("a1")
    stage.unreadyPod("b1", of: "ReplicaSet/api-1")
    stage.wait(24 * 60)
    let entry = try #require(stage.book.sorted.first)
    #expect(entry.isDown && entry.isPending)
    #expect(abs((entry.grown(to: stage.now).downtimeSeconds ?? 0) - (stage.now - down).seconds) < 1)
    #expect(abs((entry.grown(to: stage.now + .seconds(60)).downtimeSeconds ?? 0) - (stage.now - down).seconds - 60) < 1)
    #expect(outages(stage).map(\.isOngoing) == [true])
    stage.ready("b1")
    stage.wait(5)
    let closed = try #require(stage.book.sorted.first)
    #expect(!closed.isDown && abs((closed.downtimeSeconds ?? 0) - 1440) < 2)
    // An entry that is told no more is closed by the shortages.
    #expect([entry].closed(by: stage.book.pieces("Deployment/api")).first?.downtimeSeconds == closed.downtimeSeconds)
  }

  @Test("a container that is not ready for more than 15 minutes stays open until it ends")
  func longRestart() throws {
    var stage = stage(2)
    stage.backOff("a1", exit: 1)
    stage.startUnready("a1")
    stage.wait(2400)
    let open = try #require(stage.book.sorted.first { $0.change == .restarted })
    #expect(open.isPending && open.isOngoing && !open.isDown)
    stage.ready("a1")
    stage.wait(10)
    let closed = try #require(stage.book.sorted.first { $0.key == open.key })
    #expect(!closed.isPending && !closed.isOngoing && closed.downtimeSeconds == 0)
    #expect(abs((closed.capacityGapSeconds ?? 0) - 2400) < 5, "\(closed.capacityGapSeconds ?? -1)")
  }

  @Test("capacity gap is replica-seconds, whatever the entries")
  func gap() {
    var stage = stage(3)
    let from = stage.now
    stage.ready("a1", false)
    stage.ready("a2", false)
    stage.wait(100)
    stage.ready("a1")
    stage.wait(50)
    stage.ready("a2")
    stage.wait(5)
    let pieces = stage.book.pieces("Deployment/api")
    #expect(abs(pieces.capacityGapSeconds(from: from, to: stage.now) - 250) < 2)
    #expect(pieces.downtimeSeconds(from: from, to: stage.now) == 0)
    #expect(stage.book.entries.isEmpty)
  }

  @Test("scaled to zero is wanted, deleted is wanted, a Job has neither")
  func wanted() {
    var stage = stage()
    stage.workload("Deployment", "api", desired: 0) { $0.revision = "1" }
    stage.workload("ReplicaSet", "api-1", of: "Deployment/api", desired: 0) { $0.revision = "1" }
    stage.delete("a1")
    stage.wait(60)
    #expect(outages(stage).isEmpty)
    stage.workload("Job", "once", desired: 1)
    stage.pod("once-1", of: "Job/once", restartPolicy: "Never")
    stage.wait(10)
    stage.end("once-1", phase: "Failed", reason: "Error", exit: 1)
    stage.wait(60)
    #expect(stage.book.pieces("Job/once").isEmpty)
    let other = stage.book.sorted.filter { $0.workload == "Job/once" }
    #expect(other.allSatisfy { $0.downtimeSeconds == nil && $0.capacityGapSeconds == nil })
    var deleted = self.stage()
    deleted.remove("Deployment/api")
    deleted.delete("a1")
    deleted.wait(60)
    #expect(outages(deleted).isEmpty)
  }

  @Test("a restart of the recorder keeps an open downtime")
  func restart() throws {
    var stage = stage()
    let down = stage.now
    stage.ready("a1", false)
    stage.wait(600)
    try stage.restartRecorder(away: 20)
    stage.wait(600)
    #expect(outages(stage).map(\.isOngoing) == [true])
    stage.ready("a1")
    stage.wait(10)
    let outage = try #require(outages(stage).first)
    #expect(outages(stage).count == 1 && abs((outage.from - down).seconds) < 1)
    #expect(abs(outage.seconds(at: stage.now) - 1220) < 3, "\(outage.seconds(at: stage.now))")
    #expect(!stage.book.gaps.isEmpty)
  }

  /// Told before as no downtime at all: the kubelet that is back writes the transition that it knew.
  @Test("a node that comes back does not undo the time in which its pods were not ready")
  func nodeBack() throws {
    var stage = stage()
    let transition = stage.now - .seconds(30)
    let down = stage.now
    stage.ready("a1", false)
    stage.wait(37)
    var pod = stage.present("a1")
    pod.conditions = [Condition(type: "Ready", status: "True", lastTransition: transition)]
    stage.put(.pods, .pod(pod))
    stage.wait(20)
    let outage = try #require(outages(stage).first)
    #expect(abs((outage.from - down).seconds) < 1 && abs(outage.seconds(at: stage.now) - 37) < 1, "\(outage)")
  }

  @Test("what nobody watched is a declared gap, not downtime")
  func unwatched() throws {
    var stage = stage()
    let down = stage.now
    stage.ready("a1", false)
    stage.wait(60)
    // Meanwhile another pod came, served for an hour and went; nobody can know.
    try stage.restartRecorder(away: 3600) { stage in
      stage.delete("a1")
      stage.unreadyPod("c1", of: "ReplicaSet/api-1")
    }
    stage.wait(60)
    let outage = try #require(outages(stage).first)
    #expect(outages(stage).count == 1 && outage.isOngoing && abs((outage.from - down).seconds) < 1)
    #expect(outage.seconds(at: stage.now) < 125, "\(outage.seconds(at: stage.now))")
    #expect(stage.book.gaps.contains { $0.to - $0.from > .seconds(3500) })
  }

  @Test("an outage that began before the ledger did is told as long as the API proves it")
  func before() throws {
    var stage = Stage()
    stage.deployment("api", desired: 1)
    stage.unreadyPod("a1", of: "ReplicaSet/api-1")
    for _ in 0..<1440 { stage.now = stage.now + .seconds(1) }
    stage.begin()
    let outage = try #require(outages(stage).first)
    #expect(outage.isOngoing && abs(outage.seconds(at: stage.now) - 1470) < 3, "\(outage.seconds(at: stage.now))")
  }
}
