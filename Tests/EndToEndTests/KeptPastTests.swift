import Foundation
import Glibc
import JSONBytes
import Testing

/// How much of the past a store keeps, what goes, and whether the disk has room for it: no ground is needed.
@Suite("How much is kept")
struct KeptPastTests {
  /// A home of the ordinary user's, and beside it `old.log` with 500 records and `new.log` with ten.
  private struct Place {
    var folder: String
    var home: String { "\(folder)/home" }

    func periplus(_ arguments: String...) throws -> Program.Outcome {
      let environment = ["PERIPLUS_HOME": home, "KUBECONFIG": "\(home)/none", "TERM": "xterm-256color"]
      return try Program.run(Program.binaries.appending(path: "periplus").path, arguments, environment: environment, limit: 30)
    }

    func ingest(_ name: String) throws {
      let outcome = try periplus("ingest", "\(folder)/\(name)")
      #expect(outcome.status == 0, "\(outcome.errors)")
    }

    func configure(keepAtMost: String) throws {
      try "store: {keepAtMost: \(keepAtMost)}\n".write(toFile: "\(home)/config.yaml", atomically: true, encoding: .utf8)
    }

    /// Which records are in the store, by their numbers.
    func kept() throws -> [Int] {
      try periplus("logs", "--limit", "10000", "--json").json().compactMap { record in
        record["message"]?.stringValue?.split(separator: " ").last.flatMap { Int($0) }
      }.sorted()
    }
  }

  private func withPlace(_ body: (Place) throws -> Void) throws {
    let folder = try ScratchFolder("kept")
    let place = Place(folder: folder.path)
    try FileManager.default.createDirectory(atPath: place.home, withIntermediateDirectories: true)
    for (name, numbers) in [("old", 0..<500), ("new", 500..<510)] {
      let text = numbers.map { #"{"level":"INFO","message":"line \#($0)"}"# + "\n" }.joined()
      try text.write(toFile: "\(folder.path)/\(name).log", atomically: true, encoding: .utf8)
    }
    try folder.handOver()
    try body(place)
  }

  @Test("14 days and 10 GiB are kept when nobody says otherwise, and prune removes nothing of that")
  func standard() throws {
    try withPlace { place in
      try place.ingest("old.log")
      let pruned = try place.periplus("store", "prune")
      #expect(pruned.status == 0 && pruned.errors.hasPrefix("0 records removed"), "\(pruned.errors)")
      let extent = try #require(try place.periplus("store", "--json").json().first)
      #expect(extent["records"]?.intValue == 500)
      #expect(extent["keepForSeconds"]?.intValue == 1_209_600)
      #expect(extent["keepAtMostBytes"]?.intValue == 10 << 30)
      #expect(try place.kept() == Array(0..<500))
    }
  }

  @Test("prune removes what was stored longer ago than it is told")
  func age() throws {
    try withPlace { place in
      try place.ingest("old.log")
      // It notes how far the records go by now.
      #expect(try place.periplus("store", "prune").status == 0)
      try place.ingest("new.log")
      let pruned = try place.periplus("store", "prune", "--keep-for", "1ms")
      #expect(pruned.status == 0 && pruned.errors.hasPrefix("500 records removed"), "\(pruned.errors)")
      #expect(try place.kept() == Array(500..<510))
    }
  }

  @Test("prune removes the oldest that are more than it is told, or than the configuration says", arguments: [false, true])
  func size(isConfigured: Bool) throws {
    try withPlace { place in
      try place.ingest("old.log")
      if isConfigured { try place.configure(keepAtMost: "1Ki") }
      let pruned =
        isConfigured ? try place.periplus("store", "prune") : try place.periplus("store", "prune", "--keep-at-most", "1Ki")
      // A store without records is larger than that: all but a few of the newest go.
      let left = try place.kept()
      #expect(!left.isEmpty && left.count < 100 && left == Array((500 - left.count)..<500), "\(left)")
      #expect(pruned.status == 0 && pruned.errors.hasPrefix("\(500 - left.count) records removed"), "\(pruned.errors)")
    }
  }

  private static let freeBytes: UInt64 = {
    var info = statvfs()
    return statvfs("/tmp", &info) == 0 ? UInt64(info.f_bavail) * UInt64(info.f_frsize) : 0
  }()

  @Test(
    "doctor warns of a disk that has less room than the store may take, and says what to change",
    .enabled(if: KeptPastTests.freeBytes > 2 << 30, "needs 2 GiB of free space in /tmp"),
    arguments: [("1Mi", true, "1 Mi at most"), ("1Pi", false, "1048576.0 Gi at most")])
  func doctor(keepAtMost: String, isGood: Bool, limit: String) throws {
    try withPlace { place in
      try place.configure(keepAtMost: keepAtMost)
      let findings = try place.periplus("doctor", "--json").json()
      let disk = try #require(findings.first { $0["what"]?.stringValue == "disk" }, "\(findings)")
      #expect(disk["good"]?.boolValue == isGood && disk["needed"]?.boolValue == false)
      let sentence = disk["sentence"]?.stringValue ?? ""
      #expect(sentence.contains(" MiB free; the store has 0 and grows to \(limit)"), "\(sentence)")
      #expect(sentence.contains("give it less: store: {keepAtMost: SIZE} in config.yaml") == !isGood, "\(sentence)")
    }
  }
}
