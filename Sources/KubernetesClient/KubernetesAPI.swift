import AsyncHTTPClient
import Foundation
package import JSONBytes
import NIOCore
import NIOHTTP1
import NIOSSL
import TimeFormat

/// A cluster's API over HTTP. One client per cluster, so that losing one never slows another.
package final class KubernetesAPI: Sendable {
  package let access: ClusterAccess
  private let client: HTTPClient
  private let credentials: Credentials

  package init(_ access: ClusterAccess) throws {
    self.access = access
    credentials = Credentials(access)
    var configuration = HTTPClient.Configuration()
    // Each watch holds a connection, and the client's default of 8 would starve the ninth.
    configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 64
    configuration.timeout.connect = .seconds(5)
    if access.server.hasPrefix("https") {
      var tls = TLSConfiguration.makeClientConfiguration()
      if access.skipsTLSVerification {
        tls.certificateVerification = .none
      } else if let authority = access.certificateAuthority {
        tls.trustRoots = .certificates(try Self.certificates(authority))
      }
      if let certificate = access.clientCertificate, let key = access.clientKey {
        tls.certificateChain = try Self.certificates(certificate).map { .certificate($0) }
        tls.privateKey = .privateKey(try Self.privateKey(key))
      }
      configuration.tlsConfiguration = tls
      if let name = access.tlsServerName, let host = URL(string: access.server)?.host() { configuration.dnsOverride = [name: host] }
    }
    if let proxy = access.proxyURL, let url = URL(string: proxy), let host = url.host() {
      configuration.proxy = url.scheme == "socks5" ? .socksServer(host: host, port: url.port ?? 1080) : .server(host: host, port: url.port ?? 3128)
    }
    client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }

  package func shutdown() async { try? await client.shutdown() }

  private static func certificates(_ source: PEMSource) throws -> [NIOSSLCertificate] {
    do {
      return try NIOSSLCertificate.fromPEMBytes(source.bytes())
    } catch let error as KubernetesError {
      throw error
    } catch {
      throw KubernetesError.configuration("a certificate in the kubeconfig is not PEM")
    }
  }

  private static func privateKey(_ source: PEMSource) throws -> NIOSSLPrivateKey {
    let bytes = try source.bytes()
    guard let key = try? NIOSSLPrivateKey(bytes: bytes, format: .pem) else {
      throw KubernetesError.configuration("the client key in the kubeconfig is not PEM")
    }
    return key
  }

  /// One request whose answer is read whole.
  /// - Parameter path: from the root, e.g. `/api/v1/pods`, already encoded.
  package func request(
    _ method: String, _ path: String, query: [(String, String)] = [], body: [UInt8]? = nil, contentType: String = "application/json",
    accept: String = "application/json", timeout: Duration = .seconds(30)
  ) async throws -> [UInt8] {
    let response = try await send(method, path, query: query, body: body, contentType: contentType, accept: accept, timeout: timeout)
    var bytes: [UInt8] = []
    do {
      for try await chunk in response.body { bytes.append(contentsOf: chunk.readableBytesView) }
    } catch is CancellationError {
      throw CancellationError()
    } catch {
      throw KubernetesError.unreachable(server: access.server, reason: Self.words(error))
    }
    guard (200..<300).contains(Int(response.status.code)) else {
      if response.status == .unauthorized { await credentials.invalidate() }
      throw KubernetesError.status(code: Int(response.status.code), body: bytes)
    }
    return bytes
  }

  package func json(
    _ method: String, _ path: String, query: [(String, String)] = [], body: JSONValue? = nil, contentType: String = "application/json"
  ) async throws -> JSONValue {
    let bytes = try await request(method, path, query: query, body: body?.jsonBytes, contentType: contentType)
    do { return try JSONValue(parsing: bytes) } catch { throw KubernetesError.malformed("\(error)") }
  }

  /// A request whose answer is a stream of chunks; a status other than 2xx throws.
  ///
  /// The client's own deadline ends at the head of the response; who reads the body guards it against silence.
  package func stream(_ path: String, query: [(String, String)]) async throws -> AsyncThrowingStream<[UInt8], any Error> {
    let response = try await send("GET", path, query: query, body: nil, contentType: "", accept: "application/json", timeout: .seconds(30))
    guard (200..<300).contains(Int(response.status.code)) else {
      var bytes: [UInt8] = []
      for try await chunk in response.body where bytes.count < 65_536 { bytes.append(contentsOf: chunk.readableBytesView) }
      if response.status == .unauthorized { await credentials.invalidate() }
      throw KubernetesError.status(code: Int(response.status.code), body: bytes)
    }
    let server = access.server
    let body = response.body
    return AsyncThrowingStream { continuation in
      let task = Task {
        do {
          for try await chunk in body { continuation.yield(Array(chunk.readableBytesView)) }
          continuation.finish()
        } catch is CancellationError {
          continuation.finish()
        } catch {
          continuation.finish(throwing: KubernetesError.unreachable(server: server, reason: Self.words(error)))
        }
      }
      continuation.onTermination = { _ in task.cancel() }
    }
  }

  private func send(
    _ method: String, _ path: String, query: [(String, String)], body: [UInt8]?, contentType: String, accept: String, timeout: Duration
  ) async throws -> HTTPClientResponse {
    var url = access.server + path
    if let name = access.tlsServerName, let host = URL(string: access.server)?.host() { url = url.replacingOccurrences(of: host, with: name) }
    if !query.isEmpty { url += "?" + query.map { "\(Self.encode($0.0))=\(Self.encode($0.1))" }.joined(separator: "&") }
    var request = HTTPClientRequest(url: url)
    request.method = HTTPMethod(rawValue: method)
    request.headers.add(name: "Accept", value: accept)
    request.headers.add(name: "User-Agent", value: "periplus")
    if let header = try await credentials.header(now: Self.now()) { request.headers.add(name: "Authorization", value: header) }
    if let body {
      request.headers.add(name: "Content-Type", value: contentType)
      request.body = .bytes(ByteBuffer(bytes: body))
    }
    do {
      return try await client.execute(request, deadline: .now() + .nanoseconds(timeout.nanoseconds))
    } catch is CancellationError {
      throw CancellationError()
    } catch {
      throw KubernetesError.unreachable(server: access.server, reason: Self.words(error))
    }
  }

  private static func now() -> Timestamp { Timestamp(nanoseconds: Int64(Date().timeIntervalSince1970 * 1e9)) }

  /// A network error in words a person can use.
  static func words(_ error: any Error) -> String {
    if let error = error as? HTTPClientError {
      switch error {
      case .connectTimeout: return "no connection within 5 s"
      case .deadlineExceeded, .readTimeout: return "no answer in time"
      case .remoteConnectionClosed: return "it closed the connection"
      case .cancelled: return "the request was cancelled"
      default: return error.shortDescription
      }
    }
    if let error = error as? IOError { return String(cString: strerror(error.errnoCode)) }
    let text = "\(error)"
    if text.contains("ECONNREFUSED") || text.contains("Connection refused") { return "connection refused" }
    if text.contains("handshakeFailed") || text.contains("CERTIFICATE") { return "its certificate is not trusted" }
    return text.split(separator: "\n").first.map { String($0.prefix(160)) } ?? "unknown"
  }

  package static func encode(_ text: String) -> String {
    var out = ""
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "~"):
        out.append(Character(Unicode.Scalar(byte)))
      default:
        let digits = Array("0123456789ABCDEF")
        out += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
      }
    }
    return out
  }
}
