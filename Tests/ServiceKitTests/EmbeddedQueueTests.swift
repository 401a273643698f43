import Foundation
import ServiceKit
import Synchronization
import Testing

@Suite struct EmbeddedQueueTests {
  /// A clock that the test moves.
  private final class MovedClock: Sendable {
    private let now = Mutex<Int64>(1_000_000)
    func advance(_ duration: Duration) { now.withLock { $0 += duration.components.seconds * 1000 } }
    var read: @Sendable () -> Int64 { { self.now.withLock { $0 } } }
  }

  private func withQueues(_ body: (EmbeddedQueue, EmbeddedQueue, MovedClock) async throws -> Void) async throws {
    let folder = NSTemporaryDirectory() + "/queue-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let clock = MovedClock()
    let one = try EmbeddedQueue(path: folder + "/queue.sqlite", maximumDeliveries: 3, clock: clock.read)
    let other = try EmbeddedQueue(path: folder + "/queue.sqlite", maximumDeliveries: 3, clock: clock.read)
    try await body(one, other, clock)
  }

  @Test func aMessageGoesToOneConsumerAndCarriesItsRequest() async throws {
    try await withQueues { one, other, _ in
      try await CurrentRequest.$id.withValue("req-9") { _ = try await one.publish(topic: "t", body: [1, 2], headers: ["a": "b"]) }
      let taken = try await other.claim(topic: "t", limit: 5, lease: .seconds(10))
      #expect(taken.count == 1)
      #expect(taken.first?.requestID == "req-9")
      #expect(taken.first?.headers["a"] == "b")
      #expect(taken.first?.body == [1, 2])
      #expect(taken.first?.deliveries == 1)
      #expect(try await one.claim(topic: "t", limit: 5, lease: .seconds(10)).isEmpty)
      #expect(try await one.claim(topic: "other", limit: 5, lease: .seconds(10)).isEmpty)
      for message in taken { #expect(try await other.acknowledge(message)) }
      #expect(try await one.depth(topic: "t") == 0)
    }
  }

  @Test func aLostLeaseMeansRedelivery() async throws {
    try await withQueues { one, other, clock in
      try await one.publish(topic: "t", body: [], headers: [:])
      let first = try await one.claim(topic: "t", limit: 1, lease: .seconds(10))
      clock.advance(.seconds(11))
      let second = try await other.claim(topic: "t", limit: 1, lease: .seconds(10))
      #expect(second.first?.deliveries == 2)
      for message in first { #expect(try await !one.acknowledge(message)) }
      for message in second { #expect(try await other.acknowledge(message)) }
    }
  }

  @Test func aRejectedMessageComesBackAndDiesInTheEnd() async throws {
    try await withQueues { one, _, clock in
      try await one.publish(topic: "t", body: [7], headers: [:])
      for delivery in 1...3 {
        let messages = try await one.claim(topic: "t", limit: 1, lease: .seconds(10))
        #expect(messages.first?.deliveries == delivery)
        for message in messages { try await one.reject(message, reason: "no", delay: .seconds(5)) }
        #expect(try await one.claim(topic: "t", limit: 1, lease: .seconds(10)).isEmpty)
        clock.advance(.seconds(6))
      }
      #expect(try await one.depth(topic: "t") == 0)
      let dead = try await one.deadLetters(topic: "t", limit: 10)
      #expect(dead.count == 1)
      #expect(dead.first?.reason == "no")
      #expect(dead.first?.message.body == [7])
    }
  }

  @Test func theTenthFailureIsTheLast() async throws {
    let folder = NSTemporaryDirectory() + "/queue-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let queue = try EmbeddedQueue(path: folder + "/queue.sqlite")
    try await queue.publish(topic: "t", body: [], headers: [:])
    for delivery in 1...10 {
      let message = try #require(try await queue.claim(topic: "t", limit: 1, lease: .seconds(10)).first)
      #expect(message.isLastDelivery == (delivery == 10))
      #expect(try await queue.reject(message, reason: "no", delay: .zero) == (delivery < 10))
    }
    #expect(try await queue.deadLetters(topic: "t", limit: 10).count == 1)
  }

  @Test func whatCanNeverBeHandledDiesAtOnce() async throws {
    try await withQueues { one, _, _ in
      try await one.publish(topic: "t", body: [7], headers: [:])
      let message = try #require(try await one.claim(topic: "t", limit: 1, lease: .seconds(10)).first)
      #expect(try await one.discard(message, reason: "no such account"))
      #expect(try await one.depth(topic: "t") == 0)
      #expect(try await one.deadLetters(topic: "t", limit: 10).first?.reason == "no such account")
      // Whose lease is over decides nothing.
      #expect(try await !one.discard(message, reason: "again"))
    }
  }

  @Test func consumersThatDieLeaveADeadLetterAtLast() async throws {
    try await withQueues { one, _, clock in
      try await one.publish(topic: "t", body: [], headers: [:])
      for _ in 1...3 {
        _ = try await one.claim(topic: "t", limit: 1, lease: .seconds(10))
        clock.advance(.seconds(11))
      }
      #expect(try await one.claim(topic: "t", limit: 1, lease: .seconds(10)).isEmpty)
      #expect(try await one.deadLetters(topic: "t", limit: 10).count == 1)
    }
  }

  @Test func manyConsumersShareWithoutLossOrDoubles() async throws {
    try await withQueues { one, other, _ in
      for number in 0..<200 { try await one.publish(topic: "t", body: [UInt8(number)], headers: [:]) }
      let seen = try await withThrowingTaskGroup(of: [UInt8].self) { group in
        for queue in [one, other, one, other] {
          group.addTask {
            var mine: [UInt8] = []
            while true {
              let messages = try await queue.claim(topic: "t", limit: 7, lease: .seconds(60))
              if messages.isEmpty { return mine }
              for message in messages {
                mine += message.body
                try await queue.acknowledge(message)
              }
            }
          }
        }
        return try await group.reduce(into: [UInt8]()) { $0 += $1 }
      }
      #expect(seen.sorted() == (0..<200).map { UInt8($0) })
    }
  }

  @Test func manyProcessesMayOpenANewFileAtOnce() async throws {
    let folder = NSTemporaryDirectory() + "/queue-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for round in 0..<10 {
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<8 { group.addTask { _ = try EmbeddedQueue(path: "\(folder)/\(round).sqlite") } }
        try await group.waitForAll()
      }
    }
  }
}
