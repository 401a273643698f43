/// A message that a consumer holds for a while.
public struct Message: Sendable, Hashable {
  /// Grows in the order of publishing.
  public var id: Int64
  /// The kind of message, e.g. `order.placed`.
  public var topic: String
  /// What it says, as the publisher encoded it.
  public var body: [UInt8]
  /// Metadata, e.g. `x-request-id`.
  public var headers: [String: String]
  /// 1 at the first delivery.
  public var deliveries: Int
  /// Names this delivery: an acknowledgement counts only while its lease holds.
  public var lease: String

  /// All members as they are.
  public init(id: Int64, topic: String, body: [UInt8], headers: [String: String], deliveries: Int, lease: String) {
    self.id = id
    self.topic = topic
    self.body = body
    self.headers = headers
    self.deliveries = deliveries
    self.lease = lease
  }

  /// The request that the message belongs to.
  public var requestID: String? { headers["x-request-id"] }
}

/// A durable queue with at-least-once delivery: a message is gone only when a consumer has acknowledged it, and one that a consumer
/// held too long is delivered again. Consumers therefore act idempotently.
public protocol MessageQueue: Sendable {
  /// Returns when the message is on disk. Without an `x-request-id` among the headers the current request's id is added.
  @discardableResult
  func publish(topic: String, body: [UInt8], headers: [String: String]) async throws -> Int64

  /// Takes up to `limit` messages; nobody else gets them until `lease` has passed.
  func claim(topic: String, limit: Int, lease: Duration) async throws -> [Message]

  /// Done with it. False when the lease was lost: the message is, or was, someone else's.
  @discardableResult
  func acknowledge(_ message: Message) async throws -> Bool

  /// Gives it back, to be delivered again after `delay`; after the last permitted delivery it becomes a dead letter.
  /// - Returns: whether it will be delivered again.
  @discardableResult
  func reject(_ message: Message, reason: String, delay: Duration) async throws -> Bool

  /// Messages of the topic that wait or are held.
  func depth(topic: String) async throws -> Int

  /// Messages that were given up, oldest first.
  func deadLetters(topic: String, limit: Int) async throws -> [DeadLetter]
}

/// A message that no consumer could deal with.
public struct DeadLetter: Sendable, Hashable {
  /// The message as it was at its last delivery.
  public var message: Message
  /// Why its last consumer gave it up.
  public var reason: String

  /// All members as they are.
  public init(message: Message, reason: String) {
    self.message = message
    self.reason = reason
  }
}
