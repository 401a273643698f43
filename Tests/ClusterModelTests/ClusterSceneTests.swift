import ClusterModel
import Testing

/// What people do to one Deployment, one thing after the other, each on many clusters that differ by their seed.
struct ClusterScene: Sendable, CustomTestStringConvertible {
  var testDescription: String
  var seeds: ClosedRange<UInt64>
  var replicas: Int
  var script: @Sendable (inout ClusterPlay) -> Void

  init(_ name: String, seeds: ClosedRange<UInt64> = 1...20, replicas: Int, _ script: @escaping @Sendable (inout ClusterPlay) -> Void) {
    (testDescription, self.seeds, self.replicas, self.script) = (name, seeds, replicas, script)
  }

  static let all = [
    Self("an undo in the middle of a rollout changes nothing that went before it", replicas: 8) { play in
      play.roll(0)
      play.run(Double(play.pick(2...12)))
      play.undo(0)
      play.run(60)
    },
    Self("where the server leaves old times on what changed again, each pod has its cause all the same", replicas: 8) { play in
      play.renewsStamps = false
      for step in 0..<3 {
        play.run(Double(play.pick(40...90)))
        play.deleteByHand(0)
        play.run(10)
        if step == 1 { play.undo(0) } else { play.roll(0) }
      }
      play.run(120)
    },
    Self("pods that a raised count brought are told so, also when the rollout that came with it is undone on its way", replicas: 4) {
      play in
      play.rollAndScale(0, to: 12)
      play.run(Double(play.pick(5...15)))
      play.undo(0)
      play.run(90)
    },
    Self("each raised count has its own pods, also where the later one came with a rollout that took some of them", replicas: 2) { play in
      play.scale(0, to: 4)
      play.run(40)
      play.rollAndScale(0, to: 9)
      play.run(90)
    },
    Self("a pod deleted by hand before a rollout is told so", seeds: 1...10, replicas: 4) { play in
      play.deleteByHand(0)
      play.run(Double(play.pick(3...20)))
      play.roll(0)
      play.run(60)
    },
    Self("a pod deleted by hand in the middle of a long rollout is told so, or is in doubt", seeds: 1...24, replicas: 40) { play in
      play.roll(0)
      play.run(Double(play.pick(150...400)) / 10)
      play.deleteByHand(0)
      play.run(150)
    },
    Self("a drain that ends in the second of its last eviction was a drain to the end", seeds: 1...40, replicas: 12) { play in
      play.latency[.pods] = .milliseconds(900)
      play.latency[.nodes] = .milliseconds(5)
      play.drainWithBudget("node-1")
      play.run(Double(play.pick(50...120)) / 10)
      play.bringBack("node-1")
      play.run(60)
    },
  ]
}

@Suite("The ledger in scenes that are played on many clusters", .onOwnThreads)
struct ClusterSceneTests {
  @Test("each pod has its cause, and each addition is told", arguments: ClusterScene.all)
  func agrees(scene: ClusterScene) {
    for seed in scene.seeds {
      var play = ClusterPlayTests.calm(seed: seed, replicas: scene.replicas)
      scene.script(&play)
      #expect(ClusterPlayTests.differences(play, ClusterPlayTests.replay(play)) == [], "seed \(seed): \(play.script)")
    }
  }
}
