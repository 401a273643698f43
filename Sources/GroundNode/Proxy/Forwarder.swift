import NIOCore
import NIOPosix

/// One half of a forwarded connection: what it reads its partner writes. Both halves live on one event loop.
///
/// A side is read only while the other can write (back-pressure), and an end of input is passed on as an end of output, so that a
/// half-closed connection
/// still answers.
final class Forwarder: ChannelDuplexHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private var partner: Forwarder?
  private var context: ChannelHandlerContext?
  private var waitsToRead = false
  private var inputHasEnded = false
  private var outputHasEnded = false
  private var partnerIsGone = false

  private init() {}

  static func pair() -> (Forwarder, Forwarder) {
    let one = Forwarder()
    let other = Forwarder()
    one.partner = other
    other.partner = one
    return (one, other)
  }

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }

  func handlerRemoved(context: ChannelHandlerContext) {
    self.context = nil
    partner = nil
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    partner?.context?.write(Self.wrapOutboundOut(Self.unwrapInboundIn(data)), promise: nil)
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    partner?.context?.flush()
    context.fireChannelReadComplete()
  }

  func channelInactive(context: ChannelHandlerContext) {
    // After an orderly end the other side may still have to send what was read here; after a broken one there is nothing to wait for.
    if let partner {
      partner.partnerIsGone = true
      if inputHasEnded { partner.closeIfDone() } else { partner.context?.close(promise: nil) }
    }
    context.fireChannelInactive()
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if let event = event as? ChannelEvent, event == .inputClosed {
      inputHasEnded = true
      partner?.endOutput()
      closeIfDone()
    }
    context.fireUserInboundEventTriggered(event)
  }

  /// Ends the output once everything is sent.
  private func endOutput() {
    guard let context else { return }
    context.flush()
    let promise = context.eventLoop.makePromise(of: Void.self)
    promise.futureResult.assumeIsolated().whenComplete { _ in
      self.outputHasEnded = true
      self.closeIfDone()
    }
    context.close(mode: .output, promise: promise)
  }

  private func closeIfDone() {
    if outputHasEnded, inputHasEnded || partnerIsGone { context?.close(promise: nil) }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    if context.channel.isWritable, let partner, partner.waitsToRead {
      partner.waitsToRead = false
      partner.context?.read()
    }
    context.fireChannelWritabilityChanged()
  }

  func read(context: ChannelHandlerContext) {
    if partner?.context?.channel.isWritable ?? false {
      context.read()
    } else {
      waitsToRead = true
    }
  }
}
