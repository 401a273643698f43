import Foundation
import JSONBytes
import KubernetesClient
import Testing

@Suite struct KubeconfigTests {
  let first = """
    apiVersion: v1
    kind: Config
    current-context: dev
    clusters:
    - name: one
      cluster: {server: "https://one:6443/", certificate-authority-data: Y2E=, tls-server-name: api.one, proxy-url: "http://proxy:3128"}
    contexts:
    - name: dev
      context: {cluster: one, user: me, namespace: shop}
    users:
    - name: me
      user: {token: first}
    """
  let second = """
    current-context: other
    clusters:
    - name: one
      cluster: {server: "https://ignored"}
    - name: two
      cluster: {server: "http://two:8080", insecure-skip-tls-verify: true}
    contexts:
    - name: other
      context: {cluster: two, user: "7"}
    users:
    - name: 7
      user:
        username: a
        password: b
    - name: plugin
      user:
        exec: {command: ./bin/login, args: [--now], env: [{name: A, value: b}], apiVersion: client.authentication.k8s.io/v1beta1}
    """

  /// A folder with files, removed afterwards.
  private func withFiles<Result>(_ files: [String: String], _ body: (String) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kubeconfig-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for (name, text) in files { try Data(text.utf8).write(to: folder.appendingPathComponent(name)) }
    return try body(folder.path)
  }

  @Test func filesAreMergedAndTheFirstWins() throws {
    try withFiles(["a": first, "b": second]) { folder in
      let config = try Kubeconfig.load(environment: ["KUBECONFIG": "\(folder)/a:\(folder)/missing:\(folder)/b"])
      #expect(config.contextNames == ["dev", "other"])
      let dev = try config.context()
      #expect(dev.name == "dev" && dev.namespace == "shop" && dev.user.token == "first")
      #expect(dev.cluster.server == "https://one:6443" && dev.cluster.certificateAuthority == Array("ca".utf8))
      #expect(dev.cluster.tlsServerName == "api.one" && dev.cluster.proxy == "http://proxy:3128")
      let other = try config.context("other")
      #expect(other.cluster.skipsTLSVerification && other.user.username == "a" && other.namespace == "default")
    }
  }

  @Test func filesAreRelativeToTheirKubeconfig() throws {
    let text = """
      clusters: [{name: c, cluster: {server: "https://c", certificate-authority: ca.pem}}]
      contexts: [{name: x, context: {cluster: c, user: u}}]
      users: [{name: u, user: {client-certificate: me.crt, client-key: me.key, tokenFile: t}}]
      """
    try withFiles(["config": text, "ca.pem": "CA", "me.crt": "CERT", "me.key": "KEY"]) { folder in
      let context = try Kubeconfig(files: ["\(folder)/config"]).context()
      #expect(context.cluster.certificateAuthority == Array("CA".utf8))
      #expect(context.user.clientKey == Array("KEY".utf8))
      #expect(context.user.tokenFile == "\(folder)/t")
    }
  }

  @Test func faultsAreOneSentenceThatNamesTheFile() throws {
    func message(_ yaml: String, _ context: String? = nil) -> String {
      do {
        _ = try Kubeconfig(yaml: yaml, file: "my.yaml").context(context)
        return "no error"
      } catch { return error.message }
    }
    let faults = [
      message("clusters: ["), message("just text"), message("clusters: 3"), message("{}"), message(first, "absent"),
      message("contexts: [{name: x, context: {cluster: no}}]"),
      message("clusters: [{name: c, cluster: {}}]\ncontexts: [{name: x, context: {cluster: c}}]"),
      message("clusters: [{name: c, cluster: {server: \"ftp://c\"}}]\ncontexts: [{name: x, context: {cluster: c}}]"),
      message("clusters: [{name: c, cluster: {server: s, certificate-authority: /no/such}}]\ncontexts: [{name: x, context: {cluster: c}}]"),
      message("clusters: [{name: c, cluster: {server: s, certificate-authority-data: '%'}}]\ncontexts: [{name: x, context: {cluster: c}}]"),
      message(
        "clusters: [{name: c, cluster: {server: s}}]\ncontexts: [{name: x, context: {cluster: c, user: u}}]\nusers: [{name: u, user: {client-key-data: YQ==}}]"
      ),
    ]
    for fault in faults { #expect(fault.contains("my.yaml") && !fault.contains("\n"), "\(fault)") }
    #expect(message(first, "absent").hasSuffix("it has: dev"))
    let missing = #expect(throws: KubernetesError.self) { try Kubeconfig.load(environment: ["KUBECONFIG": "/no/where"]) }
    #expect(missing?.message.contains("/no/where") == true)
  }

  @Test func execPluginsAreRead() throws {
    let text = second.replacingOccurrences(of: "user: \"7\"", with: "user: plugin")
    let context = try Kubeconfig(yaml: text, file: "/etc/k/config").context("other")
    #expect(context.user.exec?.command == "/etc/k/./bin/login")
    #expect(context.user.exec?.arguments == ["--now"] && context.user.exec?.environment == ["A": "b"])
    #expect(context.user.exec?.apiVersion == "client.authentication.k8s.io/v1beta1")
  }

  @Test func inCluster() throws {
    try withFiles(["token": "t", "ca.crt": "CA", "namespace": "here"]) { folder in
      let environment = ["KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "443"]
      let context = try #require(try Kubeconfig.inCluster(environment: environment, root: folder))
      #expect(context.cluster.server == "https://[fd00::1]:443" && context.namespace == "here")
      #expect(try Kubeconfig.inCluster(environment: [:], root: folder) == nil)
    }
  }
}
