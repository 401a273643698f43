import KubernetesClient
import MigrationPlan
import StateDirectory
import StrictYAML
import TimeFormat

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
    for manifest in try YAMLDocuments.json(text, file: "sprint-\(sprint).yaml") { _ = try await api.applyManifest(manifest) }
  }

  func waitUntilReady(progress: (String) -> Void) async throws {
    let api = try GroundConnection(home: home).api()
    defer { Task { await api.shutdown() } }
    do {
      try await ReadinessWait { try await api.listAll("/apis/apps/v1/namespaces/shop/deployments") }.run { waiting in
        progress(waiting.isEmpty ? "deploying the reference app" : "waiting for \(waiting.joined(separator: ", "))")
      }
    } catch let error as ReadinessWait.NotReady {
      throw Problem.environment("\(error); see why with: periplus health, or the log \(home.log("ground"))")
    }
  }
}
