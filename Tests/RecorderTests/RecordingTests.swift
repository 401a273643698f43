import ClusterFeed
import ClusterModel
import Foundation
import JSONBytes
import Recorder
import Testing
import TimeFormat

@Suite("Recordings") struct RecordingTests {
  private let folder = FileManager.default.temporaryDirectory.appending(path: "recording-\(UUID().uuidString)")
  private let start = Timestamp(milliseconds: 1_800_000_000_250)

  /// All that a reader gives.
  private func deltas(_ folder: URL) throws -> (deltas: [ClusterDelta], reader: RecordingReader) {
    var reader = try ClusterRecording(folder: folder.path).reader()
    var deltas: [ClusterDelta] = []
    while let item = reader.next() { if case .delta(let delta) = item { deltas.append(delta) } }
    return (deltas, reader)
  }

  private static func pod(_ name: String, _ spec: String = "{}") -> String {
    #"{"metadata":{"name":"\#(name)","namespace":"n","uid":"\#(name)","resourceVersion":"1"},"spec":\#(spec)}"#
  }

  private static func page(_ names: [String], version: Int, next: String = "") -> [UInt8] {
    Array(
      #"{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"\#(version)","continue":"\#(next)"},"items":[\#(names.map { pod($0) }.joined(separator: ","))]}"#
        .utf8)
  }

  @Test("what a feed hears is read back: pages, events, a list that was read again; secrets are masked")
  func roundTrip() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let writer = try RecordingWriter(folder: folder.path, context: "staging", now: start)
    writer.refused(.nodes, "nodes is forbidden")
    // A list that broke off, and began again.
    writer.page(.pods, Self.page(["x"], version: 1, next: "1"), isFirst: true)
    writer.page(.pods, Self.page(["a", "b"], version: 3, next: "2"), isFirst: true)
    writer.page(.pods, Self.page(["c"], version: 3), isFirst: false)
    writer.listed(.pods, at: start + .milliseconds(420))
    let secret = #"{"containers":[{"name":"x","env":[{"name":"DB_PASSWORD","value":"hunter2"}]}]}"#
    let applied = JSONValue.string(#"{"env":[{"name":"DB_PASSWORD","value":"hunter3"}]}"#).jsonString
    let annotated = Self.pod("a", secret).replacing(
      #""resourceVersion""#, with: #""annotations":{"kubectl.kubernetes.io/last-applied-configuration":\#(applied)},"resourceVersion""#)
    writer.line(.pods, Array(#"{"type":"MODIFIED","object":\#(annotated)}"#.utf8), at: start + .milliseconds(1897))
    writer.line(
      .pods, Array(#"{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"5"}}}"#.utf8), at: start + .milliseconds(2000))
    writer.page(.pods, Self.page(["a"], version: 9), isFirst: true)
    writer.listed(.pods, at: start + .milliseconds(60_005))
    #expect(writer.failure == nil && writer.events == 2 && writer.kinds == 1)

    let recording = try ClusterRecording(folder: folder.path)
    #expect(recording.context == "staging" && recording.start == start)
    let (read, reader) = try deltas(folder)
    #expect(reader.unreadable == 0 && reader.events == 2)
    #expect(read.map { ($0.at - start).nanoseconds / 1_000_000 } == [420, 1897, 60_005])
    let names = read.map { delta -> [String] in
      switch delta.change {
      case .relist(let objects): objects.map(\.identity)
      case .added(let object), .modified(let object), .deleted(let object): [object.identity]
      }
    }
    #expect(names == [["a", "b", "c"], ["a"], ["a"]])
    func text(_ name: String) throws -> String { try String(contentsOf: folder.appending(path: name), encoding: .utf8) }
    #expect(try text("list-pods.json").contains(#""kind":"PodList""#) && text("list-pods.json").contains(#""resourceVersion":"3""#))
    #expect(try text("watch.ndjson").hasPrefix(#"{"at":1.897,"resource":"pods","event":{"type":"MODIFIED""#))
    #expect(try !text("watch.ndjson").contains("hunter") && text("watch.ndjson").contains("DB_PASSWORD"))
    let meta = try JSONValue(parsing: text("meta.json"))
    #expect(meta.at("notRecorded", "nodes") == "nodes is forbidden" && meta.at("resources", "pods") == "/api/v1/pods")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["list-pods.json", "meta.json", "watch.ndjson"])
  }

  @Test("a recording of nothing leaves nothing behind")
  func discard() throws {
    let writer = try RecordingWriter(folder: folder.path, context: "staging", now: start)
    writer.page(.pods, Self.page(["x"], version: 1, next: "1"), isFirst: true)
    writer.refused(.nodes, "nodes is forbidden")
    writer.discard()
    #expect(!FileManager.default.fileExists(atPath: folder.path))
  }

  @Test("a folder with something in it is refused, and left as it is")
  func refusesFullFolder() throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data("mine".utf8).write(to: folder.appending(path: "notes.txt"))
    let path = folder.path
    let error = #expect(throws: (any Error).self) { try RecordingWriter(folder: path, context: "c", now: Timestamp(seconds: 0)) }
    #expect("\(try #require(error))".contains("holds 1 file"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: path) == ["notes.txt"])
  }

  @Test(
    "what cannot be read is one sentence, or a counted line",
    arguments: ["no folder", "no meta", "no start", "no list", "bad list", "bad lines"])
  func unreadable(what: String) throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    func write(_ text: String, _ name: String) throws { try Data(text.utf8).write(to: folder.appending(path: name)) }
    if what != "no folder" { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }
    let hasMeta = !["no folder", "no meta"].contains(what)
    if hasMeta { try write(what == "no start" ? "{}" : #"{"startedAt":"2026-01-22T14:03:02Z"}"#, "meta.json") }
    if what == "bad list" { try write("{\"items\":", "list-pods.json") }
    guard what == "bad lines" else {
      let error = #expect(throws: (any Error).self) { try ClusterRecording(folder: folder.path).reader() }
      let sentence = "\(try #require(error))"
      #expect(sentence.contains(folder.path) && !sentence.contains("\n") && sentence.hasPrefix("expected"), "\(sentence)")
      return
    }
    try write(#"{"items":[]}"#, "list-pods.json")
    let pod = #"{"metadata":{"name":"a","namespace":"n","uid":"a","resourceVersion":"1"}}"#
    let lines = [
      #"{"at":1.5,"resource":"pods","event":{"type":"ADDED","object":\#(pod)}}"#, #"{"at":1e300,"resource":"pods","event":{}}"#, "nonsense",
      #"{"at":-1,"resource":"pods","event":{"type":"DELETED","object":\#(pod)}}"#, #"{"at":2,"resource":"widgets","event":{}}"#,
      #"{"at":2,"resource":"pods","event":{"type":"DELETED","object":\#(pod)}"#,
    ]
    try write(lines.joined(separator: "\n"), "watch.ndjson")
    let (read, reader) = try deltas(folder)
    #expect(read.count == 2 && reader.unreadable == 4 && reader.passedOver == 1)
    #expect(reader.firstProblem?.hasPrefix("line 2: expected") == true)
  }
}
