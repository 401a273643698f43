import Foundation
import Glibc
import Testing

/// What the programs say of a cluster that gives no data, and of a demo that may not be shown yet: no ground is needed.
@Suite("Clusters without data")
struct UnreachableClusterTests {
  /// - Parameter server: of all contexts; without one, port 1 of this machine: nothing listens there.
  private func withHome(
    server: String = "http://127.0.0.1:1", _ body: (_ home: String, _ environment: [String: String]) async throws -> Void
  ) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "pe-far-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: folder.path)
    defer { try? FileManager.default.removeItem(at: folder) }
    let kubeconfig = folder.appending(path: "config")
    try """
    clusters: [{name: c, cluster: {server: "\(server)"}}]
    contexts: [{name: staging, context: {cluster: c}}, {name: ground, context: {cluster: c}}]
    """.write(to: kubeconfig, atomically: true, encoding: .utf8)
    let home = folder.appending(path: "home").path
    try await body(home, ["PERIPLUS_HOME": home, "KUBECONFIG": kubeconfig.path, "TERM": "xterm-256color"])
  }

  private func periplus(_ arguments: [String], _ environment: [String: String]) throws -> Program.Outcome {
    try Program.run(Program.binaries.appending(path: "periplus").path, arguments, environment: environment, limit: 30)
  }

  /// Records contexts while the body runs; gives it the file with what the recorder says.
  private func recording(
    _ contexts: [String], _ home: String, _ environment: [String: String], _ body: (_ log: String) async throws -> Void
  ) async throws {
    let log = "\(home)-recorder"
    let (program, words) = Program.command(
      Program.binaries.appending(path: "periplus").path, ["record"] + contexts.flatMap { ["--context", $0] })
    let variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    try Data().write(to: URL(filePath: log))
    let pid = try Spawn.start(
      [program.path] + words, variables.map { "\($0.key)=\($0.value)" }, input: "/dev/null", output: log, errors: log)
    defer {
      kill(pid, SIGTERM)
      _ = Spawn.wait(pid, limit: 20)
    }
    try await body(log)
  }

  @Test("health and nodes end with 3, say why, and as JSON have a line for it", arguments: ["health", "nodes"])
  func silent(command: String) async throws {
    try await withHome { _, environment in
      let outcome = try periplus([command, "--context", "staging", "--json"], environment)
      #expect(outcome.status == 3)
      #expect(outcome.errors.contains("staging: no data: nothing listens at http://127.0.0.1:1"))
      let line = try #require(outcome.lines.first)
      #expect(line.hasPrefix(#"{"type":"cluster","cluster":"staging","status":"unknown","reason":"no data: nothing listens"#))
    }
  }

  @Test("a context that is given twice is one cluster; one that is called ground is a cluster like any other where there is no ground")
  func names() async throws {
    try await withHome { _, environment in
      let twice = try periplus(["health", "--context", "staging", "--context", "staging", "--json"], environment)
      #expect(twice.status == 3 && twice.lines.count == 1, "\(twice.errors)")
      let ground = try periplus(["health", "--context", "ground", "--json"], environment)
      #expect(ground.status == 3 && ground.lines.first?.contains(#""cluster":"ground""#) == true, "\(ground.errors)")
    }
  }

  @Test("a recorder that sees nothing says so, and status tells of it")
  func recorder() async throws {
    try await withHome { home, environment in
      try await recording(["ground", "ground"], home, environment) { log in
        try await eventually(within: 20, "the recorder says what it waits for") {
          try String(contentsOfFile: log, encoding: .utf8).contains("feed of ground waits: nothing listens at http://127.0.0.1:1")
        }
        let status = try periplus(["status"], environment)
        #expect(
          !status.output.contains("nothing runs") && status.output.contains("nothing listens at http://127.0.0.1:1"), "\(status.output)")
      }
    }
  }

  @Test("a recorder whose user may see nothing says what is forbidden and how to be allowed, and status tells of it")
  func forbidden() async throws {
    let refusal = #"{"kind":"Status","status":"Failure","message":"all is forbidden to oncall","reason":"Forbidden","code":403}"#
    let server = try RudeServer { _, wire in wire.answer(refusal, status: "403 Forbidden") }
    defer { server.stop() }
    try await withHome(server: server.url) { home, environment in
      try await recording(["staging"], home, environment) { log in
        try await eventually(within: 20, "the recorder says what it may not see") {
          try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n").contains { line in
            line.contains("feed of staging waits: ") && line.contains("all is forbidden to oncall")
              && line.contains("; to be allowed with: kubectl create clusterrole periplus-viewer")
          }
        }
        let status = try periplus(["status"], environment)
        #expect(!status.output.contains("nothing runs") && status.output.contains("forbidden"), "\(status.output)")
      }
    }
  }

  @Test("a demo that was shown before its facility is ready reveals nothing")
  func demo() async throws {
    try await withHome { home, environment in
      #expect(try periplus(["plan", "init"], environment).status == 0)
      let outcome = try periplus(["demo", "shown", "1"], environment)
      #expect(outcome.status == 1)
      #expect(outcome.errors.contains("demo 1 does not reveal Logging yet: 4 checks have never run; nothing was recorded"))
      #expect(!FileManager.default.fileExists(atPath: "\(home)/reveals.jsonl"))
    }
  }
}
