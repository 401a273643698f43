import ClusterFeed
import Synchronization

/// The feed of a cluster for all services of the cluster: there as soon as it is known where its API is.
final class ClusterLink: Sendable {
  private struct State {
    var feed: WatchedCluster?
    var nextID = 0
    var waiting: [Int: AsyncStream<WatchedCluster>.Continuation] = [:]
  }

  private let state = Mutex(State())

  func open(_ feed: WatchedCluster) {
    let waiting = state.withLock { state in
      state.feed = feed
      defer { state.waiting = [:] }
      return state.waiting.values
    }
    for one in waiting {
      one.yield(feed)
      one.finish()
    }
  }

  var feed: WatchedCluster? { state.withLock { $0.feed } }

  /// Waits for the feed.
  func opened() async throws -> WatchedCluster {
    let (stream, continuation) = AsyncStream<WatchedCluster>.makeStream()
    let number: Int? = state.withLock { state in
      if let feed = state.feed {
        continuation.yield(feed)
        return nil
      }
      state.nextID += 1
      state.waiting[state.nextID] = continuation
      return state.nextID
    }
    defer { if let number { state.withLock { _ = $0.waiting.removeValue(forKey: number) } } }
    for await feed in stream { return feed }
    throw CancellationError()
  }
}
