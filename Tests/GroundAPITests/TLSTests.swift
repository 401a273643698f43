import AsyncHTTPClient
import Foundation
import GroundAPI
import JSONBytes
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Testing
import TimeFormat

/// The API over TLS and over plain HTTP, at one port.
@Suite(.timeLimit(.minutes(3))) struct TLSTests {
  private static let start = Timestamp(nanoseconds: 1_800_000_000_000_000_000)

  @Test func bothAnswerAtOnePortAndBothWantTheToken() async throws {
    try await ClusterFixture.run { cluster in
      try await Self.withClient(trusting: cluster.certificate) { client in
        for address in ["https://127.0.0.1", "https://localhost", "http://127.0.0.1"] {
          let statuses = try await [
            Self.status(client, "\(address):\(cluster.port)/api/v1/namespaces", "Bearer \(cluster.token)"),
            Self.status(client, "\(address):\(cluster.port)/api/v1/namespaces", "Bearer wrong"),
            Self.status(client, "\(address):\(cluster.port)/api/v1/namespaces", nil),
            Self.status(client, "\(address):\(cluster.port)/readyz", nil),
          ]
          #expect(statuses == [200, 401, 401, 200], "\(address)")
        }
      }
    }
  }

  @Test func aServerOfAnotherAuthorityIsNotTrusted() async throws {
    try await ClusterFixture.run { cluster in
      let other = try ServerCertificate.make(now: Self.start)
      try await Self.withClient(trusting: other) { client in
        await #expect(throws: (any Error).self) {
          try await Self.status(client, "https://127.0.0.1:\(cluster.port)/readyz", nil)
        }
      }
    }
  }

  @Test func aWatchOverTLSTellsWhatChanges() async throws {
    try await ClusterFixture.run { cluster in
      try await Self.withClient(trusting: cluster.certificate) { client in
        var request = HTTPClientRequest(
          url: "https://127.0.0.1:\(cluster.port)/api/v1/configmaps?watch=1&resourceVersion=\(cluster.store.list(.configMaps).revision)")
        request.headers = ["Authorization": "Bearer \(cluster.token)"]
        let response = try await client.execute(request, timeout: .seconds(60))
        var text = ""
        var sent = 0
        let wanted = 50
        try cluster.store.create(.configMaps, Self.configMap(sent), by: "test")
        for try await part in response.body {
          text += String(buffer: part)
          while sent < wanted, text.contains("\"settings-\(sent)\"") {
            sent += 1
            if sent < wanted { try cluster.store.create(.configMaps, Self.configMap(sent), by: "test") }
          }
          if sent == wanted { break }
        }
        #expect(sent == wanted)
      }
    }
  }

  @Test func aFirstByteThatComesAloneAndOneThatLies() async throws {
    try await ClusterFixture.run { cluster in
      let rest = "ET /readyz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
      let plain = try await Self.raw(cluster.port, [Array("G".utf8), Array(rest.utf8)])
      #expect(plain.hasPrefix("HTTP/1.1 200"))
      // A record of a handshake that says it is long, and what is none.
      let lie = try await Self.raw(cluster.port, [[0x16], [3, 1, 0, 5] + Array("GET /".utf8)])
      #expect(!lie.contains("HTTP/1.1"))
      let answer = await cluster.send("GET", "/api/v1/namespaces")
      #expect(answer?.status == 200)
    }
  }

  @Test func aClientThatIsStoppedDoesNotKeepTheServerFromEnding() async throws {
    let (clients, feed) = AsyncStream.makeStream(of: (any Channel).self)
    try await ClusterFixture.run { cluster in
      var tls = TLSConfiguration.makeClientConfiguration()
      tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(Array(try cluster.certificate.authorityPEM.utf8)))
      let context = try NIOSSLContext(configuration: tls)
      let group = MultiThreadedEventLoopGroup.singleton
      let answered = group.next().makePromise(of: Void.self)
      let client = try await ClientBootstrap(group: group).channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let handlers: [any ChannelHandler] = [try NIOSSLClientHandler(context: context, serverHostname: nil), FirstRead(answered)]
          try channel.pipeline.syncOperations.addHandlers(handlers)
        }
      }.connect(host: "127.0.0.1", port: cluster.port).get()
      feed.yield(client)
      feed.finish()
      try await client.writeAndFlush(ByteBuffer(string: "GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n"))
      try await answered.futureResult.get()
      // From here on it hears nothing, not even that the server wants to close.
      try await client.setOption(.autoRead, value: false).get()
    }
    for await client in clients { client.close(promise: nil) }
  }

  @Test func aKubeconfigHasTheAuthorityAndNoTokenInItsAddress() throws {
    let certificate = try ServerCertificate.make(now: Self.start)
    let text = try GroundServer.kubeconfig(port: 16443, token: "secret", certificate: certificate)
    #expect(text.contains("server: https://127.0.0.1:16443\n"))
    let authority = Data(try certificate.authorityPEM.utf8).base64EncodedString()
    #expect(text.contains("certificate-authority-data: \(authority)\n"))
    #expect(text.components(separatedBy: "secret").count == 2)
  }

  @Test func aCertificateIsTakenUpAgainUntilItEndsSoon() throws {
    let made = try ServerCertificate.make(now: Self.start)
    let pem = try made.pem
    let day = Duration.seconds(86_400)
    for later in [Duration.zero, day, day * 3_500, day * -1] {
      let known = try #require(ServerCertificate(pem: pem, now: Self.start + later), "\(later)")
      #expect(try known.pem == pem)
    }
    for wrong in [day * 3_600, day * 4_000, day * -2] {
      let known = ServerCertificate(pem: pem, now: Self.start + wrong)
      #expect(known == nil, "\(wrong)")
    }
  }

  @Test func whatIsNoCertificateOrOfTwoIsMadeAnew() throws {
    let one = try ServerCertificate.make(now: Self.start).pem
    let other = try ServerCertificate.make(now: Self.start).pem
    let parts = { (pem: String) in pem.components(separatedBy: "-----BEGIN ").dropFirst().map { "-----BEGIN " + $0 } }
    let (first, second) = (parts(one), parts(other))
    let texts = [
      "", "x", String(one.prefix(one.utf8.count / 2)), one + one, first.reversed().joined(), second[0] + first[1] + first[2],
      first[0] + first[1] + second[2],
    ]
    for text in texts {
      let known = ServerCertificate(pem: text, now: Self.start)
      #expect(known == nil, "\(text.prefix(200))")
    }
    #expect(first.count == 3)
  }

  // MARK: -

  private static func configMap(_ index: Int) -> JSONValue {
    [
      "metadata": ["name": .string("settings-\(index)"), "namespace": "default"],
      "data": ["a": .string(String(repeating: "x", count: 20_000))],
    ]
  }

  /// A client of its own, whose connections end with it.
  private static func withClient(trusting certificate: ServerCertificate, _ body: (HTTPClient) async throws -> Void) async throws {
    var configuration = HTTPClient.Configuration()
    var tls = TLSConfiguration.makeClientConfiguration()
    tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(Array(try certificate.authorityPEM.utf8)))
    configuration.tlsConfiguration = tls
    configuration.connectionPool.retryConnectionEstablishment = false
    let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    do { try await body(client) } catch {
      try await client.shutdown()
      throw error
    }
    try await client.shutdown()
  }

  private static func status(_ client: HTTPClient, _ url: String, _ authorization: String?) async throws -> UInt {
    var request = HTTPClientRequest(url: url)
    if let authorization { request.headers = ["Authorization": authorization] }
    let response = try await client.execute(request, timeout: .seconds(60))
    _ = try await response.body.collect(upTo: 1 << 20)
    return response.status.code
  }

  /// What is answered to bytes that are sent one part after the other, until the server closes.
  private static func raw(_ port: Int, _ parts: [[UInt8]]) async throws -> String {
    let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .channelOption(.tcpOption(.tcp_nodelay), value: 1)
      .connect(host: "127.0.0.1", port: port) { channel in
        channel.eventLoop.makeCompletedFuture {
          try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
        }
      }
    return try await channel.executeThenClose { inbound, outbound in
      for part in parts { try await outbound.write(ByteBuffer(bytes: part)) }
      var bytes = ByteBuffer()
      // A server that closes while bytes are under way to it resets the connection.
      do { for try await var part in inbound { bytes.writeBuffer(&part) } } catch is IOError {}
      return String(buffer: bytes)
    }
  }
}

/// Tells of the first bytes that come.
private final class FirstRead: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let promise: EventLoopPromise<Void>

  init(_ promise: EventLoopPromise<Void>) { self.promise = promise }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) { promise.succeed() }
}
