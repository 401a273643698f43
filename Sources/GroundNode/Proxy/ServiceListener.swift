import Glibc
import NIOCore
import NIOPosix
import Synchronization

/// The pods behind one port of a Service, taken in turn.
final class Balancer: Sendable {
  private let state: Mutex<(endpoints: [ServiceRoutes.Endpoint], next: Int)>

  init(_ endpoints: [ServiceRoutes.Endpoint]) { state = Mutex((endpoints, 0)) }

  func update(_ endpoints: [ServiceRoutes.Endpoint]) { state.withLock { $0.endpoints = endpoints } }

  /// The next pod that was not tried yet; `nil` when all were.
  func next(without tried: Set<ServiceRoutes.Endpoint>) -> ServiceRoutes.Endpoint? {
    state.withLock { state in
      for step in 0..<state.endpoints.count {
        let index = (state.next + step) % state.endpoints.count
        let endpoint = state.endpoints[index]
        if !tried.contains(endpoint) {
          state.next = index + 1
          return endpoint
        }
      }
      return nil
    }
  }
}

/// One listening port of a Service. Connections that exist when it is closed or its pods change go on until one side ends them.
struct ServiceListener: Sendable {
  let channel: any Channel
  let balancer: Balancer

  static func open(_ listen: ServiceRoutes.Listen, _ balancer: Balancer, group: any EventLoopGroup) async throws -> ServiceListener {
    let channel = try await ServerBootstrap(group: group)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .serverChannelOption(.backlog, value: 1024)
      .childChannelOption(.autoRead, value: false)
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelInitializer { client in
        client.eventLoop.makeCompletedFuture { try client.pipeline.syncOperations.addHandler(Opener(balancer)) }
      }
      .bind(host: listen.address, port: listen.port).get()
    return ServiceListener(channel: channel, balancer: balancer)
  }

  /// Looks for a pod once the connection is open: before that it is initialized but not yet active, and must not be taken for closed.
  ///
  /// Who closes its half at once is read to its end all the same, whether or not reading was asked for: that is kept until a pod is there.
  private final class Opener: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    private let balancer: Balancer
    private var context: ChannelHandlerContext?
    private var isOpen = false
    private var early: [ByteBuffer] = []
    private var inputHasEnded = false

    init(_ balancer: Balancer) { self.balancer = balancer }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    /// The forwarder is there: it gets what came before it.
    func open() {
      isOpen = true
      for buffer in early { context?.fireChannelRead(Self.wrapInboundOut(buffer)) }
      if !early.isEmpty { context?.fireChannelReadComplete() }
      early = []
      if inputHasEnded { context?.fireUserInboundEventTriggered(ChannelEvent.inputClosed) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      if isOpen { context.fireChannelRead(data) } else { early.append(Self.unwrapInboundIn(data)) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
      if !isOpen, let event = event as? ChannelEvent, event == .inputClosed {
        inputHasEnded = true
      } else {
        context.fireUserInboundEventTriggered(event)
      }
    }

    func channelActive(context: ChannelHandlerContext) {
      context.fireChannelActive()
      ServiceListener.connect(context.channel, balancer, tried: [], rounds: 2)
    }
  }

  /// Finds a pod that accepts: one may have died a moment ago. Two rounds through all of them, a pause between.
  private static func connect(_ client: any Channel, _ balancer: Balancer, tried: Set<ServiceRoutes.Endpoint>, rounds: Int) {
    guard let endpoint = balancer.next(without: tried) else {
      guard rounds > 1 else {
        // A reset, as kube-proxy rejects a Service without endpoints.
        guard let socket = client as? any SocketOptionProvider else { return client.close(promise: nil) }
        socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenComplete { _ in client.close(promise: nil) }
        return
      }
      _ = client.eventLoop.scheduleTask(in: .milliseconds(100)) { connect(client, balancer, tried: [], rounds: rounds - 1) }
      return
    }
    ClientBootstrap(group: client.eventLoop)
      .connectTimeout(.seconds(2))
      .channelOption(.autoRead, value: false)
      .channelOption(.allowRemoteHalfClosure, value: true)
      .channelOption(.tcpOption(.tcp_nodelay), value: 1)
      .connect(host: endpoint.address, port: endpoint.port)
      .whenComplete { result in
        guard case .success(let server) = result else {
          connect(client, balancer, tried: tried.union([endpoint]), rounds: rounds)
          return
        }
        guard client.isActive else { return server.close(promise: nil) }
        do {
          let (front, back) = Forwarder.pair()
          try client.pipeline.syncOperations.addHandler(front)
          try server.pipeline.syncOperations.addHandler(back)
          try client.pipeline.syncOperations.handler(type: Opener.self).open()
        } catch {
          server.close(promise: nil)
          client.close(promise: nil)
          return
        }
        client.setOption(.autoRead, value: true).and(server.setOption(.autoRead, value: true)).whenComplete { _ in
          client.read()
          server.read()
        }
      }
  }
}
