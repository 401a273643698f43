/// A message as delivered to a consumer.
public struct Message: Sendable, Hashable {
  /// Grows in the order of publishing.
  public var id: Int64
  /// The kind of message, e.g. `order.placed`.
  public var topic: String
  /// The payload, as the publisher encoded it.
  public var body: [UInt8]
  /// Metadata, e.g. `x-request-id`.
  public var headers: [String: String]
  /// How often it was delivered; 1 at the first delivery.
  public var deliveries: Int
  /// Identifies this delivery: it can be acknowledged only while its lease holds.
  public var lease: String
  /// Whether it becomes a dead letter when this delivery fails.
  public var isLastDelivery: Bool

  /// All members as they are.
  public init(
    id: Int64, topic: String, body: [UInt8], headers: [String: String], deliveries: Int, lease: String, isLastDelivery: Bool = false
  ) {
    self.id = id
    self.topic = topic
    self.body = body
    self.headers = headers
    self.deliveries = deliveries
    self.lease = lease
    self.isLastDelivery = isLastDelivery
  }

  /// The request that the message belongs to.
  public var requestID: String? { headers[CurrentRequest.header] }
}

/// A durable queue with at-least-once delivery: a message is removed only when a consumer has acknowledged it, and redelivered when its
/// lease expires before that. Consumers must therefore be idempotent.
public protocol MessageQueue: Sendable {
  /// Returns when the message is on disk. Without an `x-request-id` among the headers the current request's id is added.
  @discardableResult
  func publish(topic: String, body: [UInt8], headers: [String: String]) async throws -> Int64

  /// Delivers up to `limit` messages; no other consumer gets them until `lease` has expired.
  func claim(topic: String, limit: Int, lease: Duration) async throws -> [Message]

  /// Removes a handled message.
  ///
  /// - Returns: false when the lease had expired: the message was, or is being, delivered to another consumer.
  @discardableResult
  func acknowledge(_ message: Message) async throws -> Bool

  /// Returns a message to the queue, to be redelivered after `delay`; after its last permitted delivery it becomes a dead letter.
  ///
  /// - Returns: whether it will be redelivered.
  @discardableResult
  func reject(_ message: Message, reason: String, delay: Duration) async throws -> Bool

  /// Makes a message a dead letter at once, because no delivery of it can succeed.
  ///
  /// - Returns: false when the lease had expired.
  @discardableResult
  func discard(_ message: Message, reason: String) async throws -> Bool

  /// An element each time the queue may have new messages of the topic; only a hint, consumers look once a second as well.
  func changes(of topic: String) -> AsyncStream<Void>

  /// Messages of the topic that wait or are leased.
  func depth(topic: String) async throws -> Int

  /// Dead letters of the topic, oldest first.
  func deadLetters(topic: String, limit: Int) async throws -> [DeadLetter]
}

extension MessageQueue {
  /// No hint: consumers look once a second.
  public func changes(of topic: String) -> AsyncStream<Void> { AsyncStream { $0.finish() } }
}

/// Thrown by a consumer's handler for a message that no further delivery could handle: it becomes a dead letter at once.
public protocol PermanentFailure: Error {}

/// A message that failed at its last permitted delivery.
public struct DeadLetter: Sendable, Hashable {
  /// The message as it was at its last delivery.
  public var message: Message
  /// Why its last delivery failed.
  public var reason: String

  /// All members as they are.
  public init(message: Message, reason: String) {
    self.message = message
    self.reason = reason
  }
}
