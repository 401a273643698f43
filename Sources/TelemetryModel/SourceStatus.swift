package import TimeFormat

/// How complete one source is: what the footer and `:sources` show. A drop without a counter is a defect.
package struct SourceStatus: Sendable, Hashable {
  /// `k8s`, `logs`, `traces`, `metrics`, `checks`.
  package var name: String
  package var cluster: String
  package var connectedSince: Timestamp?
  /// The last moment at which the source was known to be current.
  package var currentAt: Timestamp?
  package var recordsIn: Int64
  package var dropped: Int64
  /// Why records were dropped; `nil` when none were.
  package var dropReason: String?
  /// The last error in one sentence; `nil` when there is none.
  package var lastError: String?

  package init(
    name: String, cluster: String, connectedSince: Timestamp? = nil, currentAt: Timestamp? = nil, recordsIn: Int64 = 0,
    dropped: Int64 = 0, dropReason: String? = nil, lastError: String? = nil
  ) {
    self.name = name
    self.cluster = cluster
    self.connectedSince = connectedSince
    self.currentAt = currentAt
    self.recordsIn = recordsIn
    self.dropped = dropped
    self.dropReason = dropReason
    self.lastError = lastError
  }
}
