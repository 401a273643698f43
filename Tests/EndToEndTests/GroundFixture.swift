import Foundation
import Testing

/// A proving ground in a home of its own, started once for a suite and stopped after it.
final class GroundFixture: Sendable {
  let home: URL
  let bin: URL

  /// Whether the programs, too, are this fixture's.
  private let ownsPrograms: Bool

  @TaskLocal static var current: GroundFixture?

  /// An empty home with the programs of another fixture, which goes before that one does.
  init(beside other: GroundFixture) throws {
    ownsPrograms = false
    bin = other.bin
    home = other.home.deletingLastPathComponent().appending(path: "home-\(UUID().uuidString.prefix(4).lowercased())")
    try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
    if geteuid() == 0 { _ = try Program.runAsIs("/bin/chown", ["65534:65534", home.path]) }
  }

  init() throws {
    ownsPrograms = true
    // Short, because a Unix socket's path is at most 107 bytes; readable by the ordinary user that the programs run as.
    let base = URL(filePath: "/tmp/pe-\(UUID().uuidString.prefix(8).lowercased())")
    home = base.appending(path: "home")
    bin = base.appending(path: "bin")
    try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
    try Program.install(into: base)
    if geteuid() == 0 { _ = try Program.runAsIs("/bin/chown", ["-R", "65534:65534", base.path]) }
  }

  var environment: [String: String] {
    [
      "PERIPLUS_HOME": home.path, "HOME": home.path, "KUBECONFIG": home.appending(path: "kubeconfig").path, "TERM": "xterm-256color",
      // A crash must end the program, not ask somebody in the terminal what to do.
      "SWIFT_BACKTRACE": "enable=no",
    ]
  }

  @discardableResult
  func periplus(_ arguments: String..., limit: Double = 120) throws -> Program.Outcome {
    try Program.run(bin.appending(path: "periplus").path, arguments, environment: environment, limit: limit)
  }

  func kubectl(_ arguments: String..., limit: Double = 60) throws -> Program.Outcome {
    let kubectl = try #require(Program.find("kubectl"))
    return try Program.run(kubectl, arguments, environment: environment, limit: limit)
  }

  /// Processes that belong to this home, daemons and containers, by their environment, and their command lines.
  func processes() -> [(pid: Int32, command: String)] {
    let marker = "PERIPLUS_HOME=\(home.path)"
    let container = Array("POD_ROOT=\(home.path)/".utf8)
    let pids = (try? FileManager.default.contentsOfDirectory(atPath: "/proc"))?.compactMap { Int32($0) } ?? []
    return pids.compactMap { pid in
      guard let environment = FileManager.default.contents(atPath: "/proc/\(pid)/environ"),
        environment.split(separator: 0).contains(where: { $0.starts(with: container) || String(decoding: $0, as: UTF8.self) == marker }),
        let command = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline"), !command.isEmpty
      else { return nil }
      return (pid, command.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }.joined(separator: " "))
    }
  }

  /// ``eventually(within:_:_:)`` by the name under which most tests have it.
  func eventually(within seconds: Double, _ what: @autoclosure () -> String, _ condition: () throws -> Bool) async throws {
    try await EndToEndTests.eventually(within: seconds, what(), condition)
  }

  func remove() {
    TmuxScreen.closeAll(of: self)
    _ = try? periplus("down")
    for process in processes() { kill(process.pid, SIGKILL) }
    try? FileManager.default.removeItem(at: ownsPrograms ? home.deletingLastPathComponent() : home)
  }
}

extension Program {
  /// Runs a program as the user who runs the tests.
  static func runAsIs(_ executable: String, _ arguments: [String]) throws -> Int32 {
    try run(executable, arguments, asOrdinaryUser: false).status
  }
}

/// Starts a ground before the first test of a suite and stops it after the last.
struct OnGround: SuiteTrait, TestTrait, TestScoping {
  var isRecursive: Bool { false }

  func provideScope(for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void) async throws {
    let ground = try GroundFixture()
    defer { ground.remove() }
    let up = try ground.periplus("up", "--detach", limit: 180)
    try #require(up.status == 0, "periplus up --detach: \(up.errors)\(up.output)")
    try await GroundFixture.$current.withValue(ground) { try await function() }
  }
}

extension Trait where Self == OnGround {
  static var onGround: OnGround { OnGround() }
}

extension Trait where Self == ConditionTrait {
  /// Where kubectl is neither there nor can be installed, what asks it is skipped.
  static var needsKubectl: Self { .enabled(if: Program.find("kubectl") != nil, "needs kubectl on PATH") }
}
