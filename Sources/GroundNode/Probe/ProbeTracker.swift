import TimeFormat

/// Counts one probe's results against its thresholds, and says when it is due. Pure: the moment is given.
struct ProbeTracker: Sendable {
  enum Verdict: Sendable, Hashable { case unknown, success, failure }

  let spec: ProbeSpec
  private(set) var verdict: Verdict = .unknown
  /// When to probe next; `nil` while a probe is on its way or none is wanted.
  private(set) var due: Timestamp?
  private var successes = 0
  private var failures = 0
  private var startedAt: Timestamp?

  init(_ spec: ProbeSpec) { self.spec = spec }

  /// The container runs, or for those that wait for the startup probe: it is through.
  mutating func begin(at moment: Timestamp, containerStarted: Timestamp) {
    guard startedAt == nil else { return }
    startedAt = moment
    due = max(moment, containerStarted + spec.initialDelay)
  }

  /// Takes the probe if it is due.
  mutating func take(at moment: Timestamp) -> Bool {
    guard let due, due <= moment else { return false }
    self.due = nil
    return true
  }

  /// Answers whether the verdict changed.
  mutating func record(isSuccess: Bool, at moment: Timestamp) -> Bool {
    guard startedAt != nil else { return false }
    due = moment + spec.period
    let old = verdict
    if isSuccess {
      successes += 1
      failures = 0
      if successes >= spec.successThreshold { verdict = .success }
    } else {
      failures += 1
      successes = 0
      if failures >= spec.failureThreshold { verdict = .failure }
    }
    return verdict != old
  }

  /// What a daemon before this one had found.
  mutating func assume(_ verdict: Verdict) { self.verdict = verdict }

  /// Done for this run; the verdict stays.
  mutating func pause() { due = nil }

  mutating func stop() {
    due = nil
    startedAt = nil
  }

  /// Forgets everything: a new run begins.
  mutating func reset() { self = ProbeTracker(spec) }
}
