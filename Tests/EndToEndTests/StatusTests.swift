import Foundation
import Glibc
import JSONBytes
import Testing

/// `periplus status` of a home whose daemons are there and do not answer, or are gone.
@Suite("Status in an incident", .serialized, .onGround)
struct StatusTests {
  private var ground: GroundFixture { get throws { try #require(GroundFixture.current) } }

  private func pid(_ daemon: String) throws -> Int32 {
    let components = try ground.periplus("status", "--json").json().first?["components"]?.arrayValue ?? []
    let pid = components.first { $0["name"]?.stringValue == daemon }?["pid"]?.intValue
    return Int32(try #require(pid, "\(daemon) has no process"))
  }

  private func state(_ daemon: String, _ outcome: Program.Outcome) -> String? {
    let components = (try? outcome.json().first?["components"]?.arrayValue) ?? []
    return components.first { $0["name"]?.stringValue == daemon }?["state"]?.stringValue
  }

  @Test("a daemon that is stopped is silent, which status says with its process, and exits 1", arguments: ["ground", "recorder"])
  func stopped(daemon: String) async throws {
    let ground = try ground
    try await ground.eventually(within: 60, "all runs") { try ground.periplus("status").status == 0 }
    let pid = try pid(daemon)
    kill(pid, SIGSTOP)
    defer { kill(pid, SIGCONT) }
    let outcome = try ground.periplus("status", "--json")
    #expect(outcome.status == 1)
    let states = [state("ground", outcome), state("recorder", outcome)]
    #expect(states == (daemon == "ground" ? ["silent", "running"] : ["running", "silent"]))
    let what = daemon == "ground" ? "the proving ground's API" : "the recorder"
    #expect(
      outcome.errors.contains("\(what) does not answer within 2 s, though its process \(pid) is there")
        && outcome.errors.contains("kill -CONT \(pid)"), "\(outcome.errors)")
    kill(pid, SIGCONT)
    try await ground.eventually(within: 30, "\(daemon) answers again") { try ground.periplus("status").status == 0 }
  }

  @Test("daemons that were killed together are dead, and status says what starts them again")
  func killed() async throws {
    let ground = try ground
    try await ground.eventually(within: 60, "all runs") { try ground.periplus("status").status == 0 }
    let pids = [try pid("ground"), try pid("recorder")]
    // Stopped first: neither starts the other again.
    for pid in pids { kill(pid, SIGSTOP) }
    for pid in pids { kill(pid, SIGKILL) }
    try await ground.eventually(within: 10, "both are gone") { ground.processes().allSatisfy { !pids.contains($0.pid) } }
    let outcome = try ground.periplus("status", "--json")
    #expect(outcome.status == 1)
    #expect([state("ground", outcome), state("recorder", outcome)] == ["dead", "dead"])
    #expect(outcome.errors.contains("the daemons of the proving ground have died; periplus up starts them again"), "\(outcome.errors)")
    #expect(try ground.periplus("up", "--detach", limit: 180).status == 0)
    try await ground.eventually(within: 60, "all runs again") { try ground.periplus("status").status == 0 }
  }

  @Test("the context of the ground's own kubeconfig is the ground, and is not asked to be renamed")
  func ownContext() throws {
    let outcome = try ground.periplus("health", "--context", "ground")
    #expect(outcome.status == 2)
    #expect(
      outcome.errors.contains("is the proving ground") && outcome.errors.contains("leave --context ground out"), "\(outcome.errors)")
  }
}
