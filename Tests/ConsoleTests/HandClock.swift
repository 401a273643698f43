import Synchronization
import TimeFormat

/// A clock that only a test moves.
final class HandClock: Sendable {
  private let moment = Mutex(Fixture.now)
  var now: Timestamp { moment.withLock { $0 } }
  func advance(by time: Duration) { moment.withLock { $0 = $0 + time } }
}
