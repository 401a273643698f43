package import JSONBytes

/// What a run of traffic did.
package struct TrafficSummary: Sendable {
  /// A request that got no answer, or one of 5xx, or an answer without its own id.
  package struct Failure: Sendable, Hashable {
    package var requestID: String
    /// e.g. `POST /invoices`.
    package var what: String
    package var reason: String
  }

  package var sent = 0
  package var byStatus: [Int: Int] = [:]
  /// The number of failures; ``failures`` keeps the first hundred.
  package var failed = 0
  package var failures: [Failure] = []
  /// Requests that got no answer at all; they have no status.
  package var unanswered: Int { sent - byStatus.values.reduce(0, +) }
  /// `97 × 200, 3 × no answer`.
  package var outcomes: String {
    let statuses = byStatus.sorted { $0.key < $1.key }.map { "\($0.value) × \($0.key)" }
    return (statuses + (unanswered > 0 ? ["\(unanswered) × no answer"] : [])).joined(separator: ", ")
  }
  package var elapsed: Duration = .zero
  /// The ids of the latest requests, the newest last.
  package var lastIDs: [String] = []
  /// The ids of the latest requests that succeeded, by their names in the app profile, the newest last.
  package var lastIDsByRequest: [String: [String]] = [:]

  private var latencies = LatencyHistogram()

  static let keptFailures = 100
  static let keptIDs = 20

  package init() {}

  /// The latency that a share of the requests stayed within; `nil` without answers.
  package func latency(percentile: Double) -> Duration? { latencies.percentile(percentile) }
  package var p50: Duration? { latency(percentile: 50) }
  package var p99: Duration? { latency(percentile: 99) }

  mutating func add(_ outcome: TrafficOutcome) {
    sent += 1
    Self.keep(outcome.requestID, &lastIDs)
    if let status = outcome.status {
      byStatus[status, default: 0] += 1
      latencies.add(outcome.latency)
      if (200..<300).contains(status) { Self.keep(outcome.requestID, &lastIDsByRequest[outcome.request, default: []]) }
    }
    if let reason = outcome.failure {
      failed += 1
      if failures.count < Self.keptFailures { failures.append(Failure(requestID: outcome.requestID, what: outcome.what, reason: reason)) }
    }
  }

  private static func keep(_ id: String, _ list: inout [String]) {
    if list.count == keptIDs { list.removeFirst() }
    list.append(id)
  }

  /// The run on one line.
  package static let shape = JSONShape<TrafficSummary>([
    JSONField("sent", .number) { $0.sent },
    JSONField("failed", .number, "no answer, an answer of 5xx, or one without the request's own id") { $0.failed },
    JSONField("byStatus", .object, "number of answers by HTTP status") { summary in
      JSONValue.object(
        JSONObject(summary.byStatus.sorted { $0.key < $1.key }.map { .init(key: String($0.key), value: .int(Int64($0.value))) }))
    },
    JSONField("unanswered", .number, "requests without an answer, which have no status") { $0.unanswered },
    JSONField("elapsedMillis", .millis) { $0.elapsed.micros / 1000 },
    JSONField("p50Micros", .micros, "latency; `null` without answers", orNull: true) { $0.p50?.micros },
    JSONField("p99Micros", .micros, "latency; `null` without answers", orNull: true) { $0.p99?.micros },
    JSONField("lastIds", .strings, "the latest request ids, the newest last, \(keptIDs) at most") { $0.lastIDs },
    JSONField("lastIdsByRequest", .object, "the latest ids that succeeded, by the request's name in the app profile") { summary in
      JSONValue.object(
        JSONObject(
          summary.lastIDsByRequest.sorted { $0.key < $1.key }.map { .init(key: $0.key, value: .array($0.value.map { .string($0) })) }))
    },
    JSONField("failures", each: failure, "the first \(keptFailures)") { $0.failures },
  ])

  private static let failure = JSONShape<Failure>([
    JSONField("requestId", .string) { $0.requestID }, JSONField("what", .string, "`POST /invoices`") { $0.what },
    JSONField("reason", .string) { $0.reason },
  ])
}

/// How one request went.
struct TrafficOutcome: Sendable {
  var requestID: String
  /// Its name in the app profile.
  var request: String
  var what: String
  var status: Int?
  var latency: Duration
  var failure: String?
}

/// Latencies in buckets that are 4 % wide: percentiles of any number of requests in constant space.
struct LatencyHistogram: Sendable {
  private var counts = [Int](repeating: 0, count: 600)
  private var total = 0

  mutating func add(_ latency: Duration) {
    counts[Self.bucket(max(latency.micros, 1))] += 1
    total += 1
  }

  func percentile(_ percentile: Double) -> Duration? {
    guard total > 0 else { return nil }
    let wanted = max(1, Int((Double(total) * min(max(percentile, 0), 100) / 100).rounded(.up)))
    var seen = 0
    for (bucket, count) in counts.enumerated() {
      seen += count
      if seen >= wanted { return .microseconds(Self.upperBound(bucket)) }
    }
    return nil
  }

  /// Bounds grow by 1/25, and by at least 1 µs.
  private static let bounds: [Int64] = {
    var result: [Int64] = []
    var bound: Int64 = 1
    while result.count < 600 {
      result.append(bound)
      bound += max(1, bound / 25)
    }
    return result
  }()

  private static func bucket(_ micros: Int64) -> Int {
    var low = 0
    var high = bounds.count - 1
    while low < high {
      let middle = (low + high) / 2
      if bounds[middle] < micros { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private static func upperBound(_ bucket: Int) -> Int64 { bounds[bucket] }
}

extension Duration {
  var micros: Int64 {
    let (seconds, attoseconds) = components
    return seconds * 1_000_000 + attoseconds / 1_000_000_000_000
  }
}
