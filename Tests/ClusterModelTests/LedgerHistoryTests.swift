import ClusterModel
import JSONBytes
import Kubernetes
import Testing
import TimeFormat

/// What was told stays: it is superseded and retracted openly, and never judged anew on less.
@Suite("History does not change")
struct LedgerHistoryTests {
  /// A pod that is scaled away, of which it becomes known later that a rollout took it.
  @Test("an entry that becomes better known is superseded under its key, and says so")
  func superseded() throws {
    let before = Reschedule(
      key: "k", at: Timestamp(seconds: 10), cluster: "c", namespace: "n", workload: "Deployment/api", change: .removed, cause: .scale,
      old: .init(name: "a", uid: "a", node: ""), confidence: 0.8)
    var better = before
    (better.change, better.cause, better.confidence) = (.replaced, .rollout, 0.95)
    let told = better.superseding(before, at: Timestamp(seconds: 20))
    #expect(told.cause == .rollout && told.revisedAt == Timestamp(seconds: 20) && told.formerly == "removed, scale")
    // The mark stays when nothing more becomes known.
    #expect(better.superseding(told, at: Timestamp(seconds: 30)) == told)
  }

  @Test("a conclusion does not yield to one that is less sure; one that was pending yields without a mark")
  func notOnLess() {
    let before = Reschedule(
      key: "k", at: Timestamp(seconds: 10), cluster: "c", namespace: "n", workload: "Deployment/api", change: .replaced, cause: .rollout,
      confidence: 1, evidence: ["event SuccessfulDelete"])
    var worse = before
    (worse.cause, worse.confidence, worse.evidence) = (.deleted, 0.9, ["deleted directly"])
    #expect(worse.superseding(before, at: Timestamp(seconds: 20)) == before)
    var pending = before
    pending.isPending = true
    let told = worse.superseding(pending, at: Timestamp(seconds: 20))
    #expect(told.cause == .deleted && told.revisedAt == nil)
  }

  @Test("a conclusion stays when what came since is less sure, and says that it is in doubt")
  func inDoubt() {
    let before = Reschedule(
      key: "k", at: Timestamp(seconds: 10), cluster: "c", namespace: "n", workload: "Deployment/api", change: .replaced, cause: .rollout,
      confidence: 0.95, evidence: ["ReplicaSet/api-1 went from 5 to 4 replicas"])
    var worse = before
    let doubt = Reschedule.doubt + "2 pods went at about one time, of which its count took 1"
    (worse.cause, worse.confidence, worse.evidence) = (.deleted, 0.6, ["deleted directly", doubt])
    let told = worse.superseding(before, at: Timestamp(seconds: 20))
    #expect(told.cause == .rollout && told.confidence == 0.6 && told.evidence == before.evidence + [doubt])
    #expect(worse.superseding(told, at: Timestamp(seconds: 30)) == told)
    // What clears the doubt is told again as it was.
    #expect(before.superseding(told, at: Timestamp(seconds: 40)) == before)
  }

  @Test("after a restart nothing that was told is told again, with all its evidence forgotten by the server")
  func restart() throws {
    var stage = Stage()
    stage.workload("ReplicaSet", "app", desired: 1)
    stage.begin()
    stage.pod("app-1", of: "ReplicaSet/app")
    stage.wait(20)
    stage.event("app-1", "Killing", "Container main failed liveness probe, will be restarted")
    stage.restart("app-1", reason: "Error", exit: 137)
    stage.wait(20)
    let before = stage.book.entries
    #expect(before.values.map(\.cause) == [.probe])
    try stage.restartRecorder()
    #expect(stage.book.entries == before)
    stage.wait(1000)
    #expect(stage.book.entries == before)
  }

  @Test("what was told of the recording is told once, whatever restarts")
  func recording() throws {
    let recording = try LedgerReplayTests.recording.get()
    var book = LedgerBook()
    var world = World()
    var settled: [String: Reschedule] = [:]
    for (index, delta) in recording.deltas.enumerated() {
      book.apply(delta)
      world.apply(delta)
      guard index % 50 == 10 else { continue }
      for entry in book.entries.values where !entry.isPending && delta.at - entry.at > .seconds(40) { settled[entry.key] = entry }
      let saved = try JSONValue(parsing: book.engine.state().jsonBytes)
      book.engine = try #require(LedgerEngine(cluster: "real", restoring: saved))
      book.take(book.engine.resume(at: delta.at))
      for resource in ClusterResource.allCases { if let list = world.list(resource, at: delta.at) { book.apply(list) } }
    }
    #expect(settled.count > 40)
    for (key, entry) in settled {
      let now = book.entries[key]
      #expect(now?.cause == entry.cause && now?.change == entry.change && now?.evidence == entry.evidence && now?.retractedAt == nil)
    }
  }

  @Test("an addition that was none is retracted, kept and marked")
  func retracted() throws {
    var stage = Stage()
    stage.deployment("api", desired: 1)
    stage.begin()
    stage.pod("a1", of: "ReplicaSet/api-1")
    stage.wait(200)
    // A list that was cut says that it is gone; the next one has it again.
    var pods: [ClusterObject] = []
    stage.book.apply(ClusterDelta(resource: .pods, change: .relist(pods), at: stage.now))
    stage.wait(60)
    let entry = try #require(stage.book.sorted.first)
    #expect(entry.old?.uid == "a1" && entry.retractedAt == nil)
    pods = [.pod(stage.present("a1"))]
    stage.book.apply(ClusterDelta(resource: .pods, change: .relist(pods), at: stage.now))
    stage.wait(10)
    let after = try #require(stage.book.entries[entry.key])
    #expect(after.retractedAt != nil && after.cause == entry.cause && !after.isOngoing)
  }

  @Test("what was told survives being saved, whole")
  func memory() throws {
    let book = try LedgerReplayTests.replay()
    let saved = try JSONValue(parsing: book.engine.state().jsonBytes)
    let engine = try #require(LedgerEngine(cluster: "real", restoring: saved))
    #expect(engine.state() == book.engine.state())
  }
}
