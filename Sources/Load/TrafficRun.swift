import Synchronization

/// What the workers of one run share.
final class TrafficRun: Sendable {
  let began = ContinuousClock.now

  private struct State {
    var started = 0
    var summary = TrafficSummary()
    var reported: ContinuousClock.Instant
    var source: TrafficSource
  }

  private let options: TrafficOptions
  private let name = String(UInt32.random(in: 0...UInt32.max), radix: 36)
  private let state: Mutex<State>

  init(_ options: TrafficOptions) {
    self.options = options
    state = Mutex(State(reported: began, source: TrafficSource(options.profile, services: options.services)))
  }

  /// From 1; `nil` when enough have started.
  func nextNumber() -> Int? {
    state.withLock { state in
      if let requests = options.requests, state.started >= requests { return nil }
      state.started += 1
      return state.started
    }
  }

  func request(_ number: Int) -> TrafficRequest? {
    state.withLock { $0.source.request(number: number, id: "\(options.idPrefix)-\(name)-\(number)") }
  }

  /// - Returns: what has happened so far, when it is time to report.
  func add(_ outcome: TrafficOutcome, _ location: String?) -> TrafficSummary? {
    let now = ContinuousClock.now
    return state.withLock { state in
      state.summary.add(outcome)
      state.summary.elapsed = now - began
      if let location { state.source.keep(location: location, of: outcome.request) }
      guard now - state.reported >= .milliseconds(250) else { return nil }
      state.reported = now
      return state.summary
    }
  }

  func summary() -> TrafficSummary {
    state.withLock { state in
      state.summary.elapsed = ContinuousClock.now - began
      return state.summary
    }
  }
}
