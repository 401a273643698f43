import ClusterFeed
import ClusterModel

/// For commands that print once: waits until each cluster has been listed, or has failed to answer.
struct FirstSight {
  let feeds: [WatchedCluster]

  func wait(limit: Duration = .seconds(5)) async {
    let end = ContinuousClock.now + limit
    while ContinuousClock.now < end {
      let isSettled = feeds.allSatisfy { feed in
        if case .connecting = feed.current().connection { return false }
        return true
      }
      if isSettled { return }
      try? await Task.sleep(for: .milliseconds(10))
    }
  }
}
