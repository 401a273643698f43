import Synchronization

/// How many lines came over one connection.
final class LineCount: Sendable {
  private let held = Mutex(0)

  var count: Int { held.withLock { $0 } }

  func add() -> Int {
    held.withLock {
      $0 += 1
      return $0
    }
  }
}
