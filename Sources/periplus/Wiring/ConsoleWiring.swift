import Application
import Checks
import ClusterFeed
import ClusterModel
import Console
import JSONBytes
import Kubernetes
import KubernetesClient
import MigrationPlan
import RecordStore
import Recorder
import StateDirectory
import TimeFormat
import Training
import TrainingGround
import Views

/// Joins the console's ports to the store, the clusters and the plan of a home.
struct ConsoleWiring {
  let home: Home
  let store: StoreReader
  let clusters: [ConfiguredCluster]
  var feeds: [WatchedCluster] { clusters.map(\.feed) }
  let ports: ConsolePorts

  /// - Parameters:
  ///   - contexts: kubeconfig contexts of other clusters to watch; the proving ground is watched when it has been started.
  ///   - app: which application lessons and demos are about; `nil` for that of the environment or the installation.
  ///   - allowsActions: whether other clusters may be changed; the proving ground always may.
  ///   - stage: the console that is seen, on which demos play.
  init(home: Home, contexts: Contexts = Contexts(), app: AppOptions? = nil, allowsActions: Bool = false, stage: (any DemoStage)? = nil)
    throws
  {
    self.home = home
    let store = StoreReader(home: home)
    self.store = store
    try Self.checkNames(home, contexts.names)
    var clusters: [ConfiguredCluster] = []
    if Files.exists(home.kubeconfig) {
      clusters.append(
        ConfiguredCluster(
          WatchedCluster(api: try GroundConnection(home: home).api(), cluster: GroundConnection.clusterName, now: WallClock.now),
          roles: [.provingGround]))
    }
    clusters += try Self.feeds(contexts).map { ConfiguredCluster($0) }
    self.clusters = clusters
    let (watched, app) = (clusters, app?.path)
    let voyage = ConsoleVoyage(PlanFile(home: home), store)
    let actions = ConsoleActions(clusters: clusters.filter { $0.roles.contains(.provingGround) || allowsActions }.map(\.feed))
    ports = ConsolePorts(
      logs: store, completeness: store, clusters: clusters.map(\.feed), ledger: store, evidence: store,
      voyage: { latest, now in await voyage.update(latest, now: now) }, pastVoyage: { try await voyage.past(at: $0) },
      verdicts: { snapshot, ledger, now in HealthAssessment.verdicts(on: snapshot, ledger: ledger, now: now) },
      manifest: { [feeds = clusters.map(\.feed)] cluster, reference in try await Self.manifest(reference, in: cluster, feeds) },
      actions: actions,
      panes: TrainingPanes(
        home: home, shelf: TrainingShelf.open,
        ground: { try RunningGround.context(watched, logs: store, app: AppFile.locate(app).readQuietly(), home: home) }, day: WallClock.day,
        stage: stage),
      checks: RecorderChecks(home: home),
      export: { name, markdown, json in try Exports(home: home).write(name, markdown: markdown, json: json) },
      rememberLook: { moment in try? Files.write(moment.rfc3339(), to: LastLook(home: home).path) },
      now: WallClock.now, pause: { try await Task.sleep(for: $0) })
  }

  private static func manifest(_ reference: ObjectReference, in cluster: String, _ feeds: [WatchedCluster]) async throws -> JSONValue {
    guard let feed = feeds.first(where: { $0.cluster == cluster }) else { throw QueryFailure("The cluster \(cluster) is not watched.") }
    guard let type = ResourceType.known(kind: reference.kind) else {
      throw QueryFailure(
        "Of a \(reference.kind) no path in the API is known; kubectl get \(reference.kind) \(reference.name) -o yaml shows it")
    }
    return try await feed.api.get(type.path(namespace: reference.namespace, name: reference.name))
  }

  /// A name must mean one cluster: what is stored, asked and done is by name.
  static func checkNames(_ home: Home, _ contexts: [String]) throws {
    let ground = Files.exists(home.kubeconfig) ? [GroundConnection.clusterName] : []
    guard let name = ConfiguredCluster.doubledName(among: ground + contexts) else { return }
    let own = try? KubeconfigContext(files: [home.kubeconfig]).current().cluster
    if let own, own == (try? KubeconfigContext(name))?.current().cluster {
      throw Problem.usage(
        "the context '\(name)' is the proving ground of \(home.path), which is looked at anyway; leave --context \(name) out")
    }
    throw Problem.usage(
      "the context '\(name)' has the name of the proving ground of \(home.path); rename it (kubectl config rename-context \(name) NEW), or "
        + "set PERIPLUS_HOME to a state folder without a ground")
  }

  /// Clusters of KUBECONFIG, not watched yet.
  static func feeds(_ contexts: Contexts) throws -> [WatchedCluster] {
    try contexts.names.map { name in
      WatchedCluster(
        api: KubernetesAPI(try KubeconfigContext(name)), cluster: name, namespaces: contexts.namespaces, now: WallClock.now)
    }
  }

  /// Watches the clusters until cancelled.
  func watchClusters() async {
    await withTaskGroup(of: Void.self) { group in
      for feed in feeds { group.addTask { await feed.run() } }
    }
  }
}

extension ConsoleState {
  /// The state before anything is known; it waits for no network, so that the first frame does not.
  static func opening(
    _ place: Place = Pages.start, home: Home, contexts: [String] = [], app: AppOptions? = nil, look: LookOptions? = nil,
    configuration: ConsoleConfiguration = ConsoleConfiguration()
  ) -> ConsoleState {
    let now = WallClock.now()
    var state = ConsoleState(now: now, place: place, keys: configuration.keys)
    let local = TimeDisplay(offset: WallClock.localOffset(at: now), name: "local")
    state.shared.localFace = local
    if look?.local == true { state.shared.face = local }
    // A context of that name, where there is no ground, is a cluster like any other.
    let ground = contexts.contains(GroundConnection.clusterName) ? [] : [GroundConnection.clusterName]
    state.shared.ground = ground.first
    state.shared.actionClusters = Set(ground + (look?.actions == true ? contexts : []))
    state.shared.productionClusters = Set((ground + contexts).filter(configuration.isProduction))
    let example = FirstService(of: app?.path)
    state.shared.exampleService = { example.name }
    state.shared.lastLook = LastLook(home: home).moment
    return state
  }
}

/// When this user last quit the console.
struct LastLook {
  let home: Home
  var path: String { "\(home.path)/last-look" }
  var moment: Timestamp? {
    Files.text(path).flatMap { Timestamp(rfc3339: $0.split(separator: "\n").first.map(String.init) ?? "") }
  }
}

/// Files that `e` writes.
struct Exports {
  let home: Home

  /// Writes the view as Markdown and as JSON lines; answers where.
  func write(_ name: String, markdown: String, json: [String]) throws -> String {
    let folder = "\(home.path)/exports"
    try Files.makeFolder(folder)
    var safe = ""
    for character in name { safe.append(character.isLetter || character.isNumber || character == "-" ? character : "-") }
    let base = "\(folder)/\(safe)-\(WallClock.now().rfc3339(.seconds).filter { $0 != ":" })"
    try Files.write(markdown, to: "\(base).md")
    try Files.write(json.map { $0 + "\n" }.joined(), to: "\(base).jsonl")
    return "\(base).md"
  }
}

/// Does to clusters what the person at the console said yes to.
struct ConsoleActions: Console.ClusterActions {
  let clusters: [WatchedCluster]

  func perform(_ action: ClusterAction) async throws -> String {
    guard let cluster = clusters.first(where: { $0.cluster == action.cluster }) else {
      throw Problem.usage("actions in \(action.cluster) are off; start the console with --actions")
    }
    let changes = ClusterChanges(api: cluster.api)
    switch action {
    case .deletePod(_, let namespace, let name):
      try await changes.deletePod(name, in: namespace)
      return "Deleted pod \(name) in \(action.cluster)."
    case .scale(_, let workload, let replicas):
      try await changes.scale(workload, to: replicas)
      return "Scaled \(workload.display) in \(action.cluster) to \(replicas)."
    case .restart(_, let workload):
      try await changes.restart(workload)
      return "Restarting \(workload.display) in \(action.cluster)."
    }
  }
}
