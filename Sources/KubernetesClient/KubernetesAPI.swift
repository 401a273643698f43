import AsyncHTTPClient
package import JSONBytes
import NIOCore
import NIOHTTP1
import Synchronization
package import TimeFormat

#if canImport(Glibc)
  import Glibc
#endif

/// Requests to one cluster's API server.
package final class KubernetesAPI: Sendable {
  package enum Method: String, Sendable { case get = "GET", post = "POST", put = "PUT", patch = "PATCH", delete = "DELETE" }

  /// How a patch is merged (RFC 6902, RFC 7386, and the API's own).
  package enum PatchType: String, Sendable {
    case json = "application/json-patch+json"
    case merge = "application/merge-patch+json"
    case strategic = "application/strategic-merge-patch+json"
  }

  /// Who is asked and who asks, and the connections to it.
  private struct Target {
    var context: KubeContext
    var credentials: CredentialSource
    var connection: (client: HTTPClient, credential: Credential)?
  }

  private let target: Mutex<Target>
  /// Looks again where the cluster is and who asks, before each request; `nil` where that never changes.
  private let resolve: (@Sendable () throws -> KubeContext)?
  /// How long a plain request may take to be answered.
  private let patience: Duration
  private let now: @Sendable () -> Timestamp
  private let plugins: PluginLimits
  private let proxies: ProxyEnvironment

  /// The cluster as it was known for the last request.
  package var context: KubeContext { target.withLock { $0.context } }

  /// - Parameter resolve: the context as it is now, e.g. in a kubeconfig that was written again; a request fails with what it throws.
  package init(
    context: KubeContext, patience: Duration = .seconds(30), plugins: PluginLimits = PluginLimits(), proxies: ProxyEnvironment = .process,
    now: @escaping @Sendable () -> Timestamp = KubernetesAPI.wallClock, resolve: (@Sendable () throws -> KubeContext)? = nil
  ) {
    self.patience = patience
    self.plugins = plugins
    self.proxies = proxies
    self.now = now
    self.resolve = resolve
    target = Mutex(Target(context: context, credentials: CredentialSource(context, plugins, now: now)))
  }

  /// Where to send a request now. What was held for another address or user is let go: a credential goes to nobody else.
  private func current() throws -> (context: KubeContext, credentials: CredentialSource) {
    guard let resolve else { return target.withLock { ($0.context, $0.credentials) } }
    let context = try resolve()
    return target.withLock { held in
      if held.context != context {
        if let old = held.connection?.client { Task { try? await old.shutdown() } }
        held = Target(context: context, credentials: CredentialSource(context, plugins, now: now))
      }
      return (held.context, held.credentials)
    }
  }

  package static let wallClock: @Sendable () -> Timestamp = {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
  }

  /// Closes all connections; requests under way fail.
  package func shutdown() async {
    let (client, credentials) = target.withLock { held in
      defer { held.connection = nil }
      return (held.connection?.client, held.credentials)
    }
    await credentials.cancel()
    try? await client?.shutdown()
  }

  // MARK: Requests

  /// No answer of an API server is larger than this: a page of a list, the longest, has some MiB.
  package static let answerLimit = 16 << 20
  /// No object is larger than etcd's 1.5 MiB, or what an administrator has made of it.
  package static let eventLimit = 8 << 20

  /// Sends a request and collects the answer's body, at most `limit` bytes. The whole may take ten times as long as a pause within it.
  package func send(
    _ method: Method, _ path: String, query: [(String, String)] = [], body: [UInt8]? = nil, contentType: String = "application/json",
    accept: String = "application/json", limit: Int = KubernetesAPI.answerLimit
  ) async throws -> [UInt8] {
    func once() async throws -> [UInt8] {
      let response = try await execute(method, path, query: query, body: body, contentType: contentType, accept: accept)
      var collected = try await guarded(idle: patience, total: patience * 10) { heard in
        try await self.reading(path) { try await Self.collect(response.body, upTo: limit, heard) }
      }
      let bytes = collected.readBytes(length: collected.readableBytes) ?? []
      let status = Int(response.status.code)
      guard !(200..<300).contains(status) else { return bytes }
      throw error(status, bytes, "\(method.rawValue) \(path)")
    }
    do { return try await once() } catch let refusal as KubernetesError where refusal.status == 401 {
      guard await renewCredential() else { throw refusal }
      // After a refusal a server may close the connection: what counts is that it refused.
      do { return try await once() } catch let error as KubernetesError where error.kind == .unreachable { throw refusal }
    }
  }

  /// Whether another credential may be had than the one that was refused.
  private func renewCredential() async -> Bool {
    let credentials = target.withLock(\.credentials)
    await credentials.invalidate()
    return credentials.canRenew
  }

  /// What a server refused, with whose credentials it did not accept.
  private func error(_ status: Int, _ body: [UInt8], _ request: String) -> KubernetesError {
    var error = KubernetesError(status: status, body: body, request: request)
    if (300..<400).contains(status) {
      error.message =
        "\(context.cluster.server) sends elsewhere (HTTP \(status) to \(request)), which is not followed; correct the server's address"
    }
    if error.kind == .unauthorized {
      let context = context
      error.message =
        "\(context.cluster.server) does not accept the credentials of context \(context.name) (HTTP 401 Unauthorized); "
        + "log in again, or correct its user in the kubeconfig"
    }
    return error
  }

  /// Whether the server answers a small request within `limit`, whatever it says: a refusal is an answer too.
  package func answers(within limit: Duration) async -> Bool {
    do {
      let response = try await execute(.get, "/version", query: [], body: nil, contentType: "", accept: "application/json", patience: limit)
      _ = try await response.body.collect(upTo: 1 << 16)
      return true
    } catch { return false }
  }

  /// As ``send(_:_:query:body:contentType:accept:limit:)``, with JSON on both sides.
  package func sendJSON(
    _ method: Method, _ path: String, query: [(String, String)] = [], body: JSONValue? = nil, contentType: String = "application/json"
  ) async throws -> JSONValue {
    let bytes = try await send(method, path, query: query, body: body?.jsonBytes, contentType: contentType)
    do { return try JSONValue(parsing: bytes) } catch {
      throw KubernetesError(.malformed, "\(method.rawValue) \(path) was answered with what is not JSON: \(error)")
    }
  }

  /// Streams an answer line by line until the server ends it. Fails when no byte came for `idle`.
  ///
  /// - Parameters:
  ///   - headLimit: how long the answer's head may take, where a server sends it with the first byte of a quiet stream.
  ///   - lineLimit: a longer line ends the stream with an error; without it such a line is left out.
  package func lines(
    _ path: String, query: [(String, String)], accept: String = "application/json", idle: Duration?, headLimit: Duration? = nil,
    lineLimit: Int? = nil,
    onOpen: @escaping @Sendable () async -> Void = {}, onLine: @escaping @Sendable ([UInt8]) async throws -> Void
  ) async throws {
    try await guarded(idle: idle) { [self] heard in
      // A server may send the head of a quiet stream only with its first byte, so a stream without a guard waits for it long.
      let response = try await execute(
        .get, path, query: query, body: nil, contentType: "", accept: accept,
        patience: headLimit ?? (idle == nil ? .seconds(86_400) : patience))
      let status = Int(response.status.code)
      guard (200..<300).contains(status) else {
        var body = try await response.body.collect(upTo: 1 << 20)
        if status == 401 { _ = await renewCredential() }
        throw error(status, body.readBytes(length: body.readableBytes) ?? [], "GET \(path)")
      }
      await onOpen()
      var splitter = lineLimit.map { LineSplitter(longest: $0) } ?? LineSplitter()
      do {
        for try await chunk in response.body {
          heard.beat()
          for line in splitter.push(chunk.readableBytesView) where !line.isEmpty { try await onLine(line) }
          if let lineLimit, splitter.cuts > 0 { throw self.tooLarge("a line", lineLimit, "GET \(path)") }
        }
      } catch let error as KubernetesError { throw error } catch is CancellationError { throw CancellationError() } catch {
        if Task.isCancelled { throw CancellationError() }
        guard error is HTTPClientError || error is IOError || error is ChannelError else { throw error }
        throw Self.unreachable(error, self.context)
      }
      if let line = splitter.finish() { try await onLine(line) }
    }
  }

  /// Runs the body, and fails when it has told no sign of life for `idle`.
  private func guarded<Answer: Sendable>(
    idle: Duration?, total: Duration? = nil, _ body: @escaping @Sendable (Heartbeat) async throws -> Answer
  ) async throws -> Answer {
    let heard = Heartbeat()
    return try await withThrowingTaskGroup(of: Answer.self) { group in
      group.addTask { try await body(heard) }
      if let total {
        group.addTask { [context] in
          try await Task.sleep(for: total)
          throw KubernetesError(.silent, "\(context.cluster.server) has not sent all of its answer within \(total.brief); asking again")
        }
      }
      if let idle {
        group.addTask { [context] in
          while true {
            let quiet = heard.silence
            if quiet >= idle {
              throw KubernetesError(.silent, "\(context.cluster.server) has sent nothing for \(idle.brief); connecting again")
            }
            try await Task.sleep(for: idle - quiet)
          }
        }
      }
      defer { group.cancelAll() }
      guard let answer = try await group.next() else { throw CancellationError() }
      return answer
    }
  }

  private func tooLarge(_ what: String, _ limit: Int, _ request: String) -> KubernetesError {
    KubernetesError(
      .malformed, "\(context.cluster.server) sent \(what) of more than \(limit >> 20) MiB to \(request): is it a Kubernetes API server?",
      reason: KubernetesError.tooLarge)
  }

  private static func collect(_ body: HTTPClientResponse.Body, upTo limit: Int, _ heard: Heartbeat) async throws -> ByteBuffer {
    var collected = ByteBuffer()
    for try await var chunk in body {
      heard.beat()
      guard collected.readableBytes + chunk.readableBytes <= limit else { throw NIOTooManyBytesError(maxBytes: limit) }
      collected.writeBuffer(&chunk)
    }
    return collected
  }

  private func execute(
    _ method: Method, _ path: String, query: [(String, String)], body: [UInt8]?, contentType: String, accept: String,
    patience: Duration? = nil
  ) async throws -> HTTPClientResponse {
    let (context, credentials) = try current()
    let credential = try await credentials.credential()
    let client = try client(for: credential, of: context)
    var request = HTTPClientRequest(url: try ConnectionFactory.baseURL(context) + path + Self.encode(query))
    request.method = HTTPMethod(rawValue: method.rawValue)
    request.headers.add(name: "Accept", value: accept)
    request.headers.add(name: "User-Agent", value: "periplus")
    if let authorization = credential.authorization { request.headers.add(name: "Authorization", value: authorization) }
    if let body {
      request.headers.add(name: "Content-Type", value: contentType)
      request.body = .bytes(ByteBuffer(bytes: body))
    }
    let time = patience ?? self.patience
    return try await reading(path) {
      try await client.execute(request, timeout: .nanoseconds(time.nanoseconds))
    }
  }

  /// Turns transport errors into a sentence.
  private func reading<Answer: Sendable>(_ path: String, _ body: () async throws -> Answer) async throws -> Answer {
    do { return try await body() } catch let error as KubernetesError { throw error } catch is CancellationError {
      throw CancellationError()
    } catch let error as NIOTooManyBytesError { throw tooLarge("an answer", error.maxBytes ?? 0, "GET \(path)") } catch {
      if Task.isCancelled { throw CancellationError() }
      throw Self.unreachable(error, context)
    }
  }

  private static func unreachable(_ error: any Error, _ context: KubeContext) -> KubernetesError {
    let server = context.cluster.server
    let text = "\(error)"
    switch error as? HTTPClientError {
    case .connectTimeout?: return KubernetesError(.unreachable, "\(server) does not accept connections (10 s without an answer)")
    case .deadlineExceeded?, .readTimeout?: return KubernetesError(.unreachable, "\(server) did not answer in time")
    case .proxyAuthenticationRequired?:
      return KubernetesError(.configuration, "the proxy before \(server) wants another user or password than its address has (HTTP 407)")
    case .invalidProxyResponse?: return KubernetesError(.unreachable, "the proxy before \(server) does not let the connection through")
    case .remoteConnectionClosed?: return KubernetesError(.unreachable, "\(server) closed the connection")
    default: break
    }
    if text.contains("CERTIFICATE_VERIFY_FAILED") || text.contains("unableToValidateCertificate") {
      return KubernetesError(
        .unreachable, "the certificate of \(server) is not signed by the certificate authority of context \(context.name)")
    }
    if text.contains("Connection refused") || text.contains("errno: 111") || text.contains("ECONNREFUSED") {
      return KubernetesError(.unreachable, "nothing listens at \(server)")
    }
    if text.contains("NIOConnectionError") || text.contains("SocketAddressError") {
      return KubernetesError(.unreachable, "\(server) cannot be reached: check the address and the network")
    }
    if text.contains("failedToValidateHostname") {
      return KubernetesError(
        .unreachable, "the certificate of \(server) is made out for another name; give that name as tls-server-name in the kubeconfig")
    }
    if text.contains("SSL") {
      return KubernetesError(
        .unreachable, "the TLS handshake with \(server) failed; it may want another client certificate than context \(context.name) has")
    }
    return KubernetesError(.unreachable, "the connection to \(server) failed")
  }

  /// The client for a credential; a new client certificate needs new connections.
  private func client(for credential: Credential, of context: KubeContext) throws -> HTTPClient {
    try target.withLock { target in
      guard target.context == context else {
        throw KubernetesError(.unreachable, "the address of context \(context.name) has just changed")
      }
      if let held = target.connection, held.credential.clientCertificate == credential.clientCertificate { return held.client }
      let made = try ConnectionFactory.make(context, credential, proxies)
      if let old = target.connection?.client { Task { try? await old.shutdown() } }
      target.connection = (made, credential)
      return made
    }
  }

  /// A query string, everything but unreserved characters escaped (RFC 3986 section 2.3).
  static func encode(_ query: [(String, String)]) -> String {
    guard !query.isEmpty else { return "" }
    return "?" + query.map { "\(escape($0.0))=\(escape($0.1))" }.joined(separator: "&")
  }

  package static func escape(_ text: String) -> String {
    let hex = Array("0123456789ABCDEF".utf8)
    var out: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
        out.append(byte)
      default: out += [UInt8(ascii: "%"), hex[Int(byte >> 4)], hex[Int(byte & 15)]]
      }
    }
    return String(decoding: out, as: UTF8.self)
  }
}

/// When a stream last gave a sign of life.
private final class Heartbeat: Sendable {
  private let last = Mutex(ContinuousClock.now)

  func beat() { last.withLock { $0 = .now } }

  var silence: Duration { ContinuousClock.now - last.withLock { $0 } }
}
