import JSONBytes
import KubernetesClient
import MigrationPlan
import StateDirectory
import TimeFormat
import Yams

/// The reference app on the ground: its manifests applied over the API, as on any cluster.
struct Deployment {
  let home: Home
  let sprint: Int

  /// The plan that the Voyage page shows, when the home has none yet.
  func writePlan() throws {
    guard !Files.exists(home.plan) else { return }
    try Files.write(PlanFile.fresh(now: WallClock.now(), atSprint: sprint), to: home.plan, mode: 0o644)
  }

  /// The app's manifests; throws when they are not installed, which is better known before anything is started.
  func manifests() throws -> String {
    let file = "\(try Share.locate().manifests)/sprint-\(sprint).yaml"
    guard let text = Files.text(file) else {
      throw Problem.environment("expected the manifests of sprint \(sprint) at \(file) and found none; unpack the bundle whole")
    }
    return text
  }

  func apply() async throws {
    let text = try manifests()
    let api = try GroundConnection(home: home).api()
    defer { Task { await api.shutdown() } }
    for document in try Yams.compose_all(yaml: text) {
      guard let manifest = ManifestTree.json(document), !manifest.isNull else { continue }
      _ = try await api.applyManifest(manifest)
    }
  }

  func waitUntilReady(limit: Duration = .seconds(120), progress: (String) -> Void) async throws {
    let api = try GroundConnection(home: home).api()
    defer { Task { await api.shutdown() } }
    let end = ContinuousClock.now + limit
    var waiting: [String] = []
    // A status can be from before a restart: it counts once it has held.
    var held = 0
    while ContinuousClock.now < end {
      let deployments = (try? await api.listAll("/apis/apps/v1/namespaces/shop/deployments")) ?? []
      waiting = deployments.filter {
        ($0.at("status", "readyReplicas")?.intValue ?? 0) < ($0.at("spec", "replicas")?.intValue ?? 1)
      }.compactMap { $0.at("metadata", "name")?.stringValue }
      held = !deployments.isEmpty && waiting.isEmpty ? held + 1 : 0
      if held == 4 { return }
      progress(deployments.isEmpty ? "deploying the reference app" : "waiting for \(waiting.joined(separator: ", "))")
      try await Task.sleep(for: .milliseconds(200))
    }
    throw Problem.environment(
      "not ready within \(limit.brief): \(waiting.joined(separator: ", ")); see why with: periplus health, or the log \(home.log("ground"))"
    )
  }
}

/// YAML of a manifest as a JSON tree.
enum ManifestTree {
  static func json(_ node: Yams.Node) -> JSONValue? {
    switch node {
    case .mapping(let mapping):
      return .object(
        JSONObject(
          mapping.compactMap { key, value in
            guard let name = key.string, let value = json(value) else { return nil }
            return .init(key: name, value: value)
          }))
    case .sequence(let sequence): return .array(sequence.compactMap(json))
    case .scalar(let scalar):
      // A quoted scalar is text, whatever it looks like.
      guard scalar.style == .plain || scalar.style == .any else { return .string(scalar.string) }
      if node.null != nil { return .null }
      if let flag = node.bool { return .bool(flag) }
      if let number = node.int { return .int(Int64(number)) }
      if let number = node.float { return .double(number) }
      return .string(scalar.string)
    case .alias: return nil
    }
  }
}
