import Logging

/// Takes messages of a topic and hands them to a handler, until the service drains.
///
/// The handler runs under the message's request id. What it throws sends the message back, to be delivered again with growing delay.
public struct MessageConsumer: Sendable {
  /// Where the messages come from.
  public var queue: any MessageQueue
  /// What kind of messages.
  public var topic: String
  /// How long a handler may take before the message is delivered to someone else.
  public var lease: Duration
  /// How many messages are taken, and handled side by side, at a time.
  public var batch: Int
  private let logger: Logger

  /// An idle consumer looks at most this often, and at least so often.
  static let shortestPause = Duration.milliseconds(20)
  static let longestPause = Duration.milliseconds(250)

  /// A consumer of one topic.
  public init(queue: any MessageQueue, topic: String, lease: Duration = .seconds(15), batch: Int = 8) {
    self.queue = queue
    self.topic = topic
    self.lease = lease
    self.batch = batch
    logger = Logger(label: "messages")
  }

  /// Returns when the service drains and the messages in hand are dealt with.
  public func run(until state: ServiceState, _ handle: @escaping @Sendable (Message) async throws -> Void) async throws {
    var pause = Self.shortestPause
    while !state.isDraining, !Task.isCancelled {
      var messages: [Message] = []
      do {
        messages = try await queue.claim(topic: topic, limit: batch, lease: lease)
      } catch is CancellationError {
        return
      } catch {
        logger.warning("No messages of \(topic) can be fetched: \(error).")
        pause = .seconds(1)
      }
      if messages.isEmpty {
        do { try await Task.sleep(for: pause) } catch { return }
        pause = min(pause * 2, Self.longestPause)
        continue
      }
      pause = Self.shortestPause
      await withTaskGroup(of: Void.self) { group in
        for message in messages {
          group.addTask { await deliver(message, state, handle) }
        }
      }
    }
  }

  private func deliver(_ message: Message, _ state: ServiceState, _ handle: @Sendable (Message) async throws -> Void) async {
    await CurrentRequest.$id.withValue(CurrentRequest.accepting(message.requestID)) {
      do {
        if message.deliveries > 1 {
          logger.info("Message \(message.id) of \(topic) is delivered for the \(ordinal(message.deliveries)) time.")
        }
        try await handle(message)
        if try await !queue.acknowledge(message) {
          logger.warning("Message \(message.id) of \(topic) took longer than its lease; another consumer may have it as well.")
        }
      } catch {
        let metadata: Logger.Metadata = ["deliveries": .stringConvertible(message.deliveries)]
        do {
          let comesAgain = try await queue.reject(
            message, reason: String(describing: error), delay: Self.delay(after: message.deliveries))
          if comesAgain {
            logger.warning("Message \(message.id) of \(topic) is given back: \(error).", metadata: metadata)
          } else {
            logger.error("Message \(message.id) of \(topic) is given up and lies among the dead letters: \(error).", metadata: metadata)
          }
        } catch {
          logger.warning("Message \(message.id) of \(topic) could not be given back, and comes again when its lease ends: \(error).")
        }
      }
    }
  }

  /// Doubles from 200 ms to 30 s.
  static func delay(after deliveries: Int) -> Duration { min(.milliseconds(200) * (1 << min(max(deliveries, 1) - 1, 10)), .seconds(30)) }

  private func ordinal(_ number: Int) -> String {
    switch (number % 10, number % 100) {
    case (1, let tens) where tens != 11: "\(number)st"
    case (2, let tens) where tens != 12: "\(number)nd"
    case (3, let tens) where tens != 13: "\(number)rd"
    default: "\(number)th"
    }
  }
}
