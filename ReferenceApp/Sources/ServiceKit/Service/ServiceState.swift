import Synchronization

/// Whether a service serves or drains, and its requests in flight.
public final class ServiceState: Sendable {
  private struct Contents {
    var draining = false
    var inFlight: [UInt64: InFlightRequest] = [:]
    var next: UInt64 = 0
    var answered = 0
    var waiting: [AsyncStream<Void>.Continuation] = []
  }

  private let contents = Mutex(Contents())

  /// A service that is not draining.
  public init() {}

  /// True from the first SIGTERM or SIGINT on: readiness responds 503, responses carry `Connection: close`, consumers claim no more messages.
  public var isDraining: Bool { contents.withLock { $0.draining } }

  /// Starts to drain.
  ///
  /// - Returns: false when it was draining already.
  @discardableResult
  public func beginDraining() -> Bool {
    let waiting: [AsyncStream<Void>.Continuation]? = contents.withLock { contents in
      if contents.draining { return nil }
      contents.draining = true
      defer { contents.waiting = [] }
      return contents.waiting
    }
    for continuation in waiting ?? [] { continuation.finish() }
    return waiting != nil
  }

  /// Returns when the service drains, or the task is cancelled.
  public func untilDraining() async {
    let (stream, continuation) = AsyncStream<Void>.makeStream()
    contents.withLock { contents in if contents.draining { continuation.finish() } else { contents.waiting.append(continuation) } }
    for await _ in stream {}
  }

  /// Requests received and not yet completed.
  public var inFlightCount: Int { contents.withLock { $0.inFlight.count } }

  /// Requests completed since the start, aborted ones included.
  public var answeredCount: Int { contents.withLock { $0.answered } }

  func begin(_ request: InFlightRequest) -> UInt64 {
    contents.withLock { contents in
      contents.next += 1
      contents.inFlight[contents.next] = request
      return contents.next
    }
  }

  /// - Returns: false when it was ended before: only the caller that gets true writes the completion record.
  func end(_ number: UInt64) -> Bool {
    contents.withLock { contents in
      guard contents.inFlight.removeValue(forKey: number) != nil else { return false }
      contents.answered += 1
      return true
    }
  }

  func inFlight() -> [(number: UInt64, request: InFlightRequest)] {
    contents.withLock { contents in contents.inFlight.map { ($0.key, $0.value) }.sorted { $0.number < $1.number } }
  }
}

/// A request that is being served.
struct InFlightRequest: Sendable {
  var id: String
  var verb: String
  var path: String
  var began: ContinuousClock.Instant
}
