import GroundNode
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
    let file = try KubeconfigContext(files: [home.kubeconfig])
    // A port that the ground gave up may be another home's by now: the token is for the ground of this home alone.
    let ours: @Sendable () throws -> KubeContext = { [home] in
      guard let info = GroundInfo.running(home) else {
        throw KubernetesError(.unreachable, "the proving ground of \(home.path) does not run; periplus up starts it")
      }
      let context = file.current()
      guard context.cluster.server.hasSuffix(":\(info.port)") else {
        throw KubernetesError(.unreachable, "the proving ground of \(home.path) is starting")
      }
      return context
    }
    return KubernetesAPI(context: file.current(), resolve: ours)
  }
}
