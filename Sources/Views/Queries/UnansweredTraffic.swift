import ClusterModel
package import Kubernetes
import TelemetryModel
package import TimeFormat

/// Requests of the last minute to workloads that have no pod to answer them, as far as those who called them wrote of it: by workload.
///
/// Nothing in the cluster's objects says that somebody calls a service without endpoints; the logs of the callers do.
package struct UnansweredTraffic: Query {
  private static let span = Duration.seconds(60)
  /// Of so many workloads the logs are asked.
  private static let most = 20

  private let workloads: [ObjectID]
  private let now: Timestamp

  package init(_ clusters: [ClusterHealth], now: Timestamp) {
    workloads = Array(clusters.lazy.flatMap(\.verdicts).filter(\.hasNoPod).prefix(Self.most).map(\.id))
    self.now = now
  }

  /// Whether there is anything to ask.
  package var isEmpty: Bool { workloads.isEmpty }

  package func run(_ sources: Sources) async throws -> [ObjectID: Int] {
    let range = (now - Self.span)..<(now + .seconds(1))
    var counts: [ObjectID: Int] = [:]
    for workload in workloads {
      // A workload's service is called as it is, by custom and by most charts.
      let query = LogQuery(
        [
          .field("cluster", .equal, workload.cluster), .field("namespace", .equal, workload.namespace),
          .field("level", .atLeast, LogLevel.warn.word),
          .any([.field("upstream", .equal, workload.name), .field("peer", .equal, workload.name)]),
        ], range: range)
      let count = try await sources.logs.histogram(matching: query, over: range, buckets: 1).reduce(0, +)
      if count > 0 { counts[workload] = count }
    }
    return counts
  }
}

extension HealthVerdict {
  fileprivate var hasNoPod: Bool { ready == 0 && subject.workloadKind.isScalable }
}

extension ClusterHealth {
  /// With what ``UnansweredTraffic`` found: whoever is called and has no pod is red, also when that was meant to be so.
  package func adding(_ unanswered: [ObjectID: Int]) -> ClusterHealth {
    guard !unanswered.isEmpty else { return self }
    var health = self
    for index in verdicts.indices {
      guard let count = unanswered[verdicts[index].id] else { continue }
      let sentence = "\(counted(count, "request")) to it failed in 1 min: no pod answers"
      health.verdicts[index].reasons.insert(.init(rule: "unanswered-traffic", status: .red, sentence: sentence), at: 0)
      health.verdicts[index].status = .red
    }
    return health
  }
}
