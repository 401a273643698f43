import Foundation
import Glibc
import JSONBytes
import TestSupport
import Testing

/// An attack on the processes of a ground, kept as a drill: who starts and stops it at once, what is stopped and killed all together, and
/// families that will not go. Afterwards no process, listener or mount is left.
@Suite("Attack on the processes", .serialized, .timeLimit(.minutes(15)))
struct AttackProcessesTests {
  @Test("several ups at once are one ground, and each ends well", arguments: Drill.triesAll ? [2, 5] : [2])
  func ups(count: Int) async throws {
    let ground = try GroundFixture()
    defer { ground.remove() }
    let running = try (0..<count).map { _ in try ground.launch("up", "--detach") }
    for one in running {
      let (status, said) = one.end(within: 150)
      #expect(status == 0, "\(said)")
    }
    #expect(ground.pids("periplus ground").count == 1)
    #expect(ground.pids("periplus record").count == 1)
    #expect(try ground.allReady())
    let network = try ground.network()
    #expect(try ground.periplus("down").status == 0)
    try await ground.leavesNothing(of: network, "down")
  }

  @Test("a down in the middle of an up stops it, and the up says so at once; or it came first, and says that")
  func downDuringUp() async throws {
    let first = try GroundFixture()
    defer { first.remove() }
    var random = Drill.random("down during up")
    for _ in 0..<Drill.meetings {
      // A home that never had a ground: nothing that was there before gives the one that starts away.
      let ground = try GroundFixture(beside: first)
      defer { ground.remove() }
      let up = try ground.launch("up", "--detach")
      let pause = Int.random(in: 0...700, using: &random)
      try await ContinuousClock().sleep(for: .milliseconds(pause))
      let down = try ground.periplus("down")
      #expect(down.status == 0, "\(down.errors)")
      let began = ContinuousClock.now
      let (status, said) = up.end(within: 120)
      #expect(ContinuousClock.now - began < .seconds(20), "\(pause) ms: up went on after down")
      let answer = down.output + down.errors
      if answer.contains("stopped") {
        let isToldSo = said.contains("was stopped while it was being started") || status == 0
        #expect(isToldSo, "\(pause) ms: \(status) \(said)")
        try await ground.eventually(within: 10, "\(pause) ms: nothing is left: \(ground.processes().prefix(3))") {
          ground.processes().isEmpty
        }
      } else {
        #expect(answer.contains("nothing"), "\(pause) ms: \(answer)")
        #expect(status == 0, "\(pause) ms: down found nothing, and up failed: \(said)")
        let isReady = try ground.allReady()
        #expect(isReady, "\(pause) ms")
      }
    }
  }

  @Test("an up in the middle of a down starts a ground after it")
  func upDuringDown() async throws {
    let ground = try GroundFixture()
    defer { ground.remove() }
    var random = Drill.random("up during down")
    #expect(try ground.periplus("up", "--detach", limit: 180).status == 0)
    for _ in 0..<Drill.meetings {
      let down = try ground.launch("down")
      let pause = Int.random(in: 100...3000, using: &random)
      try await ContinuousClock().sleep(for: .milliseconds(pause))
      let up = try ground.periplus("up", "--detach", limit: 120)
      let (status, said) = down.end(within: 120)
      #expect(up.status == 0, "\(pause) ms: \(up.errors)")
      #expect(status == 0, "\(pause) ms: \(said)")
      try await ground.eventually(within: 60, "\(pause) ms: all are ready") { try ground.allReady() }
      #expect(ground.pids("periplus ground").count == 1)
    }
    let network = try ground.network()
    #expect(try ground.periplus("down").status == 0)
    try await ground.leavesNothing(of: network, "down")
  }

  /// Writes numbered lines as fast as it can until the log file was put away (10 MiB), then a hundred a second. Each run has notes of its own,
  /// to which a number is added once the line's write has returned.
  private static func counter(_ notes: String) -> String {
    """
    r=$(ls \(notes) | wc -l); pad=\(String(repeating: "x", count: 1000)); n=0; while :; do n=$((n+1)); \
    echo "run $r line $n $pad"; echo $n >> \(notes)/$r; if [ $n -gt 11000 ]; then sleep 0.01; fi; done
    """
  }

  private func numbers(_ ground: GroundFixture, run: String) throws -> [Int] {
    try ground.periplus("logs", "--grep", "run \(run) line", "--limit", "1000000", "--json").json().compactMap { record in
      record["raw"]?.stringValue?.split(separator: " ").dropFirst(3).first.flatMap { Int($0) }
    }
  }

  @Test("everything stopped for a while, then everything killed at once: all of it comes back, and no line is lost or there twice")
  func everything() async throws {
    let ground = try GroundFixture()
    defer { ground.remove() }
    #expect(try ground.periplus("up", "--detach", limit: 180).status == 0)
    try ground.addShellImage()
    let notes = try ground.notesFolder()
    try ground.create("/api/v1/namespaces/default/pods", GroundFixture.shellPod("counter", Self.counter(notes.path)))
    func last(_ run: String) -> Int {
      let text = (try? String(contentsOf: notes.appending(path: run), encoding: .utf8)) ?? ""
      return text.split(separator: "\n").last.flatMap { Int($0) } ?? 0
    }
    try await ground.eventually(within: 120, "the counter has filled a log file") { last("0") > 11_000 }
    for kind in ["periplus record", "periplus-shim", "/bin/sh", "reference-app"] {
      let stopped = ground.pids(kind)
      #expect(!stopped.isEmpty, "\(kind)")
      for pid in stopped { kill(pid, SIGSTOP) }
      try await ContinuousClock().sleep(for: .seconds(2))
      for pid in stopped { kill(pid, SIGCONT) }
    }
    let before = last("0")
    try await ground.eventually(within: 60, "the counter goes on after \(before)") { last("0") > before + 20 }
    for process in ground.processes() { kill(process.pid, SIGKILL) }
    try await ground.eventually(within: 10, "all of it is gone") { ground.processes().isEmpty }
    let noted = last("0")
    #expect(try ground.periplus("up", "--detach", limit: 180).status == 0)
    try await ground.eventually(within: 60, "all deployments are ready, and the counter counts again") {
      try ground.allReady() && last("1") > 100
    }
    // Keeper and container went at once: what was in the pipe of 64 KiB, and in the keeper's hands, may be gone (docs/protocols.md).
    let bound = (128 << 10) / 1000
    var found: [Int] = []
    try await ground.eventually(within: 60, "line \(noted - bound) is in the store") {
      found = try numbers(ground, run: "0")
      return (found.max() ?? 0) >= noted - bound
    }
    #expect(
      found == Array(1...max(1, found.count)), "\(found.count) lines, of which \(Set(found).count) are different, up to \(found.max() ?? 0)"
    )
    #expect(found.count >= noted - bound, "\(noted) lines were written, \(found.count) are there")
    let network = try ground.network()
    #expect(try ground.periplus("down").status == 0)
    try await ground.leavesNothing(of: network, "down")
  }

  @Test(
    "what is stopped keeps nothing: a pod whose keeper is, goes; a down ends everything, and says so when it has",
    arguments: Drill.triesAll ? ["periplus ground", "periplus record", "periplus-shim", "reference-app", ""] : ["periplus-shim", ""])
  func stopped(kind: String) async throws {
    let ground = try GroundFixture()
    defer { ground.remove() }
    #expect(try ground.periplus("up", "--detach", limit: 180).status == 0)
    if kind == "periplus-shim" {
      try ground.addShellImage()
      try ground.create("/api/v1/namespaces/default/pods", GroundFixture.shellPod("kept", "while :; do echo x; sleep 0.1; done"))
      try await ground.eventually(within: 30, "the pod runs") { !ground.pids("echo x").isEmpty && ground.pids("periplus-shim").count > 8 }
      for pid in ground.pids("periplus-shim") { kill(pid, SIGSTOP) }
      let api = try RawAPI(ground)
      #expect(api.send("DELETE", "/api/v1/namespaces/default/pods/kept")?.status == 200)
      try await ground.eventually(within: 15, "the pod is gone") { api.send("GET", "/api/v1/namespaces/default/pods/kept")?.status == 404 }
    }
    let network = try ground.network()
    for process in ground.processes() where process.command.contains(kind) || kind.isEmpty { kill(process.pid, SIGSTOP) }
    let began = ContinuousClock.now
    let down = try ground.periplus("down", limit: 100)
    #expect(down.status == 0, "\(kind): \(down.errors)")
    #expect(ContinuousClock.now - began < .seconds(40), "\(kind): down took \(ContinuousClock.now - began)")
    // It has said that nothing is left: that must be so now, not soon.
    let left = ground.processes().filter { !$0.command.contains("periplus down") }
    #expect(left.isEmpty, "\(kind): \(left.prefix(3))")
    try await ground.leavesNothing(of: network, "down with \(kind) stopped")
  }

  /// Five hundred children that do not hear SIGTERM, and grandchildren in sessions of their own whose parents have ended.
  private static let family = """
    trap '' TERM; i=0; while [ $i -lt 500 ]; do sleep 601 & i=$((i+1)); done; (setsid sleep 602 &); \
    setsid sh -c 'trap "" TERM; setsid sleep 602 & (setsid setsid sleep 602 &); sleep 602' & wait; sleep 600
    """

  @Test("a family of five hundred is gone after the pod's deletion and after down, with its keeper killed too")
  func families() async throws {
    let first = try GroundFixture()
    defer { first.remove() }
    for kills in [[], ["periplus-shim"], ["periplus-shim", "periplus ground"]] where Drill.triesAll || kills.count != 1 {
      let ground = try GroundFixture(beside: first)
      defer { ground.remove() }
      #expect(try ground.periplus("up", "--detach", limit: 180).status == 0)
      try ground.addShellImage()
      let network = try ground.network()
      let api = try RawAPI(ground)
      let pods = "/api/v1/namespaces/default/pods"
      func killAll() { for kind in kills { for pid in ground.pids(kind) { kill(pid, SIGKILL) } } }
      // With the ground killed as well there is nobody who could be asked to delete.
      if kills.count < 2 {
        try ground.create(pods, GroundFixture.shellPod("deleted", Self.family))
        try await ground.eventually(within: 60, "the family is there") { ground.pids("sleep 60").count > 500 }
        killAll()
        #expect(api.send("DELETE", "\(pods)/deleted")?.status == 200)
        try await ground.eventually(within: 20, "the family is gone after the pod, \(kills) killed") {
          ground.pids("sleep 60").isEmpty && api.send("GET", "\(pods)/deleted")?.status == 404
        }
      }
      try ground.create(pods, GroundFixture.shellPod("left", Self.family))
      try await ground.eventually(within: 60, "the family is there") { ground.pids("sleep 60").count > 500 }
      killAll()
      #expect(try ground.periplus("down").status == 0)
      try await ground.leavesNothing(of: network, "down of a family, \(kills) killed")
    }
  }
}
