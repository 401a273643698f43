import FoundationEssentials
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOSSL
import ServiceLifecycle

/// Why the API's server could not start, in one sentence.
package enum GroundServerError: Error, Hashable, CustomStringConvertible {
  case portInUse(host: String, port: Int)
  case cannotListen(host: String, port: Int, why: String)
  case certificate(why: String)

  package var description: String {
    switch self {
    case .portInUse(let host, let port):
      "The cluster's API cannot listen on \(host):\(port) because another program does: stop that program, or choose another port."
    case .cannotListen(let host, let port, let why):
      "The cluster's API cannot listen on \(host):\(port) (\(why)): check that the address is one of this machine."
    case .certificate(let why):
      "The cluster's API cannot serve TLS with its certificate (\(why)): remove the file certificate.pem from the ground's folder, and start it again."
    }
  }
}

/// The API over HTTPS, and over plain HTTP at the same port. Runs until its task is cancelled or a graceful shutdown begins; watches and followed logs end then.
package struct GroundServer: Service {
  private let api: GroundAPIHandler
  private let store: ObjectStore
  private let certificate: ServerCertificate
  private let host: String
  private let port: Int
  private let onRunning: @Sendable (Int) async -> Void

  /// - Parameter token: what clients send as `Authorization: Bearer TOKEN`.
  /// - Parameter port: 0 lets the system choose.
  /// - Parameter logReader: serves `pods/log`; without it that is refused in words.
  /// - Parameter onRunning: called with the port once clients can connect.
  package init(
    store: ObjectStore, token: String, certificate: ServerCertificate, host: String = "127.0.0.1", port: Int,
    logReader: (any PodLogReader)? = nil,
    onRunning: @escaping @Sendable (Int) async -> Void = { _ in }
  ) {
    self.store = store
    self.certificate = certificate
    self.host = host
    self.port = port
    self.onRunning = onRunning
    api = GroundAPIHandler(store: store, token: token, logReader: logReader, address: "\(host):\(port)")
  }

  /// A kubeconfig for this server, with the context `name`. Keep the file readable to its owner only.
  ///
  /// - Parameter token: of letters and digits.
  package static func kubeconfig(
    host: String = "127.0.0.1", port: Int, token: String, certificate: ServerCertificate, name: String = "ground"
  ) throws -> String {
    """
    apiVersion: v1
    kind: Config
    current-context: \(name)
    clusters:
    - name: \(name)
      cluster:
        server: https://\(host):\(port)
        certificate-authority-data: \(Data(try certificate.authorityPEM.utf8).base64EncodedString())
    users:
    - name: \(name)
      user:
        token: \(token)
    contexts:
    - name: \(name)
      context:
        cluster: \(name)
        user: \(name)

    """
  }

  /// Throws `GroundServerError` where it cannot listen.
  package func run() async throws {
    var logger = Logger(label: "ground-api") { _ in SwiftLogNoOpLogHandler() }
    logger.logLevel = .critical
    let api = api
    let onRunning = onRunning
    let store = store
    let tls: NIOSSLContext
    do { tls = try certificate.context } catch { throw GroundServerError.certificate(why: "\(error)") }
    let application = Application(
      responder: CallbackResponder { (request: Request, context: BasicRequestContext) in await api.respond(to: request) },
      server: HTTPServerBuilder { responder in TLSOrPlainChannel(HTTP1Channel(responder: responder), tls: tls) },
      configuration: ApplicationConfiguration(address: .hostname(host, port: port), serverName: nil),
      onServerRunning: { channel in await onRunning(channel.localAddress?.port ?? 0) },
      logger: logger)
    do {
      try await withGracefulShutdownHandler {
        try await application.run()
      } onGracefulShutdown: {
        store.endWatches()
      }
    } catch let error as IOError {
      if error.errnoCode == 98 { throw GroundServerError.portInUse(host: host, port: port) }  // EADDRINUSE, errno(3)
      throw GroundServerError.cannotListen(host: host, port: port, why: "error \(error.errnoCode)")
    }
  }
}
