import Application
import Kubernetes
import KubernetesClient
import StateDirectory
import TimeFormat
import TrainingGround

/// The application on the ground.
struct Deployment {
  let home: Home
  let sprint: Int
  let file: AppFile
  let app: AppProfile

  init(home: Home, sprint: Int, file: AppFile) throws {
    self.home = home
    self.sprint = sprint
    self.file = file
    app = try file.read()
  }

  /// The plan that the Voyage page shows, when the home has none yet.
  func writePlan() throws {
    guard !Files.exists(home.plan) else { return }
    try Files.write(PlanFile.fresh(now: WallClock.now(), atSprint: sprint, app: app), to: home.plan, mode: 0o644)
  }

  /// The app's manifests; throws when they are not installed, which is better known before anything is started.
  func manifests() throws -> String {
    let path = file.manifests(sprint: sprint)
    guard let text = Files.text(path) else {
      throw Problem.environment("expected the manifests of sprint \(sprint) at \(path) and found none; unpack the bundle whole")
    }
    return text
  }

  func apply() async throws {
    let text = try manifests()
    let api = try GroundConnection(home: home).api()
    defer { Task { await api.shutdown() } }
    try await AppDeployment.apply(text, file: file.manifests(sprint: sprint), to: api)
  }

  func waitUntilReady(progress: (String) -> Void) async throws {
    let api = try GroundConnection(home: home).api()
    defer { Task { await api.shutdown() } }
    let deployments = ResourceType.deployments.path(namespace: app.namespace)
    do {
      try await ReadinessWait { try await api.listAll(deployments) }.run { waiting in
        progress(waiting.isEmpty ? "deploying \(app.name)" : "waiting for \(waiting.joined(separator: ", "))")
      }
    } catch let error as ReadinessWait.NotReady {
      throw Problem.environment("\(error); see why with: periplus health, or the log \(home.log("ground"))")
    }
  }
}
