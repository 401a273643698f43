import KubernetesClient
import ClusterModel
package import TimeFormat

/// Since when a server has not answered. A watch says nothing while nothing changes, and nothing either while its server is stopped:
/// what has been quiet is asked whether it is there.
package struct ServerSilence: Sendable, Hashable {
  /// What was quiet for so long is asked.
  package var asksAfter: Duration
  /// What has not answered for so long is stale.
  package var limit: Duration
  /// The last answer by our clock; `nil` before the first.
  package private(set) var answered: Timestamp?
  private var instant: ContinuousClock.Instant?

  package init(asksAfter: Duration = .seconds(2), limit: Duration = ClusterSnapshot.trusted) {
    self.asksAfter = asksAfter
    self.limit = limit
  }

  package mutating func heard(at moment: Timestamp, _ instant: ContinuousClock.Instant) {
    answered = moment
    self.instant = instant
  }

  /// Whether it is time to ask.
  package func isQuiet(_ now: ContinuousClock.Instant) -> Bool { instant.map { now - $0 >= asksAfter } ?? false }

  /// Whether the last answer is too old. Measured by a clock that nobody sets; before the first answer nothing is stale.
  package func isStale(_ now: ContinuousClock.Instant) -> Bool { instant.map { now - $0 >= limit } ?? false }
}

extension WatchedCluster {
  /// Asks a server that is quiet whether it is there, until cancelled.
  func ask(_ rhythm: ServerSilence) async {
    while !Task.isCancelled {
      try? await Task.sleep(for: rhythm.asksAfter)
      guard isQuiet, await api.answers(within: rhythm.limit) else { continue }
      answered()
    }
  }

  /// Looks whether the last answer has become too old, until cancelled.
  func judge(_ rhythm: ServerSilence) async {
    while !Task.isCancelled {
      try? await Task.sleep(for: min(.seconds(1), rhythm.limit))
      noticeSilence()
    }
  }
}
