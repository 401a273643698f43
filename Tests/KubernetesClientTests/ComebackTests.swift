import ClusterFeed
import Synchronization
import Testing

/// The next try after a long outage is half a minute away; a server that is back is not told as lost for that long.
@Suite("Comeback of a server", .timeLimit(.minutes(3))) struct ComebackTests {
  private final class Left: Sendable {
    let count = Mutex(13)
  }

  @Test("all who wait for their next try go on when the server answers again")
  func announced() async {
    let comeback = Comeback()
    let left = Left()
    for _ in 0..<13 {
      Task {
        await comeback.wait(.seconds(86_400))
        left.count.withLock { $0 -= 1 }
      }
    }
    while left.count.withLock({ $0 }) > 0 {
      comeback.announce()
      await Task.yield()
    }
  }

  @Test("else each waits for its time, and no longer than its task")
  func times() async {
    let comeback = Comeback()
    comeback.announce()
    await comeback.wait(.milliseconds(1))
    let waiting = Task { await comeback.wait(.seconds(86_400)) }
    waiting.cancel()
    await waiting.value
  }
}
