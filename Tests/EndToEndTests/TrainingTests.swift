import Foundation
import Testing

/// What CI proves of every lesson and demo, on a live ground.
@Suite("Lessons and demos", .serialized, .onGround)
struct TrainingTests {
  var ground: GroundFixture { get throws { try #require(GroundFixture.current) } }

  @Test("every lesson fails unsolved, passes solved, and each wrong path says its own words")
  func authorCheck() throws {
    let outcome = try ground.periplus("learn", "author-check", limit: 300)
    #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
  }

  @Test("the demo of sprint 1 is rehearsed")
  func rehearsal() throws {
    let outcome = try ground.periplus("demo", "rehearse", "1", limit: 300)
    #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
  }

  @Test("a StatefulSet is updated in turn, and one of its pods comes back under its name", .needsKubectl)
  func statefulSet() throws {
    let ground = try ground
    let set = ground.home.appending(path: "set.json")
    try """
    {"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{"name":"db","namespace":"shop"},
     "spec":{"replicas":2,"serviceName":"db","selector":{"matchLabels":{"app":"db"}},
      "template":{"metadata":{"labels":{"app":"db"}},"spec":{"terminationGracePeriodSeconds":1,"containers":[
       {"name":"main","image":"periplus.local/reference-app:1","command":["/bin/sleep","600"],"volumeMounts":[{"name":"data","mountPath":"/data"}]}]}},
      "volumeClaimTemplates":[{"metadata":{"name":"data"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Mi"}}}}]}}
    """.write(to: set, atomically: true, encoding: .utf8)
    let demos = ground.home.deletingLastPathComponent().appending(path: "share/periplus/demos")
    try """
    demo: 99
    title: Ordinals
    sprint: 1
    facility: logging
    minutes: 1
    size: 80x24
    seed: 1
    setup:
      - deleteOrdinal: {statefulSet: db, ordinal: 0}
    steps:
      - id: in-turn
        say: The highest ordinal first, each ready before the next.
        expect:
          - {check: cluster.statefulset-ordered, parameters: {workload: db}}
    """.write(to: demos.appending(path: "99-ordinals.demo.yaml"), atomically: true, encoding: .utf8)
    for command in [["apply", "-f", set.path], ["rollout", "status"], ["rollout", "restart"], ["rollout", "status"]] {
      let words =
        command[0] == "apply" ? command : command + ["statefulset/db", "-n", "shop"] + (command[1] == "status" ? ["--timeout=60s"] : [])
      let done = try Program.run(try #require(Program.find("kubectl")), words, environment: ground.environment, limit: 90)
      try #require(done.status == 0, "\(words): \(done.errors)")
    }
    let outcome = try ground.periplus("demo", "rehearse", "99", limit: 120)
    #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
  }
}
