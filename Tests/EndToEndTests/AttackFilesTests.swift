import Foundation
import Glibc
import JSONBytes
import TestSupport
import Testing

/// Files that people write, and files of the state folder, damaged in every way: a sentence with the place, never a crash, never for long.
@Suite("Attack by files", .serialized)
struct AttackFilesTests {
  /// What a command makes of a file at one place.
  private struct Reading {
    var command: [String]
    var file: String
  }

  private static func readings(_ folder: String, _ home: String) -> [Reading] {
    [
      Reading(command: ["plan", "lint", "\(folder)/plan.yaml"], file: "\(folder)/plan.yaml"),
      Reading(command: ["learn", "lint", "\(folder)/a/lesson.yaml"], file: "\(folder)/a/lesson.yaml"),
      Reading(command: ["demo", "lint", "\(folder)/1.demo.yaml"], file: "\(folder)/1.demo.yaml"),
      Reading(command: ["traffic", "--app", "\(folder)/app.yaml", "--for", "1s"], file: "\(folder)/app.yaml"),
      Reading(command: ["keys"], file: "\(home)/config.yaml"),
      Reading(command: ["health", "--context", "x"], file: "\(folder)/kubeconfig"),
    ]
  }

  private static func bomb(_ branches: Int, _ levels: Int, end: String = "") -> String {
    "a0: &a0 [x, x]\n"
      + (1...levels).map { "a\($0): &a\($0) [\(Array(repeating: "*a\($0 - 1)", count: branches).joined(separator: ", "))]\n" }.joined()
      + end
  }

  private static let hostile: [(name: String, text: String)] = [
    ("aliases that stand for gigabytes", bomb(9, 12)),
    ("aliases as a key, which is hashed", bomb(2, 40, end: "? *a40\n: 1\n")),
    ("a cycle", "a: &a [*a]\n"),
    ("ten million bytes in a text", "a: \"\(String(repeating: "x", count: 10_000_000))\"\n"),
    ("a list of a million", "a:\n\(String(repeating: "- b\n", count: 1_000_000))"),
    ("a mapping of 150,000", (0..<150_000).map { "k\($0): 1\n" }.joined()),
    ("one key five thousand times", String(repeating: "a: 1\n", count: 5000)),
    ("a million levels of lists", "a: \(String(repeating: "[", count: 1_000_000))"),
    ("a million levels of entries", String(repeating: "- ", count: 1_000_000) + "a"),
    ("levels that a quote hides", "a: it's\nb: \(String(repeating: "[", count: 100_000))\n"),
    ("bytes that are no text", "a: \u{0}\u{1}\u{FFFE}\n"),
    ("a tag of another language", "a: !!python/object:os.system [x]\n"),
  ]

  @Test("YAML that is hostile is refused with file and line, in seconds and some hundred MiB")
  func yaml() throws {
    let folder = try ScratchFolder("yaml")
    let home = "\(folder.path)/home"
    for part in [home, "\(folder.path)/a"] { try FileManager.default.createDirectory(atPath: part, withIntermediateDirectories: true) }
    try folder.handOver()
    let environment = ["PERIPLUS_HOME": home, "KUBECONFIG": "\(folder.path)/kubeconfig"]
    for reading in Self.readings(folder.path, home) {
      for (name, text) in Self.hostile {
        try text.write(toFile: reading.file, atomically: true, encoding: .utf8)
        let run = try Program.measured(reading.command, environment)
        let what = "\(reading.command[0]) with \(name)"
        #expect((1...3).contains(run.outcome.status), "\(what): \(run.outcome.status) \(run.text.suffix(300))")
        #expect(run.text.contains((reading.file as NSString).lastPathComponent), "\(what): \(run.text.prefix(300))")
        #expect(run.seconds < 15 && run.peak < 400, "\(what): \(run.seconds) s, \(run.peak) MiB")
      }
      // A pipe that nobody writes to, in the place of the file, and a file without an end.
      for make in [{ mkfifo($0, 0o666) == 0 }, { symlink("/dev/zero", $0) == 0 }] as [(String) -> Bool] {
        unlink(reading.file)
        #expect(make(reading.file))
        let run = try Program.measured(reading.command, environment)
        #expect(
          !run.hasCrashed && run.seconds < 15 && run.peak < 400,
          "\(reading.command): \(run.outcome.status), \(run.seconds) s, \(run.peak) MiB")
      }
      unlink(reading.file)
    }
  }

  /// A value of each type, at the ends of its range and beyond.
  private static let values = [
    "12", "-1", "0", "1e999", "99999999999999999999", "9223372036854775807", "-9223372036854775808", "true", "\"\"", "~", "[]", "{}", "[a]",
    "{a: b}", "text", "0001-01-01", "9999-12-31", "9999999999999d", "9223372036854775807s", "0s", "-5d", ".nan", "\"\\e[31mred\\0\"",
    "[[[[[]]]]]",
    "\"${x}\"", "100%", "9Ei", "*/",
  ]

  /// The text with the value of one line replaced, its nested lines dropped; or a line twice, or none.
  private static func mutated(_ text: String, _ random: inout SeededGenerator) -> (text: String, what: String) {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let candidates = lines.indices.filter { lines[$0].contains(":") && !lines[$0].trimmingCharacters(in: .whitespaces).hasPrefix("#") }
    guard let index = candidates.randomElement(using: &random) else { return (text, "nothing") }
    let line = lines[index]
    let key = line.prefix { $0 != ":" }
    let value = values.randomElement(using: &random) ?? "12"
    let indent = line.prefix { $0 == " " || $0 == "-" }.count
    var end = index + 1
    while end < lines.count, lines[end].isEmpty || lines[end].prefix(while: { $0 == " " }).count > indent { end += 1 }
    switch Int.random(in: 0..<10, using: &random) {
    case 0: lines.remove(at: index)
    case 1: lines.insert(line, at: index)
    default: lines.replaceSubrange(index..<end, with: ["\(key): \(value)"])
    }
    return (lines.joined(separator: "\n"), "line \(index + 1), \(line.trimmingCharacters(in: .whitespaces).prefix(60)) → \(value)")
  }

  @Test("a value of any type in any place of the files that are shipped is judged, with file and line where it is wrong")
  func mutations() throws {
    let folder = try ScratchFolder("mutations")
    let home = "\(folder.path)/home"
    for part in [home, "\(folder.path)/a"] { try FileManager.default.createDirectory(atPath: part, withIntermediateDirectories: true) }
    try folder.handOver()
    let environment = ["PERIPLUS_HOME": home, "KUBECONFIG": "\(folder.path)/kubeconfig"]
    #expect(try Program.measured(["plan", "init"], environment).outcome.status == 0)
    func shipped(_ path: String) throws -> String { try String(contentsOf: Program.share.appending(path: path), encoding: .utf8) }
    let plan = try String(contentsOfFile: "\(home)/plan.yaml", encoding: .utf8)
    let config = "keys:\n  quit: q ctrl-q\nproductionClusters:\n  - prd-*\nstore:\n  keepFor: 14d\n  keepAtMost: 10Gi\n"
    let kubeconfig = """
      current-context: x
      clusters:
      - name: c
        cluster:
          server: http://127.0.0.1:1
          tls-server-name: y
          insecure-skip-tls-verify: true
          certificate-authority-data: aGFsbG8=
          proxy-url: http://127.0.0.1:1
      users:
      - name: u
        user:
          token: abc
          client-certificate-data: aGFsbG8=
          client-key-data: aGFsbG8=
          exec:
            command: /bin/true
            args:
            - a
      contexts:
      - name: x
        context:
          cluster: c
          user: u
          namespace: d
      """
    let originals = [
      plan, try shipped("lessons/03-follow-an-id/lesson.yaml"), try shipped("demos/01-one-id-through-stdout.demo.yaml"),
      try shipped("ReferenceApp/app.yaml"), config, kubeconfig,
    ]
    var random = Drill.random("mutations")
    for _ in 0..<Drill.count("PERIPLUS_DRILL_MUTATIONS", 25) {
      for (reading, original) in zip(Self.readings(folder.path, home), originals) {
        let (text, what) = Self.mutated(original, &random)
        try text.write(toFile: reading.file, atomically: true, encoding: .utf8)
        var commands = [reading.command]
        if reading.command[0] == "plan" {
          try text.write(toFile: "\(home)/plan.yaml", atomically: true, encoding: .utf8)
          commands += [["plan", "status"], ["console", "--once", "--page", "voyage", "--size", "80x24"]]
        }
        for command in commands {
          let run = try Program.measured(command, environment)
          let isJudged = !run.hasCrashed && run.seconds < 15 && run.peak < 400
          #expect(isJudged, "\(command): \(what): \(run.outcome.status), \(run.seconds) s, \(run.peak) MiB, \(run.text.suffix(300))")
          let hasPlace =
            run.outcome.status != 1 || !command.contains("lint") || run.text.contains((reading.file as NSString).lastPathComponent + ":")
          #expect(hasPlace, "\(command): \(what): \(run.text.suffix(300))")
        }
      }
      unlink("\(home)/config.yaml")
    }
  }
}
