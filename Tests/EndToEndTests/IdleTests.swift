import Foundation
import Testing

@Suite("Idle", .serialized, .onGround)
struct IdleTests {
  /// What wakes them while nothing happens comes once a second or less often: the header's clock, the wish to run on, the time up to which a
  /// cluster was seen, what inotify might not tell, the leases of three nodes. That is 6 to 8 moments a second for either, on a busy machine as
  /// well; a single wait of 200 ms would add four or five to each second.
  static let most = 10

  @Test("a console and a recorder that nobody uses ask nothing faster than once a second")
  func wakeUps() async throws {
    let ground = try #require(GroundFixture.current)
    let screen = try TmuxScreen(ground)
    try screen.type("./periplus console")
    try await screen.shows("✔ 5 green", within: 60)
    // Probes that were due at the start have passed, and what was read then is on the disk.
    try await ContinuousClock().sleep(for: .seconds(5))

    for name in ["periplus console", "periplus record"] {
      let program = try #require(ground.processes().first { $0.command.contains(name) }, "\(name) does not run")
      let seconds = try await WakeUps.perSecond(of: program.pid, seconds: 11)
      let usual = seconds.sorted()[seconds.count / 2]
      #expect(usual > 0, "nothing was counted")
      #expect(usual < Self.most, "\(program.command) woke up at \(seconds) moments in each second")
    }
    try screen.keys("q")
  }
}

/// The moments at which a process woke up, seen from outside.
private enum WakeUps {
  /// What wakes a process wakes two or three of its threads, how many depends on the machine: all of it within this time is one moment.
  static let moment = Duration.milliseconds(25)

  /// In how many moments of each second a thread of the process had given up the processor to wait.
  static func perSecond(of pid: Int32, seconds: Int) async throws -> [Int] {
    let clock = ContinuousClock()
    let start = clock.now
    var counts = Array(repeating: 0, count: seconds)
    var last = waits(of: pid)
    while true {
      try await clock.sleep(for: moment)
      let second = Int((clock.now - start).components.seconds)
      guard second < seconds else { return counts }
      let now = waits(of: pid)
      if now != last { counts[second] += 1 }
      last = now
    }
  }

  /// How often each thread waited (`voluntary_ctxt_switches`, proc_pid_status(5)).
  private static func waits(of pid: Int32) -> [String: Int] {
    var byThread: [String: Int] = [:]
    for thread in (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")) ?? [] {
      guard let status = FileManager.default.contents(atPath: "/proc/\(pid)/task/\(thread)/status") else { continue }
      let line = String(decoding: status, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix("voluntary_ctxt_switches:") }
      byThread[thread] = line?.split(whereSeparator: \.isWhitespace).last.flatMap { Int($0) }
    }
    return byThread
  }
}
