import KubernetesClient
import StateDirectory

/// The ground's API, as its kubeconfig says.
struct GroundConnection {
  /// The name under which the ground is shown and stored. Nothing is decided by it: see ``ClusterRole``.
  static let clusterName = "ground"

  let home: Home

  func api() throws -> KubernetesAPI {
    guard Files.exists(home.kubeconfig) else {
      throw Problem.environment("no proving ground has been started in \(home.path); start it with periplus up")
    }
    return KubernetesAPI(context: try Kubeconfig(files: [home.kubeconfig]).context())
  }
}
