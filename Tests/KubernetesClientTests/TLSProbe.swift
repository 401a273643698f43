import KubernetesClient
import Testing
@Suite struct TLSProbe {
  @Test func probe() async throws {
    func config(_ extra: String, _ user: String = "client-certificate: c.pem, client-key: c.key") throws -> KubernetesAPI {
      let text = "clusters: [{name: c, cluster: {server: \"https://127.0.0.1:18443\", certificate-authority: ca.pem\(extra)}}]\ncontexts: [{name: x, context: {cluster: c, user: u}}]\nusers: [{name: u, user: {\(user)}}]"
      return KubernetesAPI(context: try Kubeconfig(yaml: text, file: "/tmp/h/tls/config").context())
    }
    for (e, u) in [(", tls-server-name: api.one", "client-certificate: c.pem, client-key: c.key"), ("", "client-certificate: c.pem, client-key: c.key"), (", tls-server-name: api.one", "token: x")] {
      let api = try config(e, u)
      do { print("PROBE", e, u.prefix(8), try await api.version()) } catch { print("PROBE", e, u.prefix(8), "error:", error) }
      await api.shutdown()
    }
  }
}
