import Foundation
import Testing

@Suite("Idle", .serialized, .onGround)
struct IdleTests {
  static let span = 10.0

  /// What wakes them while nothing happens comes once a second or less often: the header's clock, the wish to run on, the time up to which a
  /// cluster was seen, what inotify might not tell, the leases of three nodes. Each wakes two or three threads; together they were measured at 19
  /// a second for the console and 28 for the recorder. A single wait of 100 ms would add 20 or more.
  static let most = 40.0

  @Test("a console and a recorder that nobody uses ask nothing faster than once a second")
  func wakeUps() async throws {
    let ground = try #require(GroundFixture.current)
    let screen = try TmuxScreen(ground)
    try screen.type("./periplus console")
    try await screen.shows("✔ 5 green", within: 60)
    // Probes that were due at the start have passed, and what was read then is on the disk.
    try await ContinuousClock().sleep(for: .seconds(5))

    let programs = try ["periplus console", "periplus record"].map { name in
      try #require(ground.processes().first { $0.command.contains(name) }, "\(name) does not run")
    }
    let before = programs.map { WakeUps(of: $0.pid) }
    try await ContinuousClock().sleep(for: .seconds(Self.span))
    for (program, start) in zip(programs, before) {
      let woken = WakeUps(of: program.pid).since(start)
      #expect(woken > 0, "nothing was counted")
      #expect(Double(woken) < Self.most * Self.span, "\(program.command) woke up \(woken) times within \(Int(Self.span)) s")
    }
    try screen.keys("q")
  }
}

/// How often each thread of a process gave up the processor to wait (`voluntary_ctxt_switches`, proc_pid_status(5)).
private struct WakeUps {
  private var byThread: [String: Int] = [:]

  init(of pid: Int32) {
    for thread in (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")) ?? [] {
      guard let status = FileManager.default.contents(atPath: "/proc/\(pid)/task/\(thread)/status") else { continue }
      let line = String(decoding: status, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix("voluntary_ctxt_switches:") }
      byThread[thread] = line?.split(whereSeparator: \.isWhitespace).last.flatMap { Int($0) }
    }
  }

  func since(_ start: WakeUps) -> Int { byThread.reduce(0) { $0 + $1.value - (start.byThread[$1.key] ?? 0) } }
}
