import AsyncHTTPClient
import NIOCore
import NIOSSL

/// Makes the HTTP client of a cluster: certificates, server name, proxy, and connections enough for every watch.
enum ConnectionFactory {
  static func make(_ context: KubeContext, _ credential: Credential, _ proxies: ProxyEnvironment) throws -> HTTPClient {
    var configuration = HTTPClient.Configuration()
    configuration.redirectConfiguration = .disallow
    configuration.timeout = .init(connect: .seconds(10))
    // Each HTTP/1.1 watch and each followed log holds a connection; with the default of 8 the ninth would starve.
    configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 256
    configuration.connectionPool.idleTimeout = .seconds(90)
    // Who calls knows better when to try again, and a person should hear of a refusal at once.
    configuration.connectionPool.retryConnectionEstablishment = false
    let target = try Target(context)
    if target.isSecure { configuration.tlsConfiguration = try tls(context, credential) }
    if let name = context.cluster.tlsServerName { configuration.dnsOverride = [name: target.host] }
    if let proxy = context.cluster.proxy {
      configuration.proxy = try ProxyAddress(proxy, from: "the proxy-url of context \(context.name)").configuration
    } else if let (name, proxy) = proxies.proxy(toHost: target.host, port: target.number, isSecure: target.isSecure) {
      configuration.proxy = try ProxyAddress(proxy, from: name).configuration
    }
    return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }

  /// The address to send requests to: the server's, under the name that its certificate carries where one is given.
  static func baseURL(_ context: KubeContext) throws -> String {
    guard let name = context.cluster.tlsServerName else { return context.cluster.server }
    let target = try Target(context)
    return "\(target.isSecure ? "https" : "http")://\(name)\(target.port)\(target.path)"
  }

  /// Throws where a client certificate and its key do not belong together: one of two files was written, and the other is about to be.
  static func checkPair(_ context: KubeContext) throws {
    guard context.user.clientCertificate != nil else { return }
    let user = Credential(clientCertificate: context.user.clientCertificate, clientKey: context.user.clientKey)
    var tls = try tls(context, user)
    // Nothing is verified here: the system's authorities need not be read.
    tls.trustRoots = .certificates([])
    _ = try NIOSSLContext(configuration: tls)
  }

  private static func tls(_ context: KubeContext, _ credential: Credential) throws -> TLSConfiguration {
    var tls = TLSConfiguration.makeClientConfiguration()
    if context.cluster.skipsTLSVerification { tls.certificateVerification = .none }
    if let authority = context.cluster.certificateAuthority {
      do { tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(authority)) } catch {
        throw KubernetesError(.configuration, "the certificate authority of context \(context.name) is not a PEM certificate")
      }
    }
    if let certificate = credential.clientCertificate, let key = credential.clientKey {
      do {
        tls.certificateChain = try NIOSSLCertificate.fromPEMBytes(certificate).map { .certificate($0) }
        tls.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: key, format: .pem))
      } catch {
        throw KubernetesError(.configuration, "the client certificate or key of context \(context.name) is not valid PEM")
      }
    }
    return tls
  }

  private struct Target {
    var isSecure: Bool
    var host: String
    /// With its colon; empty when it is the scheme's own.
    var port: String
    var path: String
    var number: Int { Int(port.dropFirst()) ?? (isSecure ? 443 : 80) }

    init(_ context: KubeContext) throws {
      let server = context.cluster.server
      isSecure = server.hasPrefix("https://")
      let rest = server.dropFirst(isSecure ? 8 : 7)
      let authority = rest.prefix { $0 != "/" }
      path = String(rest.dropFirst(authority.count))
      if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") {
        host = String(authority[authority.index(after: authority.startIndex)..<end])
        port = String(authority[authority.index(after: end)...])
      } else {
        let colon = authority.lastIndex(of: ":") ?? authority.endIndex
        host = String(authority[..<colon])
        port = String(authority[colon...])
      }
      guard !host.isEmpty else { throw KubernetesError(.configuration, "the server of context \(context.name) is no address: \(server)") }
    }
  }
}
