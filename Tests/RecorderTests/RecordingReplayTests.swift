import ClusterFeed
import ClusterModel
import Foundation
import RecordStore
import Recorder
import TestSupport
import Testing
import TimeFormat

@Suite("Replay of a recording", .timeLimit(.minutes(3))) struct RecordingReplayTests {
  private let folder: Folder

  init() throws { folder = try Folder() }

  private var recorded: URL { URL(filePath: folder.path).appending(path: "recording") }

  /// Replays the folder `recording` into a store of its own.
  private func replay() async throws -> (replay: RecordingReplay, reader: StoreReader) {
    let store = try StoreWriter(directory: folder.store, now: Timestamp(seconds: 1_800_000_000))
    let replay = try await RecordingReplay(ClusterRecording(folder: recorded.path), cluster: "real", into: store)
    return (replay, StoreReader(directory: folder.store))
  }

  @Test("the store then holds what was done, and what the cluster was in the end")
  func wholeRecording() async throws {
    try FileManager.default.createDirectory(at: recorded, withIntermediateDirectories: true)
    try RecordingFolder.write(to: recorded)
    let (replay, reader) = try await replay()
    #expect(replay.unreadable == 0 && replay.events > 1000)
    let entries = try await reader.reschedules(since: nil)
    func count(_ change: Reschedule.Change, _ cause: Reschedule.Cause) -> Int {
      entries.count { $0.change == change && $0.cause == cause }
    }
    #expect(count(.replaced, .rollout) == 2)
    #expect(count(.replaced, .drain) == 7)
    #expect(count(.replaced, .nodeLost) == 10)
    #expect(count(.replaced, .preemption) == 1)
    #expect(count(.added, .scale) == 2 && count(.removed, .scale) == 2)
    #expect(count(.removed, .completed) == 1)
    #expect(entries.allSatisfy { $0.cause != .unknown && $0.cluster == "real" })
    #expect(try await reader.gaps(since: nil).isEmpty)
    #expect(replay.snapshot.nodes.count == 2)
    #expect(!replay.snapshot.namespaces.contains { $0.name == "shop" })
  }

  @Test("a watch that the server ended with an error, without a new list, is a declared gap")
  func lostWatch() async throws {
    try FileManager.default.createDirectory(at: recorded, withIntermediateDirectories: true)
    func write(_ text: String, _ name: String) throws { try Data(text.utf8).write(to: recorded.appending(path: name)) }
    try write(#"{"startedAt":"2026-01-22T14:03:00Z"}"#, "meta.json")
    try write(#"{"items":[]}"#, "list-pods.json")
    let pod = #"{"metadata":{"name":"a","namespace":"n","uid":"a","resourceVersion":"1","creationTimestamp":"2026-01-22T14:03:01Z"}}"#
    try write(
      """
      {"at":1,"resource":"pods","event":{"type":"ADDED","object":\(pod)}}
      {"at":5,"resource":"pods","event":{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"2"}}}}
      {"at":9,"resource":"pods","event":{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old"}}}
      {"at":40,"resource":"pods","event":{"type":"DELETED","object":\(pod)}}
      """, "watch.ndjson")
    let (_, reader) = try await replay()
    let gap = try #require(try await reader.gaps(since: nil).first)
    #expect(gap.from.rfc3339(.seconds) == "2026-01-22T14:03:05Z" && gap.to.rfc3339(.seconds) == "2026-01-22T14:03:40Z")
    #expect(gap.reason.contains("too old"))
  }
}
