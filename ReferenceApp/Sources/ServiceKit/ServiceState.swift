import Synchronization

/// Where a service stands in its life: it serves, or it drains and will end.
public final class ServiceState: Sendable {
  private struct Contents {
    var draining = false
    var inFlight: [UInt64: InFlightRequest] = [:]
    var next: UInt64 = 0
    var answered = 0
  }

  private let contents = Mutex(Contents())

  /// A service that serves.
  public init() {}

  /// True from the first SIGTERM on: readiness answers 503, responses carry `Connection: close`, consumers take no more messages.
  public var isDraining: Bool { contents.withLock { $0.draining } }

  /// - Returns: false when it was draining already.
  @discardableResult
  public func beginDraining() -> Bool {
    contents.withLock { contents in
      if contents.draining { return false }
      contents.draining = true
      return true
    }
  }

  /// The requests that have begun and are not answered.
  public var inFlightCount: Int { contents.withLock { $0.inFlight.count } }

  /// The requests answered since the start.
  public var answeredCount: Int { contents.withLock { $0.answered } }

  func begin(_ request: InFlightRequest) -> UInt64 {
    contents.withLock { contents in
      contents.next += 1
      contents.inFlight[contents.next] = request
      return contents.next
    }
  }

  /// - Returns: false when someone else has ended it: only who gets true writes the completion record.
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
