import Foundation
import JSONBytes
import TestSupport
import Testing

/// `periplus cluster replay` on the recording of a real cluster: every line of what was done, by the JSON that the command prints.
@Suite("Replay")
struct ReplayTests {
  private static func periplus(_ arguments: String..., environment: [String: String] = [:]) throws -> Program.Outcome {
    try Program.run(
      Program.binaries.appending(path: "periplus").path, arguments,
      environment: ["PERIPLUS_HOME": "/tmp/pe-none", "TERM": "xterm-256color"].merging(environment) { $1 }, limit: 60)
  }

  /// Calls the body with a folder that the ordinary user can read.
  private static func withFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
    let folder = URL(filePath: "/tmp/pe-replay-\(UUID().uuidString.prefix(8).lowercased())")
    try FileManager.default.createDirectory(
      at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o777])
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
  }

  private struct Entry {
    var at: Double
    var workload: String
    var what: String
    var old: String

    init?(_ line: JSONValue) {
      guard let change = line["change"]?.stringValue, let cause = line["cause"]?.stringValue, let at = line["at"]?.stringValue else {
        return nil
      }
      self.at = ReplayTests.seconds(at)
      workload = line["workload"]?.stringValue ?? ""
      what = "\(change) \(cause)"
      old = line.at("old", "name")?.stringValue ?? ""
    }
  }

  /// Seconds since 1970 of a time as the command writes it.
  private static func seconds(_ text: String) -> Double {
    let date = try? Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    return date?.timeIntervalSince1970 ?? .nan
  }

  @Test("every line of the truth, with its counts; no gap, nothing unknown")
  func everyLine() throws {
    let outcome = try Self.withFolder { folder in
      try RecordingFolder.write(to: folder)
      return try Self.periplus("cluster", "replay", folder.path, "--json")
    }
    try #require(outcome.status == 0, "\(outcome.errors)")
    let json = try outcome.json()
    #expect(json.allSatisfy { $0["type"] == nil })
    #expect(json.allSatisfy { $0["cause"] != "unknown" && $0["pending"] == nil })
    let entries = json.compactMap { Entry($0) }
    #expect(entries.count == json.count)
    #expect(entries.map(\.at) == entries.map(\.at).sorted())
    let truth = try RecordingFolder.truth.map { try JSONValue(parsing: Array($0)) }
    #expect(truth.count == 21)
    // A line's time counts from about two seconds after the recording's start.
    let times = truth.map { Self.seconds(RecordingFolder.start) + ($0["at"]?.doubleValue ?? 0) + 1 }
    let loops: Set = ["Deployment/memhog", "Deployment/crasher", "Deployment/deaf"]
    for (index, line) in truth.enumerated() {
      let end = index + 1 < times.count ? times[index + 1] : .infinity
      let told = entries.filter {
        $0.at >= times[index] && $0.at < end && !($0.what.hasPrefix("restarted") && loops.contains($0.workload))
      }
      let workload = "Deployment/\(line["workload"]?.stringValue ?? "")"
      let mine = told.filter { $0.workload == workload }.map(\.what)
      let all = told.map(\.what)
      let action = line["action"]?.stringValue ?? ""
      let comment = Comment(rawValue: "\(action) \(workload): \(all)")
      switch action {
      case "deploy", "uncordon", "bad-rollout", "deploy-oom", "deploy-crash", "deploy-liveness", "node-back": #expect(all == [], comment)
      // The pod that is evicted for its storage goes a while after the line says that it was made.
      case "unschedulable": #expect(all == ["failed eviction"], comment)
      // The line of a drain bears the time at which the drain was done.
      case "cordon": #expect(all.allSatisfy { $0 == "replaced drain" }, comment)
      case "drain":
        let drained = entries.filter { $0.at >= times[index - 1] && $0.at < end && $0.what.hasPrefix("replaced") }
        #expect(drained.map(\.what) == Array(repeating: "replaced drain", count: 7), comment)
      case "rollout": #expect(mine == ["replaced rollout", "replaced rollout"], comment)
      case "delete-pod":
        #expect(all == ["replaced deleted"] && told.allSatisfy { line["expect"]?.stringValue?.hasSuffix($0.old) == true }, comment)
      case "scale-up": #expect(all == ["added scale", "added scale"], comment)
      case "scale-down": #expect(all == ["removed scale", "removed scale"], comment)
      case "rollback": #expect(all == ["removed rollout"], comment)
      case "evict-storage":
        let after = entries.filter { $0.at >= times[index] && $0.at < times[index] + 40 && $0.workload == "Pod/scratch-filler" }
        #expect(after.map(\.what) == ["failed eviction"], comment)
      case "node-lost": #expect(all.filter { $0 != "removed deleted" } == Array(repeating: "replaced nodeLost", count: 10), comment)
      case "preempt": #expect(mine == ["replaced preemption"], comment)
      case "job": #expect(all == ["removed completed"], comment)
      case "delete-namespace": #expect(all == Array(repeating: "removed deleted", count: 14), comment)
      default: Issue.record("no rule for \(action)")
      }
    }
    for (workload, cause) in [("memhog", "oomKilled"), ("crasher", "crash"), ("deaf", "probe")] {
      let told = entries.filter { $0.workload == "Deployment/\(workload)" && $0.what.hasPrefix("restarted") }
      #expect(told.count >= 4 && told.allSatisfy { $0.what == "restarted \(cause)" }, "\(workload)")
    }
  }

  @Test("the table names causes, and --health adds the nodes and workloads of the end; nothing is left behind")
  func text() throws {
    let folder = URL(filePath: "/tmp/pe-tmp-\(UUID().uuidString.prefix(8).lowercased())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o777])
    defer { try? FileManager.default.removeItem(at: folder) }
    let outcome = try Self.withFolder { recording in
      try RecordingFolder.write(to: recording)
      return try Self.periplus("cluster", "replay", recording.path, "--health", environment: ["TMPDIR": folder.path])
    }
    #expect(outcome.status == 0, "\(outcome.errors)")
    for word in ["nodeLost", "preemption", "default/d", "drain"] { #expect(outcome.output.contains(word), "\(word)") }
    #expect(outcome.errors.isEmpty)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
  }

  @Test(
    "what is missing is one sentence and 3, what is mistyped 2",
    arguments: [
      (["cluster", "replay", "/nowhere"], 3, "/nowhere"), (["cluster", "replay", "/tmp"], 3, "meta.json"),
      (["cluster", "record", "/tmp"], 2, "--context"), (["cluster", "reply", "x"], 2, "did you mean 'periplus cluster replay'?"),
      (["cluster", "record", "/tmp/pe-none-x", "--context", "c"], 3, "nowhere"),
    ])
  func errors(arguments: [String], status: Int, words: String) throws {
    let outcome = try Program.run(
      Program.binaries.appending(path: "periplus").path, arguments,
      environment: ["PERIPLUS_HOME": "/tmp/pe-none", "KUBECONFIG": "/nowhere/config", "TERM": "xterm-256color"], limit: 30)
    #expect(outcome.status == Int32(status), "\(outcome.errors)")
    #expect(outcome.errors.contains(words), "\(outcome.errors)")
    #expect(!FileManager.default.fileExists(atPath: "/tmp/pe-none-x"))
  }
}

extension GroundTests {
  @Test("a cluster is recorded until ctrl-c, and the replay tells what was done to it", .needsKubectl)
  func recordAndReplay() async throws {
    let ground = try ground
    try await ground.eventually(within: 60, "all deployments are ready") { try ground.allReady() }
    let context = try ground.kubectl("config", "current-context").output.trimmingCharacters(in: .whitespacesAndNewlines)
    let folder = ground.home.appending(path: "recording")
    let log = FileManager.default.temporaryDirectory.appending(path: "pe-record-\(UUID().uuidString.prefix(8))")
    try Data().write(to: log)
    defer { try? FileManager.default.removeItem(at: log) }
    let (program, words) = Program.command(
      ground.bin.appending(path: "periplus").path, ["cluster", "record", folder.path, "--context", context])
    let variables = ProcessInfo.processInfo.environment.merging(ground.environment) { $1 }
    let pid = try Spawn.start(
      [program.path] + words, variables.map { "\($0.key)=\($0.value)" }, input: "/dev/null", output: log.path, errors: log.path)
    try await ground.eventually(within: 30, "the lists are recorded") {
      try String(contentsOf: log, encoding: .utf8).contains("ctrl-c ends it")
    }
    let pod = try #require(try ground.pods("catalog").first)
    #expect(try ground.kubectl("delete", "pod", "-n", "shop", pod, "--wait=true").status == 0)
    try await ground.eventually(within: 60, "its successor is ready") { try ground.allReady() }
    kill(pid, SIGINT)
    #expect(Spawn.wait(pid, limit: 20) == 0)
    let told = try String(contentsOf: log, encoding: .utf8)
    #expect(told.contains("events of"), "\(told)")
    let again = try ground.periplus("cluster", "record", folder.path, "--context", context)
    #expect(again.status == 3 && again.errors.contains("empty folder"), "\(again.errors)")
    let replayed = try ground.periplus("cluster", "replay", folder.path, "--json")
    #expect(replayed.status == 0 && replayed.errors.isEmpty, "\(replayed.errors)")
    let entries = try replayed.json().filter { $0.at("old", "name")?.stringValue == pod }
    #expect(entries.count == 1 && entries.first?["cause"] == "deleted" && entries.first?["change"] == "replaced", "\(replayed.output)")
    #expect(entries.first?["cluster"]?.stringValue == context)
  }
}
