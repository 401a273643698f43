import HummingbirdCore
import Logging
import NIOCore
import NIOSSL

/// One port for both: a connection's first byte says whether it speaks TLS or plain HTTP.
///
/// kubectl sends its token over TLS alone; probes and scripts on this machine need no certificate.
struct TLSOrPlainChannel: ServerChildChannel {
  typealias Value = HTTP1Channel.Value

  private let http: HTTP1Channel
  private let tls: NIOSSLContext

  init(_ http: HTTP1Channel, tls: NIOSSLContext) {
    self.http = http
    self.tls = tls
  }

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
    channel.eventLoop.makeCompletedFuture {
      try channel.pipeline.syncOperations.addHandler(FirstByteHandler(tls: tls))
    }.flatMap { http.setup(channel: channel, logger: logger) }
  }

  /// A server that ends closes a connection in halves and waits for the client to close the other. Over TLS nobody can close the half that is
  /// read, and a client that is stopped never would: so all of it is closed, for which TLS waits a moment.
  func handle(value: Value, logger: Logger) async {
    await withTaskCancellationHandler {
      await http.handle(value: value, logger: logger)
    } onCancel: {
      let channel = value.channel
      channel.pipeline.containsHandler(type: NIOSSLServerHandler.self).whenSuccess { channel.close(promise: nil) }
    }
  }
}

/// Looks at a connection's first byte, puts TLS behind itself where it begins a handshake, and leaves.
private final class FirstByteHandler: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = ByteBuffer

  /// The content type of a handshake (RFC 8446 section 5.1), which no method of HTTP begins with.
  private static let handshake: UInt8 = 0x16

  private let tls: NIOSSLContext

  init(tls: NIOSSLContext) { self.tls = tls }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let bytes = Self.unwrapInboundIn(data)
    guard let first = bytes.getInteger(at: bytes.readerIndex, as: UInt8.self) else { return }
    let pipeline = context.pipeline.syncOperations
    if first == Self.handshake {
      do { try pipeline.addHandler(NIOSSLServerHandler(context: tls), position: .after(self)) } catch {
        context.close(promise: nil)
        return
      }
    }
    context.fireChannelRead(data)
    pipeline.removeHandler(context: context, promise: nil)
  }
}
