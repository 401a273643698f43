import Logging
import TimeFormat

/// Claims messages of a topic and hands them to a handler, until the service drains.
///
/// The handler runs under the message's request id. When it throws, the message is redelivered after a delay that doubles from 200 ms
/// to 30 s; when it throws a ``PermanentFailure``, the message becomes a dead letter.
public struct MessageConsumer: Sendable {
  /// The queue.
  public var queue: any MessageQueue
  /// The topic, e.g. `order.placed`.
  public var topic: String
  /// How long a handler may take before the message is delivered to another consumer.
  public var lease: Duration
  /// How many messages are claimed, and handled concurrently, at a time.
  public var batch: Int
  private let logger: Logger

  /// How often a consumer looks for what nobody tells it: a delay or a lease that is over, a publisher on another machine.
  static let interval = Duration.seconds(1)

  /// A consumer of one topic.
  public init(queue: any MessageQueue, topic: String, lease: Duration = .seconds(15), batch: Int = 8) {
    self.queue = queue
    self.topic = topic
    self.lease = lease
    self.batch = batch
    logger = Logger(label: "messages")
  }

  /// Returns when the service drains and the claimed messages are handled.
  public func run(until state: ServiceState, _ handle: @escaping @Sendable (Message) async throws -> Void) async throws {
    let (wakes, waker) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    await withTaskGroup(of: Void.self) { group in
      group.addTask { for await _ in queue.changes(of: topic) { waker.yield() } }
      group.addTask {
        await state.untilDraining()
        waker.finish()
      }
      group.addTask {
        while !Task.isCancelled {
          waker.yield()
          try? await Task.sleep(for: Self.interval)
        }
      }
      for await _ in wakes {
        while !state.isDraining, !Task.isCancelled, await handleNext(state, handle) {}
      }
      group.cancelAll()
    }
  }

  /// Claims messages and hands them to the handler. `false` when there were none.
  private func handleNext(_ state: ServiceState, _ handle: @escaping @Sendable (Message) async throws -> Void) async -> Bool {
    let messages: [Message]
    do {
      messages = try await queue.claim(topic: topic, limit: batch, lease: lease)
    } catch is CancellationError {
      return false
    } catch {
      logger.warning("Claiming messages of \(topic) failed, next attempt in 1 s: \(error)")
      return false
    }
    await withTaskGroup(of: Void.self) { group in
      for message in messages {
        group.addTask { await deliver(message, state, handle) }
      }
    }
    return !messages.isEmpty
  }

  private func deliver(_ message: Message, _ state: ServiceState, _ handle: @Sendable (Message) async throws -> Void) async {
    await CurrentRequest.$id.withValue(CurrentRequest.accepting(message.requestID)) {
      do {
        if message.deliveries > 1 {
          logger.info("Message \(message.id) of \(topic) redelivered, delivery \(message.deliveries)")
        }
        try await handle(message)
        if try await !queue.acknowledge(message) {
          logger.warning("Message \(message.id) of \(topic) took longer than its lease of \(lease.brief), it may be delivered twice")
        }
      } catch let error as any PermanentFailure {
        do {
          try await queue.discard(message, reason: String(describing: error))
          logger.error(
            "Message \(message.id) of \(topic) moved to the dead letters, no delivery of it can succeed: \(error)",
            metadata: ["deliveries": .stringConvertible(message.deliveries)])
        } catch {
          logger.warning("Message \(message.id) of \(topic) not moved to the dead letters, redelivery when its lease expires: \(error)")
        }
      } catch {
        let metadata: Logger.Metadata = ["deliveries": .stringConvertible(message.deliveries)]
        do {
          let delay = Self.delay(after: message.deliveries)
          if try await queue.reject(message, reason: String(describing: error), delay: delay) {
            logger.warning("Message \(message.id) of \(topic) failed, redelivery in \(delay.brief): \(error)", metadata: metadata)
          } else {
            logger.error("Message \(message.id) of \(topic) moved to the dead letters: \(error)", metadata: metadata)
          }
        } catch {
          logger.warning("Message \(message.id) of \(topic) not rejected, redelivery when its lease expires: \(error)")
        }
      }
    }
  }

  /// Doubles from 200 ms to 30 s.
  static func delay(after deliveries: Int) -> Duration { min(.milliseconds(200) * (1 << min(max(deliveries, 1) - 1, 10)), .seconds(30)) }
}
