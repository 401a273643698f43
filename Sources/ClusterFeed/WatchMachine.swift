/// What to do next about one watched kind: a state machine without I/O.
package struct WatchMachine: Sendable, Hashable {
  package enum Action: Sendable, Hashable {
    case list
    case watch(resourceVersion: String)
    /// Wait, then call ``resume()``.
    case wait(Duration)
  }

  /// Why a list or a watch ended.
  package enum Failure: Sendable, Hashable {
    /// 410: the resource version or the page token is too old.
    case expired
    /// 404 or 403: the server lacks the kind, or does not show it to us. Not an error of the connection.
    case unavailable
    case broken
  }

  package private(set) var resourceVersion = ""
  /// Failures in a row.
  package private(set) var failures = 0
  private var expirations = 0
  private var sawAnything = false

  /// Waits grow from half a second to half a minute; a kind that is not there is asked for once a minute.
  package static let firstWait = Duration.milliseconds(500)
  package static let longestWait = Duration.seconds(30)
  package static let absence = Duration.seconds(60)

  package init() {}

  package func start() -> Action { .list }

  /// A list was read to its end.
  package mutating func listed(resourceVersion: String) -> Action {
    self.resourceVersion = resourceVersion
    // A list after an expired watch proves nothing: where each watch expires at once, the waits go on growing.
    if expirations == 0 { failures = 0 }
    sawAnything = false
    return .watch(resourceVersion: resourceVersion)
  }

  /// A watch line came; the next watch begins after it.
  package mutating func saw(resourceVersion: String) {
    if !resourceVersion.isEmpty { self.resourceVersion = resourceVersion }
    sawAnything = true
    failures = 0
    expirations = 0
  }

  /// The server ended the watch in good order.
  package mutating func ended(after length: Duration, jitter: Double) -> Action {
    defer { sawAnything = false }
    // A server that ends watches at once must not be asked in a tight loop.
    if !sawAnything, length < .seconds(1) {
      failures += 1
      return .wait(wait(jitter))
    }
    expirations = 0
    return .watch(resourceVersion: resourceVersion)
  }

  /// - Parameter jitter: 0 to 1; spreads the clients of a server that comes back.
  package mutating func failed(_ failure: Failure, jitter: Double) -> Action {
    switch failure {
    case .expired:
      resourceVersion = ""
      expirations += 1
      if expirations == 1 { return .list }
      failures += 1
      return .wait(wait(jitter))
    case .unavailable:
      resourceVersion = ""
      return .wait(Self.absence)
    case .broken:
      failures += 1
      return .wait(wait(jitter))
    }
  }

  /// After a wait: goes on where the watch stood, or lists.
  package func resume() -> Action { resourceVersion.isEmpty ? .list : .watch(resourceVersion: resourceVersion) }

  private func wait(_ jitter: Double) -> Duration {
    let doubled = Self.firstWait * (1 << min(max(failures - 1, 0), 10))
    return min(doubled, Self.longestWait) * (0.5 + min(max(jitter, 0), 1) / 2)
  }
}
