import Checks
import ClusterFeed
import ClusterModel
import RecordStore
import Recorder
import StateDirectory
import TimeFormat
import Training

/// All that a lesson or demo needs of a running ground.
struct TrainingGround {
  let actions: LiveGround
  let context: CheckContext

  init(cluster: WatchedCluster, logs: StoreReader) {
    let frontDoor = ServiceFrontDoor(cluster: cluster)
    actions = LiveGround(api: cluster.api, frontDoor: frontDoor)
    context = CheckContext(cluster: cluster, logs: logs, frontDoor: frontDoor, now: WallClock.now)
  }

  /// Watches a home's ground while `body` runs.
  static func with<Result: Sendable>(_ home: Home, _ body: (TrainingGround, ConsoleWiring) async throws -> Result) async throws -> Result {
    let wiring = try ConsoleWiring(home: home)
    guard let cluster = wiring.feeds.first else {
      throw Problem.environment("no proving ground has been started in \(home.path); start it with periplus up --detach")
    }
    let watching = Task { await wiring.watchClusters() }
    defer { watching.cancel() }
    await FirstSight(feeds: wiring.feeds).wait()
    switch cluster.current().connection {
    case .live: break
    case .connecting: throw Problem.environment("the proving ground does not answer; periplus status tells more")
    case .stale(_, let reason, _):
      throw Problem.environment(
        "the proving ground does not answer (\(reason)); periplus status tells more, periplus up --detach starts it")
    }
    return try await body(TrainingGround(cluster: cluster, logs: wiring.store), wiring)
  }
}
