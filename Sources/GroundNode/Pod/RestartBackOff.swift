import TimeFormat

/// How long a container that keeps ending waits for its next start.
///
/// Kubernetes begins at 10 s and doubles to 5 min; here the base is configurable, because a trainee should not wait that long. The
/// first restart is
/// immediate, and a run of 10 minutes forgives what was before (kubelet, `MaxContainerBackOff` × 2).
package struct RestartBackOff: Sendable, Hashable {
  package struct Limits: Sendable, Hashable {
    package var base: Duration
    package var maximum: Duration
    package var forgivenAfter: Duration

    package init(base: Duration, maximum: Duration, forgivenAfter: Duration = .seconds(600)) {
      self.base = base
      self.maximum = maximum
      self.forgivenAfter = forgivenAfter
    }

    /// 1 s to 30 s.
    package static let ground = Limits(base: .seconds(1), maximum: .seconds(30))
    /// 10 s to 5 min.
    package static let kubernetes = Limits(base: .seconds(10), maximum: .seconds(300))
  }

  let limits: Limits
  private(set) var ends = 0

  init(_ limits: Limits, ends: Int = 0) {
    self.limits = limits
    self.ends = ends
  }

  /// A run ended after `lasted`; answers how long to wait.
  mutating func delay(afterRunOf lasted: Duration) -> Duration {
    if lasted >= limits.forgivenAfter { ends = 0 }
    ends += 1
    return ends == 1 ? .zero : delay(doublings: ends - 2)
  }

  /// A start failed, nothing ran; answers how long to wait.
  mutating func delayAfterFailedStart() -> Duration {
    ends += 1
    return delay(doublings: ends - 1)
  }

  private func delay(doublings: Int) -> Duration {
    var delay = limits.base
    for _ in 0..<min(doublings, 16) where delay < limits.maximum { delay *= 2 }
    return min(delay, limits.maximum)
  }
}
