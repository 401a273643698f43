import Foundation
import GroundAPI
import GroundNode
import StateDirectory
import Testing
import TimeFormat

struct PodLogTests {
  private static func home(_ logs: [Int: String]) throws -> Home {
    let home = Home(path: FileManager.default.temporaryDirectory.path + "/periplus-logs-\(UUID().uuidString)")
    let folder = home.podLog(namespace: "n", pod: "p", uid: "u") + "/c"
    try Files.makeFolder(folder)
    for (run, text) in logs { try Files.write(text, to: "\(folder)/\(run).log") }
    return home
  }

  private static func read(_ home: Home, _ change: (inout PodLogRequest) -> Void = { _ in }) async throws -> String {
    var request = PodLogRequest(namespace: "n", pod: "p", podUID: "u", node: "node-1", container: "c")
    change(&request)
    var bytes: [UInt8] = []
    for try await part in try await PodLogFiles(home: home).log(request) { bytes += part }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static let sample = """
    2026-01-01T00:00:01.000000000Z stdout F one
    2026-01-01T00:00:02.000000000Z stdout P tw
    2026-01-01T00:00:02.000000001Z stdout F o
    2026-01-01T00:00:03.000000000Z stderr F three
    2026-01-01T00:00:04.000000000Z stdout F \n
    """

  @Test func prefixesAreGoneAndPartsJoined() async throws {
    let home = try Self.home([0: "2025-01-01T00:00:00.000000000Z stdout F old\n", 1: Self.sample])
    defer { try? Files.remove(home.path) }
    #expect(try await Self.read(home) == "one\ntwo\nthree\n\n")
    #expect(try await Self.read(home) { $0.tailLines = 3 } == "two\nthree\n\n")
    #expect(try await Self.read(home) { $0.tailLines = 0 } == "")
    #expect(try await Self.read(home) { $0.tailLines = 99 } == "one\ntwo\nthree\n\n")
    #expect(try await Self.read(home) { $0.limitBytes = 5 } == "one\nt")
    #expect(try await Self.read(home) { $0.since = Timestamp(rfc3339: "2026-01-01T00:00:03Z") } == "three\n\n")
    #expect(try await Self.read(home) { $0.previous = true } == "old\n")
    let stamped = try await Self.read(home) {
      $0.timestamps = true
      $0.tailLines = 3
    }
    #expect(stamped.hasPrefix("2026-01-01T00:00:02.000000000Z two\n2026-01-01T00:00:03.000000000Z three\n"))
  }

  @Test func followingEndsWithTheRun() async throws {
    let home = try Self.home([0: Self.sample])
    defer { try? Files.remove(home.path) }
    let folder = home.container(uid: "u", name: "c", restart: 0)
    try Files.makeFolder(folder)
    async let text = Self.read(home) { $0.follow = true }
    let log = home.podLog(namespace: "n", pod: "p", uid: "u") + "/c/0.log"
    let handle = try #require(FileHandle(forWritingAtPath: log))
    try handle.seekToEnd()
    try handle.write(contentsOf: Data("2026-01-01T00:00:05.000000000Z stdout F more\n".utf8))
    try handle.close()
    try Files.write("code 0\n1\n", to: "\(folder)/exit")
    #expect(try await text == "one\ntwo\nthree\n\nmore\n")
  }

  /// As the kubelet has it: while a container waits to be started again, its last run is the previous one.
  @Test func whileItWaitsTheNewestRunIsThePreviousOne() async throws {
    let home = try Self.home([0: Self.entry("first", 1), 1: Self.entry("second", 2)])
    defer { try? Files.remove(home.path) }
    #expect(try await Self.read(home) { $0.previous = true } == "first\n")
    let text = try await Self.read(home) {
      $0.previous = true
      $0.isWaiting = true
    }
    #expect(text == "second\n")
  }

  private static func entry(_ text: String, _ second: Int) -> String { "2026-01-01T00:00:0\(second).000000000Z stdout F \(text)\n" }

  @Test func whatRotationPutAwayIsRead() async throws {
    let home = try Self.home([0: Self.entry("e", 5) + Self.entry("f", 6), 10: Self.entry("another run", 9)])
    defer { try? Files.remove(home.path) }
    let folder = home.podLog(namespace: "n", pod: "p", uid: "u") + "/c"
    try Files.remove("\(folder)/10.log")
    try Files.write(Self.entry("a", 1) + Self.entry("b", 2), to: "\(folder)/0.log.20260101-000002")
    try Files.write(Self.entry("c", 3) + Self.entry("d", 4), to: "\(folder)/0.log.20260101-000004")
    #expect(try await Self.read(home) == "a\nb\nc\nd\ne\nf\n")
    for (lines, text) in [(0, ""), (1, "f\n"), (2, "e\nf\n"), (3, "d\ne\nf\n"), (5, "b\nc\nd\ne\nf\n"), (9, "a\nb\nc\nd\ne\nf\n")] {
      #expect(try await Self.read(home) { $0.tailLines = lines } == text)
    }
    #expect(try await Self.read(home) { $0.since = Timestamp(rfc3339: "2026-01-01T00:00:04Z") } == "d\ne\nf\n")
  }

  @Test func followingGoesOnAfterRotation() async throws {
    let home = try Self.home([0: Self.entry("a", 1)])
    defer { try? Files.remove(home.path) }
    let run = home.container(uid: "u", name: "c", restart: 0)
    try Files.makeFolder(run)
    let folder = home.podLog(namespace: "n", pod: "p", uid: "u") + "/c"
    var request = PodLogRequest(namespace: "n", pod: "p", podUID: "u", node: "node-1", container: "c")
    request.follow = true
    var parts = try await PodLogFiles(home: home).log(request).makeAsyncIterator()
    func text() async throws -> String { String(decoding: try await parts.next() ?? [], as: UTF8.self) }
    #expect(try await text() == "a\n")
    for (letter, second) in [("b", 2), ("c", 3), ("d", 4)] {
      #expect(rename("\(folder)/0.log", "\(folder)/0.log.20260101-00000\(second)") == 0)
      try Files.write(Self.entry(letter, second), to: "\(folder)/0.log")
      #expect(try await text() == letter + "\n")
    }
    try Files.write("code 0\n1\n", to: "\(run)/exit")
    #expect(try await text() == "")
  }

  @Test func whatIsMissingIsSaid() async throws {
    let home = try Self.home([0: Self.sample])
    defer { try? Files.remove(home.path) }
    await #expect(throws: APIError(code: 400, reason: "BadRequest", message: #"previous terminated container "c" in pod "p" not found"#)) {
      try await Self.read(home) { $0.previous = true }
    }
  }

  @Test func entriesSurviveAnyBytes() {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<20_000 {
      var line = Array("2026-01-01T00:00:01.5Z stdout F text".utf8)
      for _ in 0..<Int.random(in: 0...4) {
        let index = Int.random(in: 0..<line.count, using: &generator)
        if Bool.random() { line[index] = .random(in: 0...255) } else { line.remove(at: index) }
      }
      if let entry = CRIEntry(line[...]) { #expect(entry.text.count <= line.count) }
    }
    #expect(CRIEntry(Array("2026-01-01T00:00:01.5Z stdout F ".utf8)[...])?.text.isEmpty == true)
    #expect(CRIEntry(Array("2026-01-01T00:00:01.5Z stdout F".utf8)[...])?.text.isEmpty == true)
    #expect(CRIEntry(Array("nothing".utf8)[...]) == nil)
  }
}
