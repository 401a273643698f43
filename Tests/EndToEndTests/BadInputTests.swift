import Foundation
import Testing

/// What a person gets for a wrong word: one sentence, the right exit code, nothing broken.
@Suite("Bad input")
struct BadInputTests {
  func periplus(_ arguments: [String], home: String? = nil) throws -> Program.Outcome {
    let own = "/tmp/pe-none-\(UUID().uuidString.prefix(8))"
    defer { try? FileManager.default.removeItem(atPath: own) }
    return try Program.run(
      Program.binaries.appending(path: "periplus").path, arguments, environment: ["PERIPLUS_HOME": home ?? own, "TERM": "xterm-256color"],
      limit: 30)
  }

  @Test(
    "wrong usage ends with 2",
    arguments: [
      ["nonsense"], ["logs", "--nonsense"], ["console", "--size", "12"], ["traffic", "--rate", "-3"], ["logs", "--grep", "a(b"],
      ["logs", "-/a[/"],
    ])
  func usage(arguments: [String]) throws {
    let outcome = try periplus(arguments)
    #expect(outcome.status == 2, "\(arguments): \(outcome.status) \(outcome.errors)")
    #expect(!outcome.errors.isEmpty)
  }

  @Test(
    "a mistyped word suggests the one that was meant",
    arguments: [
      (["helth"], "did you mean 'periplus health'?"), (["help", "resch"], "did you mean 'periplus reschedules'?"),
      (["learn", "strat", "x"], "did you mean 'periplus learn start'?"), (["logs", "--sevrice", "x"], "Did you mean '--service'?"),
      (["logs", "--level", "WORN"], "did you mean WARN?"), (["logs", "levle:WARN"], "is levle: meant to be level:?"),
      (["open", "nodez"], "did you mean nodes?"), (["check", "logging.record-valid"], "did you mean 'logging.records-valid'?"),
      (["learn", "start", "folow-an-id"], "did you mean 'follow-an-id'?"), (["demo", "rehearse", "99"], "periplus demo list"),
    ])
  func meant(arguments: [String], hint: String) throws {
    let outcome = try periplus(arguments)
    #expect(outcome.status != 0)
    #expect(outcome.errors.contains(hint), "\(arguments): \(outcome.errors)")
  }

  @Test("the shell completes lessons, demos, checks, pages, levels, services, queries and contexts")
  func completions() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "pe-ctx-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let kubeconfig = folder.appending(path: "config")
    try "contexts:\n- {name: staging, context: {cluster: a, user: b}}\n".write(to: kubeconfig, atomically: true, encoding: .utf8)
    func offered(_ command: [String], _ argument: String) throws -> [String] {
      try Program.run(
        Program.binaries.appending(path: "periplus").path, ["---completion"] + command + ["--", argument, "0", "0", ""],
        environment: ["KUBECONFIG": kubeconfig.path], limit: 30
      ).lines
    }
    #expect(try offered(["learn", "start"], "positional@0").contains("follow-an-id"))
    #expect(try offered(["demo", "rehearse"], "positional@0").contains("1"))
    #expect(try offered(["logs"], "--service").contains("orders"))
    #expect(try offered(["logs"], "positional@0").contains("service:orders"))
    #expect(try offered(["health"], "--context") == ["staging"])
    let script = try periplus(["completions", "bash"]).output
    for word in ["logging.records-valid", "WARN", "nodes"] { #expect(script.contains(word)) }
  }

  @Test("lists are in columns, in sentences with --linear, and never colored in a file")
  func columns() throws {
    for command in [["check", "--list"], ["learn"], ["demo"], ["doctor"], ["status"]] {
      let lines = try periplus(command).lines
      let header = try #require(lines.first { $0 == $0.uppercased() && $0.contains("   ") }, "\(command): \(lines)")
      #expect(!header.contains("│") && !lines.joined().contains("\u{1B}"))
      let sentences = try periplus(command + ["--linear"]).lines
      #expect(!sentences.contains(header))
    }
  }

  @Test("a console without a terminal says so and ends with 3")
  func noTerminal() throws {
    // The other user last: only the program itself may be in a folder that this user alone can read.
    let (program, words) = Program.command(Program.binaries.appending(path: "periplus").path, ["console"])
    let outcome = try Program.run(
      "/usr/bin/setsid", ["--wait", program.path] + words, environment: ["PERIPLUS_HOME": "/tmp/pe-none", "TERM": "xterm"],
      asOrdinaryUser: false, limit: 30)
    #expect(outcome.status == 3, "\(outcome.errors)")
    #expect(outcome.errors.split(separator: "\n").count == 1)
  }

  @Test(
    "nothing to read yet is an answer, not a crash",
    arguments: [
      (["status"], 0), (["logs"], 1), (["reschedules"], 0), (["health"], 3), (["nodes"], 3), (["request", "x"], 1), (["store"], 1),
    ])
  func emptyHome(arguments: [String], status: Int) throws {
    let outcome = try periplus(arguments)
    #expect(Int(outcome.status) == status, "\(arguments): \(outcome.status) \(outcome.errors)")
    #expect(!outcome.errors.contains("Error"), "\(outcome.errors)")
  }

  @Test("a relative path is below the folder one stands in, whatever $PWD says")
  func relativePath() throws {
    let home = "/tmp/pe-rel-\(UUID().uuidString.prefix(8))"
    defer { try? FileManager.default.removeItem(atPath: home) }
    let outcome = try Program.run(
      "/bin/sh",
      [
        "-c", "cd \"$1\" && exec env PWD=/nowhere \"$2\" ingest ./app.yaml", "sh", Program.readable.deletingLastPathComponent().path,
        Program.binaries.appending(path: "periplus").path,
      ], environment: ["PERIPLUS_HOME": home], limit: 30)
    #expect(outcome.status == 0 && outcome.output.contains("from 1 file"), "\(outcome.status) \(outcome.output)\(outcome.errors)")
  }

  @Test("a broken plan gives all its errors at once, with file and line")
  func brokenPlan() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "pe-plan-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "plan.yaml")
    try "programme:\n  id: x\nfacilitys: []\nfacilities: 7\n".write(to: file, atomically: true, encoding: .utf8)
    let outcome = try periplus(["plan", "lint", file.path])
    #expect(outcome.status == 1)
    let text = outcome.output + outcome.errors
    #expect(text.contains("plan.yaml:1") && text.contains("plan.yaml:3") && text.contains("plan.yaml:4"), "\(text)")
  }

  @Test("the reference texts come from the commands themselves")
  func reference() throws {
    for shell in ["bash", "zsh", "fish"] { #expect(try periplus(["completions", shell]).output.contains("reschedules")) }
    #expect(try periplus(["man"]).output.hasPrefix(".TH PERIPLUS 1"))
    let keys = try periplus(["keys"])
    let document = try String(contentsOf: Program.share.appending(path: "docs/keys.md"), encoding: .utf8)
    #expect(keys.output == document, "docs/keys.md is out of date; run make docs")
    let json = try String(contentsOf: Program.share.appending(path: "docs/json.md"), encoding: .utf8)
    #expect(try periplus(["schema"]).output == json, "docs/json.md is out of date; run make docs")
  }
}
