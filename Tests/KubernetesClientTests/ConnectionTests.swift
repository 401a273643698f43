import KubernetesClient
import Testing

/// TLS, client certificates, server names and proxies, on real connections.
@Suite("Connections", .timeLimit(.minutes(3)))
struct ConnectionTests {
  private static let version = #"{"gitVersion":"v1.36.0"}"#

  private func context(_ server: String, _ change: (inout KubeContext) -> Void = { _ in }) -> KubeContext {
    var context = KubeContext(name: "staging", cluster: KubeCluster(server: server))
    context.cluster.certificateAuthority = Array(TestCertificates.authority.utf8)
    context.user.token = "secret"
    change(&context)
    return context
  }

  /// The server's version, or the sentence of what kept it away.
  private func version(_ context: KubeContext, proxies: ProxyEnvironment = ProxyEnvironment([:])) async -> String {
    let api = KubernetesAPI(context: context, proxies: proxies)
    defer { Task { await api.shutdown() } }
    do { return try await api.version() } catch let error as KubernetesError { return error.message } catch { return "\(error)" }
  }

  @Test("a certificate is held to its authority and its name")
  func certificates() async throws {
    let server = try RawServer(isSecure: true) { _ in (200, Self.version) }
    try await server.run { port in
      let address = "https://127.0.0.1:\(port)"
      #expect(await version(context(address) { $0.cluster.tlsServerName = "api.test" }) == "v1.36.0")
      #expect(
        await version(context(address) { $0.cluster.certificateAuthority = Array(TestCertificates.otherAuthority.utf8) })
          == "the certificate of \(address) is not signed by the certificate authority of context staging")
      #expect(
        await version(context(address))
          == "the certificate of \(address) is made out for another name; give that name as tls-server-name in the kubeconfig")
      #expect(
        await version(
          context(address) {
            $0.cluster.certificateAuthority = nil
            $0.cluster.skipsTLSVerification = true
          }) == "v1.36.0")
      #expect(server.seen.map(\.authorization) == ["Bearer secret", "Bearer secret"])
    }
  }

  @Test("a client certificate is shown where the server wants one; without it a sentence says so")
  func clientCertificate() async throws {
    let server = try RawServer(isSecure: true, wantsClient: true) { _ in (200, Self.version) }
    try await server.run { port in
      let address = "https://127.0.0.1:\(port)"
      let known = context(address) {
        $0.cluster.tlsServerName = "api.test"
        $0.user.clientCertificate = Array(TestCertificates.client.utf8)
        $0.user.clientKey = Array(TestCertificates.clientKey.utf8)
      }
      #expect(await version(known) == "v1.36.0")
      let unknown = context(address) { $0.cluster.tlsServerName = "api.test" }
      #expect(
        await version(unknown)
          == "the TLS handshake with \(address) failed; it may want another client certificate than context staging has")
    }
  }

  @Test("proxy-url with user and password: the proxy is told them, and nobody else")
  func httpProxy() async throws {
    let server = try RawServer(.httpProxy, isSecure: true) { _ in (200, Self.version) }
    try await server.run { port in
      let through = context("https://api.test:6443") { $0.cluster.proxy = "http://user:password@127.0.0.1:\(port)" }
      #expect(await version(through) == "v1.36.0")
      #expect(server.proxied.map { $0.hasPrefix("CONNECT api.test:6443 HTTP/1.1\r\n") } == [true])
      #expect(server.seen.map(\.authorization) == ["Bearer secret"])
      let wrong = context("https://api.test:6443") { $0.cluster.proxy = "http://user:other@127.0.0.1:\(port)" }
      #expect(
        await version(wrong)
          == "the proxy before https://api.test:6443 wants another user or password than its address has (HTTP 407)")
      #expect(server.seen.count == 1)
    }
  }

  @Test("a socks5 proxy finds the name; one with a user is refused in a sentence without its password")
  func socks() async throws {
    let server = try RawServer(.socks5, isSecure: true) { _ in (200, Self.version) }
    try await server.run { port in
      func through(_ proxy: String) async -> String {
        await version(context("https://api.test:6443") { $0.cluster.proxy = "socks5://\(proxy)127.0.0.1:\(port)" })
      }
      #expect(await through("") == "v1.36.0")
      #expect(server.proxied == ["api.test:6443"])
      #expect(
        await through("user:password@")
          == "the proxy-url of context staging names a user; a socks5 proxy is used without one, an http proxy can be given one")
    }
  }

  @Test("HTTPS_PROXY is used as kubectl uses it, and NO_PROXY excepts")
  func environment() async throws {
    let server = try RawServer(.httpProxy, isSecure: true) { _ in (200, Self.version) }
    try await server.run { port in
      let proxies = ProxyEnvironment(["HTTPS_PROXY": "http://user:password@127.0.0.1:\(port)"])
      #expect(await version(context("https://api.test:6443"), proxies: proxies) == "v1.36.0")
      #expect(server.proxied.count == 1)
    }
  }

  @Test(
    "which proxy the environment asks for",
    arguments: [
      ("api.test", 443, true, "s"), ("api.test", 80, false, "p"), ("127.0.0.1", 443, true, nil), ("localhost", 443, true, nil),
      ("a.corp.example", 443, true, nil), ("corp.example", 443, true, nil), ("notcorp.example", 443, true, "s"),
      ("10.1.2.3", 443, true, nil),
      ("11.1.2.3", 443, true, "s"), ("only.port", 6443, true, nil), ("only.port", 443, true, "s"), ("x.dot.example", 443, true, nil),
      ("dot.example", 443, true, "s"), ("192.168.7.9", 443, true, nil),
    ])
  func choice(host: String, port: Int, isSecure: Bool, address: String?) {
    let environment = ProxyEnvironment([
      "https_proxy": "s", "HTTP_PROXY": "p", "NO_PROXY": "corp.example, 10.0.0.0/8,only.port:6443,.dot.example,192.168.7.9",
    ])
    #expect(environment.proxy(toHost: host, port: port, isSecure: isSecure)?.address == address)
  }

  @Test("everything is excepted by a star")
  func star() {
    #expect(ProxyEnvironment(["HTTPS_PROXY": "s", "no_proxy": "*"]).proxy(toHost: "api.test", port: 443, isSecure: true) == nil)
  }
}
