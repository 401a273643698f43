import Foundation
import JSONBytes
import TestSupport
import Testing

/// Kills processes at random under traffic: nothing whose write returned may be lost, nothing may stay behind.
@Suite("Kill drill", .serialized, .onGround)
struct KillDrillTests {
  /// A pod that writes numbered lines and notes, after each write returned, how far it came.
  static func counter(_ notes: String) -> JSONValue {
    let labels: JSONValue = ["app.kubernetes.io/name": "counter"]
    let count = "n=0; while :; do n=$((n+1)); echo \"counter $HOSTNAME line $n\"; echo $n >> \(notes)/$HOSTNAME; sleep 0.01; done"
    let container: JSONValue = ["name": "counter", "image": "test.local/sh:1", "args": ["-c", .string(count)]]
    return [
      "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "counter", "namespace": "shop", "labels": labels],
      "spec": [
        "replicas": 1, "selector": ["matchLabels": labels],
        "template": ["metadata": ["labels": labels], "spec": ["containers": [container]]],
      ],
    ]
  }

  @Test("random SIGKILLs lose no line, leave no orphan, and everything recovers by itself")
  func kills() async throws {
    let ground = try #require(GroundFixture.current)
    let notes = try ground.notesFolder()
    try ground.addShellImage()
    try await ground.eventually(within: 60, "all deployments are ready") { try ground.allReady() }
    try ground.create("/apis/apps/v1/namespaces/shop/deployments", Self.counter(notes.path))
    try await ground.eventually(within: 60, "the counter counts") {
      try !FileManager.default.contentsOfDirectory(atPath: notes.path).isEmpty
    }

    let traffic = Task.detached { try ground.periplus("traffic", "--rate", "20", "--for", "10m", "--json", limit: 900) }
    var random = Drill.random("kill drill")
    for round in 1...Drill.kills {
      let living = ground.processes().filter { !$0.command.contains("traffic") }
      let kinds = ["periplus ground", "periplus record", "reference-app", "/bin/sh", "periplus-shim"]
      // Every third time two at once.
      var victims: [(pid: Int32, command: String)] = []
      for _ in 0..<(round % 3 == 0 ? 2 : 1) {
        let kind = kinds.randomElement(using: &random) ?? "reference-app"
        let left = living.filter { process in !victims.contains { $0.pid == process.pid } }
        victims.append(
          try #require(left.filter { $0.command.contains(kind) }.randomElement(using: &random) ?? left.randomElement(using: &random)))
      }
      let names = victims.map(\.command).joined(separator: " and ")
      // Every fifth time a daemon is stopped for a while before it is killed: what it holds up must go on after it.
      if round % 5 == 0, let daemon = living.first(where: { $0.command.contains("periplus ground") }) {
        kill(daemon.pid, SIGSTOP)
        try await ContinuousClock().sleep(for: .seconds(2))
        kill(daemon.pid, SIGCONT)
      }
      for victim in victims { kill(victim.pid, SIGKILL) }
      // The daemons start each other; where both went at once, the next command does.
      if ["periplus ground", "periplus record"].allSatisfy({ daemon in victims.contains { $0.command.contains(daemon) } }) {
        #expect(try ground.periplus("up", "--detach", limit: 180).status == 0)
      }
      try await ground.eventually(within: 90, "ground and recorder run again after kill \(round) of \(names)") {
        let processes = ground.processes().filter { process in !victims.contains { $0.pid == process.pid } }
        return processes.contains { $0.command.contains("periplus ground") }
          && processes.contains { $0.command.contains("periplus record") }
      }
      try await ContinuousClock().sleep(for: .milliseconds(Int.random(in: 50...600, using: &random)))
    }
    try await ground.eventually(within: 120, "all deployments are ready again") { try ground.allReady() }
    for process in ground.processes() where process.command.contains("traffic") { kill(process.pid, SIGINT) }
    _ = try? await traffic.value

    // Stop the counter so that its last note is final, then compare every note with what the store has.
    try ground.scale("counter", to: 0)
    try await ground.eventually(within: 60, "the counter is gone") { try ground.pods("counter").isEmpty }
    var compared = 0
    for pod in try FileManager.default.contentsOfDirectory(atPath: notes.path) {
      // A container that restarts in its pod begins at 1 again: the note is the last run's.
      let noted = try String(contentsOf: notes.appending(path: pod), encoding: .utf8).split(separator: "\n")
      let last = noted.last.flatMap { Int($0) } ?? 0
      guard last > 0 else { continue }  // killed before its first note
      compared += 1
      var numbers: [Int] = []
      try await ground.eventually(within: 30, "line \(last) of \(pod) is in the store") {
        let lines = try ground.periplus("logs", "--grep", "counter \(pod) line", "--limit", "1000000", "--json").json()
        numbers = lines.compactMap { $0["raw"]?.stringValue?.split(separator: " ").last.flatMap { Int($0) } }
        return numbers.contains(last)
      }
      var expected = 1
      for number in numbers {
        if number == 1 { expected = 1 }
        #expect(number == expected, "line \(expected) of \(pod) is missing, \(number) came")
        expected = number + 1
      }
    }
    // Most pods were killed, if at all, after their first second.
    #expect(compared >= 1, "no pod wrote a note: nothing was compared")
    #expect(try ground.periplus("down", limit: 120).status == 0)
    try await ground.eventually(within: 20, "no process of this home is left: \(ground.processes())") { ground.processes().isEmpty }
  }
}
