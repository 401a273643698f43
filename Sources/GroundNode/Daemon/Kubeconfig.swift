/// The file with which `kubectl` and every other client finds the ground.
enum Kubeconfig {
  static func text(port: Int, token: String) -> String {
    """
    apiVersion: v1
    kind: Config
    clusters:
    - name: ground
      cluster:
        server: http://127.0.0.1:\(port)
    users:
    - name: ground
      user:
        token: \(token)
    contexts:
    - name: ground
      context:
        cluster: ground
        user: ground
    current-context: ground

    """
  }
}
