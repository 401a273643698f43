public import Hummingbird
public import NIOCore

/// What a handler gets beside the request: Hummingbird's storage, and where the call came from.
public struct ServiceContext: RequestContext, RemoteAddressRequestContext {
  /// Hummingbird's own storage.
  public var coreContext: CoreRequestContextStorage
  /// The caller's address; `nil` where there is no socket.
  public let remoteAddress: SocketAddress?

  /// Made by Hummingbird for each request.
  public init(source: ApplicationRequestContextSource) {
    coreContext = .init(source: source)
    remoteAddress = source.channel.remoteAddress
  }
}
