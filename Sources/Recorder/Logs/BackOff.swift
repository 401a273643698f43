/// How long to wait after failures: doubling, with a limit.
struct BackOff: Sendable {
  let first: Duration
  let longest: Duration
  private var failures = 0

  init(first: Duration = .seconds(1), longest: Duration = .seconds(60)) {
    self.first = first
    self.longest = longest
  }

  mutating func next() -> Duration {
    defer { failures += 1 }
    return min(first * (1 << min(failures, 20)), longest)
  }

  mutating func reset() { failures = 0 }
}
