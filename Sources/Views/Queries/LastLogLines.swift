package import TelemetryModel

/// The last log lines of a workload or a pod, oldest first.
package struct LastLogLines: Query {
  package static let limit = 5

  private let conditions: [LogQuery.Condition]

  package init(ofPod name: String, namespace: String, cluster: String) {
    conditions = Self.place(namespace, cluster) + [.field("pod", .equal, name)]
  }

  package init(of logs: WorkloadLogs, cluster: String) {
    conditions = [.field("cluster", .equal, cluster)] + logs.conditions
  }

  private static func place(_ namespace: String, _ cluster: String) -> [LogQuery.Condition] {
    [.field("cluster", .equal, cluster), .field("namespace", .equal, namespace)]
  }

  package func run(_ sources: Sources) async throws -> [LogRecord] {
    let query = LogQuery(conditions, order: .newestFirst, limit: Self.limit)
    return try await sources.logs.records(matching: query).records.reversed()
  }
}
