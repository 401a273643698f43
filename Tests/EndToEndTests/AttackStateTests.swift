import Foundation
import Glibc
import TestSupport
import Testing

/// Files below the state folder, damaged in every way: commands say what is wrong in a sentence, and what can go on goes on.
@Suite("Attack by damaged state", .serialized)
struct AttackStateTests {
  enum Damage: String, CaseIterable {
    case flipped, flippedHead, cut, emptied, random, nulls, nested, hugeNumbers, folder, pipe, endless, itself, unreadable

    var leavesBytes: Bool { ![.emptied, .folder, .pipe, .endless, .itself].contains(self) }

    func apply(to path: String, _ random: inout SeededGenerator) throws {
      var bytes = FileManager.default.contents(atPath: path).map { [UInt8]($0) } ?? Array("x".utf8)
      func replace(_ make: (String) -> Int32) throws {
        try? FileManager.default.removeItem(atPath: path)
        if make(path) != 0 { throw Spawn.Failure(sentence: "\(path): \(String(cString: strerror(errno)))") }
      }
      switch self {
      case .flipped, .flippedHead:
        let reach = self == .flipped ? bytes.count : min(bytes.count, 200)
        for _ in 0..<20 where reach > 0 {
          let place = Int.random(in: 0..<reach, using: &random)
          bytes[place] = UInt8.random(in: 0...255, using: &random)
        }
      case .cut: bytes = Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &random)))
      case .emptied: bytes = []
      case .random: bytes = (0..<5000).map { _ in UInt8.random(in: 0...255, using: &random) }
      case .nulls: bytes = [UInt8](repeating: 0, count: bytes.count)
      case .nested: bytes = Array(String(repeating: "[", count: 1_000_000).utf8)
      case .hugeNumbers:
        let text = String(decoding: bytes, as: UTF8.self)
        bytes = Array(text.replacing(/[0-9]+/, with: "99999999999999999999").utf8)
      case .folder: return try replace { mkdir($0, 0o755) }
      case .pipe: return try replace { mkfifo($0, 0o666) }
      case .endless: return try replace { symlink("/dev/zero", $0) }
      case .itself: return try replace { symlink($0, $0) }
      case .unreadable:
        if !FileManager.default.fileExists(atPath: path) { try Data(bytes).write(to: URL(filePath: path)) }
        chmod(path, 0)
        return
      }
      try Data(bytes).write(to: URL(filePath: path))
    }
  }

  private static let files = [
    "plan.yaml", "reveals.jsonl", "config.yaml", "kubeconfig", "learn/progress.jsonl", "store/records.sqlite", "store/records.sqlite-wal",
    "store/writer.lock", "ground/images.json", "ground/token", "ground/port", "ground/network", "ground/certificate.pem",
    "ground/state.sqlite", "run/desired", "run/ground.json", "run/ground.pid", "run/recorder.pid", "run/recorder.sock", "logs/ground.log",
    "logs/recorder.log",
  ]

  private static let commands = [
    ["status"], ["logs"], ["health"], ["reschedules"], ["store"], ["doctor"], ["check"], ["request", "x"], ["plan", "status"], ["learn"],
    ["demo"], ["keys"], ["nodes"], ["console", "--once", "--page", "voyage", "--size", "80x24"],
    ["console", "--once", "--page", "logs", "--size", "80x24"], ["store", "prune", "--keep-for", "9000d"],
    ["ingest", Program.readable.path],
  ]

  /// A home as a ground left it that has run, with a plan and records.
  private func withHome(_ body: (GroundFixture, _ copy: () throws -> Void) throws -> Void) throws {
    let ground = try GroundFixture()
    defer { ground.remove() }
    #expect(try ground.periplus("up", "--detach", limit: 120).status == 0)
    #expect(try ground.periplus("traffic", "--rate", "20", "--for", "1s").status == 0)
    #expect(try ground.periplus("down", limit: 60).status == 0)
    for (name, text) in [
      ("config.yaml", "productionClusters: [prd-*]\n"), ("reveals.jsonl", #"{"facility":"logging","demo":1,"at":"2026-01-01T00:00:00Z"}"#),
    ] { try text.write(to: ground.home.appending(path: name), atomically: true, encoding: .utf8) }
    let kept = ground.home.deletingLastPathComponent().appending(path: "kept").path
    #expect(try Program.runAsIs("/bin/cp", ["-a", ground.home.path, kept]) == 0)
    try body(ground) {
      #expect(try Program.runAsIs("/bin/rm", ["-rf", ground.home.path]) == 0)
      #expect(try Program.runAsIs("/bin/cp", ["-a", kept, ground.home.path]) == 0)
      // What the test itself writes belongs to the user of the programs, too.
      if geteuid() == 0 { _ = try Program.runAsIs("/bin/chown", ["-R", "65534:65534", ground.home.path]) }
    }
  }

  @Test("each command ends in time with a sentence, whatever a file of the state folder has become")
  func commands() throws {
    var random = Drill.random("damage")
    try withHome { ground, copy in
      for _ in 0..<Drill.count("PERIPLUS_DRILL_DAMAGES", 40) {
        try copy()
        let file = try #require(Self.files.randomElement(using: &random))
        let damage = try #require(Damage.allCases.randomElement(using: &random))
        let path = ground.home.appending(path: file).path
        try? FileManager.default.createDirectory(
          atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try damage.apply(to: path, &random)
        if geteuid() == 0, damage != .unreadable { _ = try Program.runAsIs("/bin/chown", ["-h", "65534:65534", path]) }
        for command in Self.commands.shuffled(using: &random).prefix(4) {
          let run = try Program.measured(command, ground.environment)
          let what = "\(command) with \(file) \(damage)"
          #expect(
            !run.hasCrashed && run.seconds < 12 && run.peak < 400, "\(what): \(run.outcome.status), \(run.seconds) s, \(run.peak) MiB")
          #expect((0...3).contains(run.outcome.status), "\(what): \(run.outcome.status)")
          #expect(run.text.firstMatch(of: /[A-Za-z]+Error\(|Optional\(|Fatal|NSCocoa/) == nil, "\(what): \(run.text.suffix(300))")
        }
      }
    }
  }

  @Test("a reveal that cannot be read is told of with its line, never just left out")
  func reveals() throws {
    let folder = try ScratchFolder("reveals")
    let home = "\(folder.path)/home"
    let environment = ["PERIPLUS_HOME": home, "KUBECONFIG": "\(home)/none"]
    #expect(try Program.measured(["plan", "init"], environment).outcome.status == 0)
    let file = "\(home)/reveals.jsonl"
    try "{\"facility\":\"logging\",\"demo\":\"1\",\"at\":\"2026-01-01T00:00:00Z\"}\n\u{1}{[\n".write(
      toFile: file, atomically: true, encoding: .utf8)
    let damaged = try Program.measured(["plan", "status"], environment)
    #expect(damaged.outcome.status == 0 && damaged.outcome.errors.contains("\(file):2: this line is no reveal"), "\(damaged.text)")
    chmod(file, 0)
    if geteuid() == 0 {
      let unreadable = try Program.measured(["plan", "status"], environment)
      #expect(unreadable.outcome.errors.contains("cannot read \(file): Permission denied"), "\(unreadable.text)")
    }
  }

  @Test("a ground whose files are damaged starts, or says in a sentence why it does not, and down leaves nothing")
  func starts() throws {
    var random = Drill.random("damaged starts")
    try withHome { ground, copy in
      let files = Self.files.filter { !$0.hasPrefix("learn") && !$0.hasPrefix("plan") && !$0.hasPrefix("reveals") }
      for round in 0..<Drill.count("PERIPLUS_DRILL_STARTS", 3) {
        try copy()
        // First what once left containers behind: the daemon could not say where it listens, nor could the one that was to end them.
        let (file, damage): (String, Damage) =
          round == 0
          ? ("run/ground.json", .folder)
          : (try #require(files.randomElement(using: &random)), try #require(Damage.allCases.randomElement(using: &random)))
        let path = ground.home.appending(path: file).path
        try damage.apply(to: path, &random)
        if geteuid() == 0, damage != .unreadable { _ = try Program.runAsIs("/bin/chown", ["-h", "65534:65534", path]) }
        let what = "\(file) \(damage)"
        let up = try ground.periplus("up", "--detach", limit: 60)
        let isSaid = up.status == 0 || up.status == 3 && up.errors.contains("periplus: ")
        #expect(isSaid, "\(what): \(up.status) \(up.output)\(up.errors)")
        let down = try ground.periplus("down", limit: 60)
        #expect((0...3).contains(down.status), "\(what): \(down.status) \(down.errors)")
        let left = ground.processes()
        #expect(left.isEmpty, "\(what): \(left)")
        for process in left { kill(process.pid, SIGKILL) }
        if file == "store/records.sqlite", up.status == 0, damage.leavesBytes {
          // What was stored is there, or said to be damaged, or moved aside: it is never taken for a store without records.
          let names = try FileManager.default.contentsOfDirectory(atPath: ground.home.appending(path: "store").path)
          let isKept = try ground.periplus("logs", "--limit", "5").status != 1 || names.contains { $0.contains(".corrupt-") }
          #expect(isKept, "\(what): \(names)")
        }
      }
    }
  }
}
