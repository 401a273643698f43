import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

/// A server that speaks HTTP/1.1 by hand: with TLS, behind a proxy that it plays itself, and as rudely as is wanted.
final class RawServer: Sendable {
  /// What stands before the server.
  enum Front: Sendable { case nothing, httpProxy, socks5 }

  struct Seen: Sendable {
    var method: String
    var uri: String
    var authorization: String?
  }

  typealias Answer = @Sendable (Seen) -> (status: Int, body: String)?

  private let front: Front
  private let tls: NIOSSLContext?
  /// `nil`: the connection is closed without an answer.
  private let answer: Answer
  private let state = Mutex<(seen: [Seen], proxied: [String])>(([], []))

  /// Requests, in the order in which they came.
  var seen: [Seen] { state.withLock { $0.seen } }
  /// What the proxy was asked for: the head of a CONNECT, or host and port.
  var proxied: [String] { state.withLock { $0.proxied } }

  /// - Parameter wantsClient: whether clients must have a certificate of ``TestCertificates/authority``.
  init(_ front: Front = .nothing, isSecure: Bool = false, wantsClient: Bool = false, answer: @escaping Answer) throws {
    self.front = front
    self.answer = answer
    guard isSecure else {
      tls = nil
      return
    }
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: try NIOSSLCertificate.fromPEMBytes(Array(TestCertificates.server.utf8)).map { .certificate($0) },
      privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(TestCertificates.serverKey.utf8), format: .pem)))
    if wantsClient {
      configuration.certificateVerification = .noHostnameVerification
      configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(Array(TestCertificates.authority.utf8)))
    }
    tls = try NIOSSLContext(configuration: configuration)
  }

  /// Serves on a free port for as long as `body` runs.
  func run(_ body: @Sendable (Int) async throws -> Void) async throws {
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          if self.front == .nothing {
            try self.serve(on: channel)
          } else {
            try channel.pipeline.syncOperations.addHandler(FrontHandler(self))
          }
        }
      }.bind(host: "127.0.0.1", port: 0).get()
    do { try await body(channel.localAddress?.port ?? 0) } catch {
      try? await channel.close()
      throw error
    }
    try? await channel.close()
  }

  fileprivate func serve(on channel: any Channel) throws {
    if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
    try channel.pipeline.syncOperations.addHandler(AnswerHandler(self))
  }

  fileprivate func take(_ seen: Seen) -> (status: Int, body: String)? {
    state.withLock { $0.seen.append(seen) }
    return answer(seen)
  }

  /// Plays the proxy's part until the way is free, then becomes the server at its end.
  private final class FrontHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let server: RawServer
    private var heard: [UInt8] = []
    private var greeted = false

    init(_ server: RawServer) { self.server = server }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      heard += Array(unwrapInboundIn(data).readableBytesView)
      switch server.front {
      case .httpProxy:
        let text = String(decoding: heard, as: UTF8.self)
        guard text.hasSuffix("\r\n\r\n") else { return }
        server.state.withLock { $0.proxied.append(text) }
        guard text.lowercased().contains("proxy-authorization: basic dxnlcjpwyxnzd29yza==") else {
          write("HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n", context)
          return
        }
        write("HTTP/1.1 200 OK\r\n\r\n", context)
        hand(context)
      case .socks5:
        if !greeted, heard.count >= 3 {
          greeted = true
          heard = []
          return write([5, 0], context)
        }
        // 5, connect, 0, name, length, name, port
        guard greeted, heard.count > 5, heard.count >= 7 + Int(heard[4]) else { return }
        let name = String(decoding: heard[5..<5 + Int(heard[4])], as: UTF8.self)
        let port = Int(heard[heard.count - 2]) << 8 | Int(heard[heard.count - 1])
        server.state.withLock { $0.proxied.append("\(name):\(port)") }
        write([5, 0, 0, 1, 0, 0, 0, 0, 0, 0], context)
        hand(context)
      case .nothing: break
      }
    }

    private func write(_ text: String, _ context: ChannelHandlerContext) { write(Array(text.utf8), context) }

    private func write(_ bytes: [UInt8], _ context: ChannelHandlerContext) {
      context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
    }

    private func hand(_ context: ChannelHandlerContext) {
      try? server.serve(on: context.channel)
      context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }
  }

  private final class AnswerHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let server: RawServer
    private var head: HTTPRequestHead?

    init(_ server: RawServer) { self.server = server }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      switch unwrapInboundIn(data) {
      case .head(let head): self.head = head
      case .body: break
      case .end:
        guard let head else { return }
        let seen = Seen(method: head.method.rawValue, uri: head.uri, authorization: head.headers.first(name: "authorization"))
        guard let (status, body) = server.take(seen) else { return context.close(promise: nil) }
        let bytes = ByteBuffer(string: body)
        var response = HTTPResponseHead(version: .http1_1, status: HTTPResponseStatus(statusCode: status))
        response.headers.add(name: "content-length", value: "\(bytes.readableBytes)")
        context.write(wrapOutboundOut(.head(response)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(bytes))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
      }
    }
  }
}
