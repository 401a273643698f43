import Application
import Checks
import ClusterFeed
import ClusterModel
import RecordStore
import Recorder
import StateDirectory
import TimeFormat
import Training
import TrainingGround

/// The cluster that lessons, demos and drills act on: the one with the role for it.
enum RunningGround {
  /// - Throws: ``ActionError`` where no cluster has the role.
  static func context(_ clusters: [ConfiguredCluster], logs: StoreReader, app: AppProfile, home: Home) throws -> TrainingContext {
    guard let cluster = clusters.first(with: .provingGround)?.feed else {
      throw TrainingContext.noGround(among: clusters.map(\.feed.cluster), home: home.path)
    }
    let client = ClusterServiceClient(cluster: cluster)
    return TrainingContext(
      port: KubernetesGround(api: cluster.api),
      checks: CheckContext(cluster: cluster, logs: logs, client: client, app: app, now: WallClock.now))
  }

  /// Watches a home's ground while `body` runs.
  static func with<Result: Sendable>(
    _ home: Home, _ app: AppOptions, _ body: (TrainingContext, ConsoleWiring) async throws -> Result
  ) async throws -> Result {
    let profile = try app.file().read()
    let wiring = try ConsoleWiring(home: home, app: app)
    let ground = try context(wiring.clusters, logs: wiring.store, app: profile, home: home)
    let watching = Task { await wiring.watchClusters() }
    defer { watching.cancel() }
    await FirstSight(feeds: wiring.feeds).wait()
    switch ground.checks.cluster.current().connection {
    case .live: break
    case .connecting: throw Problem.environment("the proving ground does not answer; periplus status tells more")
    case .stale(_, let reason, _):
      throw Problem.environment(
        "the proving ground does not answer (\(reason)); periplus status tells more, periplus up --detach starts it")
    }
    return try await body(ground, wiring)
  }
}
