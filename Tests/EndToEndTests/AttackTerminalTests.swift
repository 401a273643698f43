import Foundation
import Glibc
import TestSupport
import Testing

/// An attack on the console by the terminal it runs in, kept as a drill: it ends when it should, in words, and takes no processor for itself.
@Suite("Attack: terminals", .serialized)
struct AttackTerminalTests {
  private static let ctrlC = "\u{03}"

  /// A home without a ground, and with nothing that another test left.
  private let home = "/tmp/pe-\(UUID().uuidString.prefix(8).lowercased())"

  private var environment: [String: String] {
    [
      "PERIPLUS_HOME": home, "HOME": home, "KUBECONFIG": "\(home)/none", "LC_ALL": "C.UTF-8", "SWIFT_BACKTRACE": "enable=no",
    ]
  }

  private var periplus: String { Program.binaries.appending(path: "periplus").path }

  private func console(_ terminal: String? = "xterm-256color", columns: Int = 80, rows: Int = 24) throws -> PseudoTerminal {
    try PseudoTerminal(periplus, ["console"], environment: environment, terminal: terminal, columns: columns, rows: rows)
  }

  /// Processes of this home: the console and the guard of its terminal.
  private func left() -> [String] {
    let marker = Array("PERIPLUS_HOME=\(home)".utf8)
    return ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { pid in
      guard Int32(pid) != nil, let variables = FileManager.default.contents(atPath: "/proc/\(pid)/environ"),
        variables.split(separator: 0).contains(where: { $0.elementsEqual(marker) })
      else { return nil }
      return String(decoding: FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") ?? Data(), as: UTF8.self)
    }
  }

  private func remove() { try? FileManager.default.removeItem(atPath: home) }

  @Test("from one cell to 500 columns by 200 rows every page is drawn, and ctrl-c ends it", .timeLimit(.minutes(3)))
  func sizes() throws {
    defer { remove() }
    for (columns, rows) in [(1, 1), (500, 1), (1, 200), (2, 2), (10, 3), (40, 10), (80, 24), (500, 200)] {
      let console = try console(columns: columns, rows: rows)
      #expect(console.read(seconds: 20, until: "\u{1B}["), "\(columns)×\(rows): nothing was drawn")
      for key in ["1", "2", "3", "4", "5", "6", "?", "\u{1B}", "j", "\r", "\u{1B}", ":", "\u{1B}", "/", "\u{1B}", "\t"] {
        console.type(key)
        console.read(seconds: 0.05)
      }
      let early = console.ended(within: 0)
      #expect(early == nil, "\(columns)×\(rows): it ended with \(early ?? 0)")
      console.type(Self.ctrlC)
      let status = console.ended(within: 10)
      #expect(status == 0, "\(columns)×\(rows): \(String(describing: status))")
    }
    #expect(left().isEmpty)
  }

  @Test("a storm of sizes and keys ends in a quiet console that still answers", .timeLimit(.minutes(3)))
  func storm() throws {
    defer { remove() }
    var random = Drill.random("attack on the terminal")
    let console = try console()
    #expect(console.read(seconds: 20, until: "keys"))
    let widths = [1, 2, 7, 20, 80, 200, 500]
    let heights = [1, 2, 3, 5, 24, 50, 200]
    for turn in 0..<Drill.resizes {
      console.resize(widths.randomElement(using: &random) ?? 80, heights.randomElement(using: &random) ?? 24)
      if turn % 7 == 0 { console.type(["1", "2", "3", "4", "5", "\r", "\u{1B}", "j", "?"].randomElement(using: &random) ?? "1") }
      console.read(seconds: 0.002)
    }
    console.resize(80, 24)
    console.type("\u{1B}\u{1B}")
    console.read(seconds: 1)
    let share = console.idleShare()
    #expect(share < 0.3, "it takes \(share) of a processor for nothing")
    console.forget()
    console.type("?")
    #expect(console.read(seconds: 10, until: "\u{1B}["))
    console.type(Self.ctrlC)
    #expect(console.ended(within: 10) == 0)
  }

  @Test(
    "a megabyte that is pasted, into a page or a field, leaves a console that answers", .timeLimit(.minutes(3)),
    arguments: ["", "/", ":", "4/"])
  func paste(keys: String) throws {
    defer { remove() }
    let console = try console()
    #expect(console.read(seconds: 20, until: "keys"))
    for key in keys {
      console.type(String(key))
      console.read(seconds: 0.3)
    }
    let text = String(repeating: "hello \u{1B}]0;owned\u{07} world\n", count: 45_000)
    #expect(console.type("\u{1B}[200~\(text)\u{1B}[201~"))
    console.read(seconds: 1)
    let share = console.idleShare()
    #expect(share < 0.3, "after the paste it takes \(share) of a processor")
    #expect(!console.text.contains("\u{1B}]0;owned"))
    console.type("\u{1B}")
    console.read(seconds: 0.3)
    console.type(Self.ctrlC)
    if console.ended(within: 2) == nil { console.type(Self.ctrlC) }
    #expect(console.ended(within: 5) == 0)
  }

  @Test(
    "a terminal that goes away ends the console, stopped or not, and leaves nothing", .timeLimit(.minutes(2)), arguments: [false, true])
  func hangUp(isStopped: Bool) throws {
    defer { remove() }
    let console = try console()
    #expect(console.read(seconds: 20, until: "keys"))
    if isStopped { kill(console.process, SIGSTOP) }
    console.hangUp()
    if isStopped { kill(console.process, SIGCONT) }
    let status = console.ended(within: 10)
    #expect(status == 3, "\(String(describing: status))")
    let end = ContinuousClock.now + .seconds(5)
    while !left().isEmpty, ContinuousClock.now < end { usleep(50_000) }
    #expect(left().isEmpty, "\(left())")
  }

  @Test("a console that was stopped goes on in the size the terminal has then", .timeLimit(.minutes(2)))
  func stopped() throws {
    defer { remove() }
    let console = try console()
    #expect(console.read(seconds: 20, until: "keys"))
    for turn in 0..<3 {
      kill(console.process, SIGSTOP)
      console.resize(100 + turn, 30)
      console.forget()
      kill(console.process, SIGCONT)
      #expect(console.read(seconds: 10, until: "keys"), "it is not drawn again")
    }
    #expect(console.idleShare() < 0.3)
    console.type(Self.ctrlC)
    #expect(console.ended(within: 10) == 0)
  }

  @Test(
    "a terminal that cannot show it is told so in one sentence", .timeLimit(.minutes(1)),
    arguments: [
      nil, "", "dumb", "unknown", "nonsense", "../../etc/passwd", "xterm\u{1B}]0;owned\u{07}", String(repeating: "a", count: 5000),
    ])
  func types(terminal: String?) throws {
    defer { remove() }
    let console = try console(terminal)
    #expect(console.ended(within: 20) == 3)
    #expect(console.text.hasPrefix("periplus: The console needs"), "\(console.text.prefix(300))")
    #expect(!console.text.contains("\u{1B}") && console.text.split(separator: "\n").count == 1)
  }

  @Test("a reader that goes away ends a command quietly, and one that takes nothing is said to", .timeLimit(.minutes(2)))
  func closedOutput() throws {
    defer { remove() }
    let file = "\(home).log"
    defer { try? FileManager.default.removeItem(atPath: file) }
    try String(repeating: "2018-01-22T14:04:11.318Z one of many lines of this log\n", count: 20_000)
      .write(toFile: file, atomically: true, encoding: .utf8)
    func shell(_ command: String) throws -> Program.Outcome {
      try Program.run("/bin/bash", ["-c", "set -o pipefail; p='\(periplus)'; \(command)"], environment: environment, limit: 30)
    }
    #expect(try shell("$p ingest '\(file)'").status == 0)
    for command in ["logs --since 9999d", "logs --json --limit 20000", "logs --follow", "keys", "man"] {
      let outcome = try shell("$p \(command) | head -1")
      #expect(outcome.status == 0 && outcome.errors.isEmpty && outcome.lines.count == 1, "\(command): \(outcome)")
      // What cannot be written was not shown, and a script must know it.
      for target in ["/dev/full", "&-"] where command != "logs --follow" {
        let full = try shell("$p \(command) >\(target)")
        #expect(full.status == 3 && full.errors.contains("writing the output failed"), "\(command) >\(target): \(full)")
      }
    }
  }
}
