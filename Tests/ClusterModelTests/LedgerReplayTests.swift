import ClusterModel
import JSONBytes
import TestSupport
import Testing
import TimeFormat

@Suite(.onOwnThreads) struct LedgerReplayTests {
  static let recording = Result { try Recording() }

  static func replay(_ deltas: [ClusterDelta]? = nil) throws -> LedgerBook {
    let recording = try recording.get()
    var book = LedgerBook()
    for delta in deltas ?? recording.deltas { book.apply(delta) }
    book.tick(recording.end + .seconds(60))
    return book
  }

  /// Counts entries of a workload, between two seconds of the recording.
  private func count(
    _ book: LedgerBook, _ workload: String? = nil, _ change: Reschedule.Change, _ cause: Reschedule.Cause, _ span: ClosedRange<Double>
  ) throws -> Int {
    let start = try Self.recording.get().start
    return book.entries.values.filter { entry in
      (workload == nil || entry.workload == workload) && entry.change == change && entry.cause == cause
        && span.contains((entry.at - start).seconds)
    }.count
  }

  @Test func everyActionIsRecognized() throws {
    let book = try Self.replay()
    // Nothing but what was done: coming up is no entry.
    let start = try Self.recording.get().start
    let early = book.sorted.filter { $0.at <= start + .seconds(20) }
    #expect(early == [])
    #expect(try count(book, "Deployment/memhog", .restarted, .oomKilled, 20...180) == 4)
    #expect(try count(book, "Deployment/crasher", .restarted, .crash, 20...180) == 4)
    #expect(try count(book, "Deployment/deaf", .restarted, .probe, 20...180) == 5)
    #expect(try count(book, "Deployment/catalog", .replaced, .rollout, 57...65) == 2)
    #expect(try count(book, "Deployment/billing", .replaced, .deleted, 73...80) == 1)
    #expect(try count(book, "Deployment/orders", .added, .scale, 83...90) == 2)
    #expect(try count(book, "Deployment/orders", .removed, .scale, 94...100) == 2)
    #expect(try count(book, "Deployment/orders", .removed, .rollout, 124...130) == 1)
    #expect(try count(book, "Pod/scratch-filler", .failed, .eviction, 133...155) == 1)
    #expect(try count(book, nil, .replaced, .drain, 180...200) == 7)
    #expect(try count(book, "Deployment/d", .replaced, .drain, 180...200) == 2)
    #expect(try count(book, nil, .replaced, .nodeLost, 250...270) == 10)
    #expect(try count(book, "Deployment/batch", .replaced, .preemption, 330...345) == 1)
    #expect(try count(book, "Job/month-end", .removed, .completed, 350...360) == 1)
    let last = book.sorted.filter { $0.at > (try! Self.recording.get().start + .seconds(367)) }
    #expect(last.count == 14)
    #expect(last.allSatisfy { $0.change == .removed && $0.cause == .deleted })
    #expect(try count(book, nil, .restarted, .unknown, 0...400) == 0)
    #expect(try count(book, nil, .replaced, .unknown, 0...400) == 0)
    #expect(book.gaps.isEmpty)
  }

  @Test func entriesSayWhatAndWhy() throws {
    let book = try Self.replay()
    let drained = try #require(book.sorted.first { $0.cause == .drain && $0.workload == "Deployment/deaf" })
    #expect(drained.old?.node == "node-1")
    #expect(drained.new?.node == "node-2")
    #expect(drained.evidence.contains { $0.contains("EvictionByEvictionAPI") })
    let down = try #require(drained.downtimeSeconds)
    #expect((1.5...3).contains(down))
    let hand = try #require(book.sorted.first { $0.cause == .deleted && $0.change == .replaced })
    #expect(hand.old?.name == "billing-7f7b88dff9-4ftrr" && hand.new?.name == "billing-7f7b88dff9-27xcg")
    #expect(hand.downtimeSeconds == 0)
    #expect((hand.capacityGapSeconds ?? 0) > 0)
    #expect(book.sorted.filter { $0.cause == .rollout && $0.change == .replaced }.allSatisfy { $0.downtimeSeconds == 0 })
    let preempted = try #require(book.sorted.first { $0.cause == .preemption })
    #expect(preempted.new?.name == "batch-6876c9c465-jgc9k")
    #expect(preempted.new?.node == "")
    // Its pod on node-2 was ready until the namespace was deleted, and its successor never: one of two was missing for all of that time.
    #expect(preempted.downtimeSeconds == 0)
    #expect((25...31).contains(preempted.capacityGapSeconds ?? 0))
    // No successor has two predecessors.
    let successors = book.sorted.filter { $0.change == .replaced }.compactMap { $0.new?.uid }
    #expect(Set(successors).count == successors.count)
    // The wait of a crash loop is downtime.
    #expect(book.sorted.contains { $0.cause == .crash && ($0.downtimeSeconds ?? 0) > 25 })
  }

  @Test func lifecycleTellsAPodsStory() throws {
    let book = try Self.replay()
    let story = book.lifecycle.filter { $0.pod == "billing-7f7b88dff9-4ftrr" }
    for kind in ["created", "scheduled", "started", "ready", "terminating", "containerEnded", "gone"] {
      #expect(story.filter { $0.kind == kind }.count == 1, "\(kind)")
    }
    #expect(book.lifecycle.contains { $0.detail == "container memhog OOM killed (137)" })
  }

  @Test func replayIsIdempotent() throws {
    let deltas = try Self.recording.get().deltas
    var book = try Self.replay()
    let before = book.essence
    for delta in deltas.suffix(400) {
      book.apply(ClusterDelta(resource: delta.resource, change: delta.change, at: try Self.recording.get().end))
    }
    #expect(book.essence == before)
  }

  @Test func listsInBetweenChangeNothing() throws {
    let expected = try Self.replay().essence
    var random = SeededGenerator(seed: 7)
    for _ in 0..<6 {
      var world = World()
      var deltas: [ClusterDelta] = []
      for delta in try Self.recording.get().deltas {
        deltas.append(delta)
        world.apply(delta)
        if random.next() % 8 == 0 {
          let resource = ClusterResource.allCases[Int(random.next() % UInt64(ClusterResource.allCases.count))]
          if let list = world.list(resource, at: delta.at) { deltas.append(list) }
        }
      }
      let book = try Self.replay(deltas)
      #expect(book.gaps.isEmpty)
      let differences = book.essence.symmetricDifference(expected).sorted()
      #expect(differences == [])
    }
  }

  /// The kinds are watched apart: each may lag behind the others.
  @Test(arguments: [1, 2, 3, 4, 5, 6, 7, 8]) func kindsMayLagBehindEachOther(seed: UInt64) throws {
    let expected = try Self.replay().essence
    var random = SeededGenerator(seed: seed)
    var lag: [ClusterResource: Duration] = [:]
    for resource in ClusterResource.allCases { lag[resource] = .milliseconds(Int64(random.next() % 1500)) }
    let deltas = try Self.recording.get().deltas.enumerated().map { index, delta in
      (index, ClusterDelta(resource: delta.resource, change: delta.change, at: delta.at + (lag[delta.resource] ?? .zero)))
    }.sorted { ($0.1.at, $0.0) < ($1.1.at, $1.0) }.map(\.1)
    let book = try Self.replay(deltas)
    #expect(book.gaps.isEmpty)
    let differences = book.essence.symmetricDifference(expected).sorted()
    #expect(differences == [])
  }

  /// Watches break and lists take their place: what differs then is within a declared gap.
  @Test(arguments: [11, 12, 13, 14]) func whatIsMissedIsDeclared(seed: UInt64) throws {
    let whole = try Self.replay()
    var random = SeededGenerator(seed: seed)
    var world = World()
    var book = LedgerBook()
    var deafUntil = Timestamp(nanoseconds: 0)
    var isDeaf = false
    for delta in try Self.recording.get().deltas {
      world.apply(delta)
      if isDeaf, delta.at >= deafUntil {
        isDeaf = false
        for resource in ClusterResource.allCases { if let list = world.list(resource, at: delta.at) { book.apply(list) } }
        continue
      }
      if isDeaf { continue }
      book.apply(delta)
      if random.next() % 120 == 0 {
        isDeaf = true
        deafUntil = delta.at + .milliseconds(Int64(random.next() % 12_000))
      }
    }
    let end = try Self.recording.get().end
    for resource in ClusterResource.allCases { if let list = world.list(resource, at: end) { book.apply(list) } }
    book.tick(end + .seconds(60))
    #expect(!book.gaps.isEmpty)
    for (key, entry) in whole.entries where book.entries[key]?.cause != entry.cause || book.entries[key]?.change != entry.change {
      let isDeclared = book.gaps.contains { $0.from - .seconds(15) <= entry.at && entry.at <= $0.to + .seconds(15) }
      if !isDeclared {
        Issue.record("\(key) \(entry.workload) \(entry.change) \(entry.cause) became \(String(describing: book.entries[key]))")
      }
    }
    let successors = book.sorted.filter { $0.change == .replaced }.compactMap { $0.new?.uid }
    #expect(Set(successors).count == successors.count)
  }

  /// The recorder restarts in the middle of each second minute.
  @Test func restartsGoOnWhereTheyStood() throws {
    let expected = try Self.replay().essence
    var book = LedgerBook()
    var world = World()
    for (index, delta) in try Self.recording.get().deltas.enumerated() {
      book.apply(delta)
      world.apply(delta)
      guard index % 97 == 50 else { continue }
      let saved = try JSONValue(parsing: book.engine.state().jsonBytes)
      book.engine = try #require(LedgerEngine(cluster: "real", restoring: saved))
      book.take(book.engine.resume(at: delta.at))
      for resource in ClusterResource.allCases { if let list = world.list(resource, at: delta.at) { book.apply(list) } }
    }
    book.tick(try Self.recording.get().end + .seconds(60))
    let differences = book.essence.symmetricDifference(expected).sorted()
    #expect(differences == [])
  }
}

/// What a server would list.
struct World {
  var objects: [ClusterResource: [String: ClusterObject]] = [:]

  mutating func apply(_ delta: ClusterDelta) {
    switch delta.change {
    case .added(let object), .modified(let object): objects[delta.resource, default: [:]][object.identity] = object
    case .deleted(let object): objects[delta.resource, default: [:]][object.identity] = nil
    case .relist(let list): objects[delta.resource] = Dictionary(uniqueKeysWithValues: list.map { ($0.identity, $0) })
    }
  }

  func list(_ resource: ClusterResource, at: Timestamp) -> ClusterDelta? {
    guard let known = objects[resource] else { return nil }
    return ClusterDelta(resource: resource, change: .relist(known.sorted { $0.key < $1.key }.map(\.value)), at: at)
  }
}
