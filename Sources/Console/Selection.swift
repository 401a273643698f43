package import ClusterModel
package import TelemetryModel
package import TimeFormat

/// What the cursor stands on, for the commands that every page understands. Whatever it names, it names with its cluster.
package struct Selection: Sendable {
  package struct PodName: Sendable, Hashable {
    package var cluster: String
    package var namespace: String
    package var name: String
  }

  package struct WorkloadName: Sendable, Hashable {
    package var cluster: String
    package var reference: ObjectReference
  }

  package var requestID: String?
  package var record: LogRecord?
  package var pod: PodName?
  package var workload: WorkloadName?
  package var owner: WorkloadName?
  /// The search that finds its records.
  package var logQuery: String?
  package var copyText: String?
  /// Where a deep link leads.
  package var link: Place?
  package var moment: Timestamp?
  /// Why it is so: what `x` shows.
  package var explanation: [String] = []

  package init() {}
}
