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

extension ConsoleWiring {
  /// The clusters as they are now, for commands that print once.
  func firstSight() async throws -> [ClusterSnapshot] {
    guard !feeds.isEmpty else {
      throw Problem.environment("there is no cluster to look at; periplus up starts the proving ground, --context names one of KUBECONFIG")
    }
    let watching = Task { await watchClusters() }
    defer { watching.cancel() }
    await FirstSight(feeds: feeds).wait()
    return feeds.map { $0.current() }
  }
}
