import Foundation
import Glibc
import JSONBytes
import TestSupport
import Testing

/// An attack by what is read, kept as a drill: files of any content end in a sentence, in bounded memory, and nothing in them is obeyed.
@Suite("Attack: input", .serialized)
struct AttackInputTests {
  private let home = "/tmp/pe-\(UUID().uuidString.prefix(8).lowercased())"
  /// Files are here, because the home belongs to the program.
  private var folder: String { "\(home)-in" }

  private var environment: [String: String] {
    [
      "PERIPLUS_HOME": home, "HOME": home, "KUBECONFIG": "\(home)/none", "LC_ALL": "C.UTF-8", "SWIFT_BACKTRACE": "enable=no",
      "TERM": "xterm-256color",
    ]
  }

  private var binary: String { Program.binaries.appending(path: "periplus").path }

  private func periplus(_ arguments: [String]) throws -> Program.Outcome {
    try Program.run(binary, arguments, environment: environment, limit: 90)
  }

  private func write(_ bytes: [UInt8], _ name: String) throws -> String {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Data(bytes).write(to: URL(filePath: "\(folder)/\(name)"))
    return "\(folder)/\(name)"
  }

  private func remove() {
    for path in [home, folder] { try? FileManager.default.removeItem(atPath: path) }
  }

  /// Ends with 0 or with a finding in a sentence, never by a signal or a limit.
  private func expectSentence(_ outcome: Program.Outcome, _ what: String) {
    #expect(outcome.status == 0 || outcome.status == 1, "\(what): \(outcome.status) \(outcome.errors.suffix(500))")
    #expect(outcome.status == 0 || outcome.errors.contains("periplus: "), "\(what): \(outcome.errors)")
  }

  @Test("any file is read to its end or refused in a sentence, and what follows it is read", .timeLimit(.minutes(3)))
  func files() throws {
    defer { remove() }
    var random = Drill.random("attack by input")
    let megabyte = 1 << 20
    func fill(_ byte: Character, _ count: Int) -> [UInt8] { [UInt8](repeating: byte.asciiValue ?? 0, count: count) }
    let deep = fill("[", 1_000_000)
    let nested = Array(#"{"message":"m","a":"#.utf8) + fill("[", 100_000) + fill("]", 100_000) + Array("}".utf8)
    let duplicates = Array(#"{"message":"a","message":"b","level":"INFO","level":"ERROR","time":"2024-01-01T00:00:00Z","time":0}"#.utf8)
    let times = ["-0001", "0000", "0001", "1677", "2262", "9999", "10000"].map {
      #"{"time":"\#($0)-01-01T00:00:00.9Z","message":"t"}"# + "\n\($0)-01-01T00:00:00.9Z stdout F t\n"
    }
    let numbers = ["0", "-1", "1e308", "1e999", "9223372036854775808", "-9223372036854775809", "1e-999999999", "null", "[]"].flatMap {
      number in ["time", "status", "durationMs", "level", "pid"].map { #"{"message":"n","\#($0)":\#(number)}"# + "\n" }
    }
    let contents: [(String, [UInt8])] = [
      ("random", (0..<megabyte).map { _ in UInt8.random(in: 0...255, using: &random) }),
      ("zeros", [UInt8](repeating: 0, count: 8 * megabyte)),
      ("line", fill("x", Drill.longLine * megabyte)),
      ("json-line", Array(#"{"message":""#.utf8) + fill("x", 10 * megabyte) + Array(#""}"#.utf8)),
      ("utf8", [0xFF, 0xFE, 0xC0, 0xAF, 0xED, 0xA0, 0x80, 0xF4, 0x90, 0x80, 0x80] + Array(#"{"message":"\ud800 \udc00"}"#.utf8)),
      ("deep", deep + [0x0A] + nested), ("duplicates", duplicates), ("nul", Array("{\"message\":\"a\\u0000b\"}\n\0\0\na\0b".utf8)),
      ("times", Array(times.joined().utf8)), ("numbers", Array(numbers.joined().utf8)),
      ("gzip-head", [0x1F, 0x8B, 0x08]), ("gzip-junk", [0x1F, 0x8B, 0x08, 0] + fill("\u{7F}", 1000)),
      ("zstd-window", [0x28, 0xB5, 0x2F, 0xFD, 0x00, 0xF8] + fill("\0", 100)), ("empty", []),
    ]
    for (name, bytes) in contents {
      // A log that is whole stands behind each.
      let after = try write(Array("2018-01-22T14:04:11.318Z after \(name)\n".utf8), "after")
      expectSentence(try periplus(["ingest", try write(bytes, name), after]), name)
      expectSentence(try periplus(["logs", "--json", "after \(name)"]), "after \(name)")
      #expect(try periplus(["logs", "after \(name)"]).lines.count == 1, "what follows \(name) is missing")
    }
    for path in ["/dev/zero", "/dev/full", "/proc/self/mem", folder, "\(folder)/none"] {
      let outcome = try periplus(["ingest", path])
      #expect(outcome.status == 1 && outcome.errors.contains("periplus: "), "\(path): \(outcome.errors)")
    }
    // All of it can be read again, by every reader.
    for command in [["logs"], ["logs", "--json"], ["logs", "--linear"], ["console", "--page", "logs", "--once"], ["store"]] {
      #expect(try periplus(command).status == 0, "\(command)")
    }
  }

  @Test("archives that expand to gigabytes are read in bounded memory, and take no room", .timeLimit(.minutes(5)))
  func bombs() throws {
    defer { remove() }
    // Members of gzip and blocks of zstd may follow each other: what expands is small to make.
    let part = try write([UInt8](repeating: 0, count: 16 << 20), "part")
    #expect(try Program.runAsIs("/bin/gzip", ["-9", part]) == 0)
    let member = Array(try Data(contentsOf: URL(filePath: "\(part).gz")))
    let gzip = try write(Array(repeating: member, count: Drill.bomb / 16).flatMap { $0 }, "bomb.gz")
    // RFC 8878: a window of 128 KiB, blocks of one repeated byte, the last one marked.
    let blocks = Drill.bomb * 8
    let zstd = try write(
      [0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x38]
        + (0..<blocks).flatMap { number -> [UInt8] in
          let head = (number == blocks - 1 ? 1 : 0) | 1 << 1 | 131_072 << 3
          return [UInt8(head & 0xFF), UInt8(head >> 8 & 0xFF), UInt8(head >> 16 & 0xFF), 0x61]
        }, "bomb.zst")
    for file in [gzip, zstd] {
      let outcome = try Program.run(
        "/bin/bash", ["-c", "ulimit -v 800000; ulimit -f 400000; exec '\(binary)' ingest '\(file)'"], environment: environment, limit: 240)
      #expect(outcome.status == 0 && outcome.output.contains("1 record from 1 file") && outcome.output.contains("1 cut"), "\(outcome)")
    }
    let store = try Program.run("/usr/bin/du", ["-sm", home], asOrdinaryUser: false).output
    #expect((Int(store.prefix { $0.isNumber }) ?? .max) < 50, "\(store)")
  }

  @Test("a pipe that nobody writes can be left, and one that is written slowly is read to its end", .timeLimit(.minutes(1)))
  func pipes() throws {
    defer { remove() }
    _ = try write([], "x")
    let pipe = "\(folder)/pipe"
    mkfifo(pipe, 0o600)
    // Whoever the program runs as writes it, whatever the mask of this process is.
    chmod(pipe, 0o666)
    let left = try Program.run(
      "/bin/bash", ["-c", "set -m; '\(binary)' ingest '\(pipe)' & sleep 2; kill -INT $!; wait $!"], environment: environment, limit: 20)
    #expect(left.status == 0, "\(left)")
    let read = try Program.run(
      "/bin/bash", ["-c", "(echo one; sleep 0.3; echo two) >'\(pipe)' & exec '\(binary)' ingest '\(pipe)'"], environment: environment,
      limit: 20)
    #expect(read.output.contains("2 records"), "\(read)")
  }

  /// What a terminal obeys, and what makes a text read as another one.
  private static let hostile = "\u{1B}]0;owned\u{07}\u{1B}[31mred\u{9B}2J\u{202E}x\u{200B}y\u{2066}z\u{FEFF}\r\nforged\u{E0041}\u{7F}"

  private static func isHostile(_ text: String) -> Bool {
    text.contains("\u{1B}]") || text.contains("\u{1B}[31mred")
      || text.unicodeScalars.contains { [0x7F, 0x9B, 0x202E, 0x200B, 0x2066, 0xFEFF, 0xE0041].contains($0.value) }
      || text.split(whereSeparator: \.isNewline).contains { $0.hasPrefix("forged") }
  }

  @Test("nothing in any field is obeyed, by any command or page, in a pipe or on a terminal", .timeLimit(.minutes(3)))
  func escapes() throws {
    defer { remove() }
    let keys = [
      "message", "service", "level", "time", "pod", "namespace", "requestId", "container", "method", "path", "status", "error", "version",
      "upstream", Self.hostile,
    ]
    var lines = keys.map { key -> String in
      var object: JSONObject = ["message": "m", "service": "svc", "requestId": "rid-1", "level": "ERROR"]
      object[key] = .string("v\(Self.hostile)")
      return JSONValue.object(object).jsonString
    }
    lines.append(#"{"message":"m","requestId":"rid-1","in":{"k":["v"#.appending("\u{9B}2J\u{202E}") + #""]}}"#)
    lines.append("plain \u{1B}]0;owned\u{07} \u{202E} \u{200B} \u{9B}2J \r over")
    let file = try write(Array(lines.joined(separator: "\n").utf8), "evil\u{1B}]0;owned\u{07}.log")
    #expect(try periplus(["ingest", file]).status == 0)
    let pages = ["health", "reschedules", "nodes", "logs", "request/rid-1", "voyage"]
    let commands: [[String]] =
      [
        ["logs"], ["logs", "--json"], ["logs", "--linear"], ["logs", "-C", "1", "--", "m"], ["request", "rid-1"],
        ["request", "rid-1", "--json"], ["request", "rid-1", "--linear"], ["request", Self.hostile], ["logs", Self.hostile],
        ["ingest", file], ["ingest", "/none\(Self.hostile)"], ["health", "--context", Self.hostile], ["status", "--json"],
        ["plan", "lint", "/none\(Self.hostile)"],
      ] + pages.flatMap { page in [[], ["--linear"], ["--json"]].map { ["console", "--once", "--page", page] + $0 } }
    for command in commands {
      let outcome = try periplus(command)
      #expect(outcome.status < 128, "\(command): \(outcome.status)")
      let isHostile = Self.isHostile(outcome.output) || Self.isHostile(outcome.errors)
      #expect(!isHostile, "\(command.joined(separator: " ").debugDescription): \(outcome.output.prefix(2000).debugDescription)")
    }
    for command in commands where command.first != "console" {
      let terminal = try PseudoTerminal(binary, command, environment: environment, columns: 200, rows: 50)
      #expect(terminal.ended(within: 30) != nil, "\(command)")
      // The terminal's own line ends are CR LF.
      let isHostile = Self.isHostile(terminal.text)
      #expect(!isHostile, "\(command.joined(separator: " ").debugDescription): \(terminal.text.prefix(2000).debugDescription)")
    }
    let console = try PseudoTerminal(binary, ["console", "--page", "logs"], environment: environment, columns: 180, rows: 50)
    #expect(console.read(seconds: 20, until: "svc"))
    for key in [
      "\r", "\u{1B}", "j", "\r", "v", "\u{1B}", "/", "owned", "\r", ":request rid-1\r", "j", "\r", "\u{1B}", "1", "2", "3", "5", "6",
    ] {
      console.type(key)
      console.read(seconds: 0.2)
    }
    let isObeyed = Self.isHostile(console.text)
    #expect(!isObeyed, "\(console.text.suffix(3000).debugDescription)")
    console.type("\u{03}")
    #expect(console.ended(within: 10) == 0)
  }
}
