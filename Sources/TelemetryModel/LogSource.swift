package import TimeFormat

/// A port: where log records are searched. The embedded store and every backend implement it, and pass the same
/// conformance tests.
package protocol LogSource: Sendable {
  /// Records that match, in the query's order, at most `query.limit`.
  func records(matching query: LogQuery) async throws -> LogPage
  /// How many records match, in `buckets` equal parts of `range`.
  func histogram(matching query: LogQuery, over range: Range<Timestamp>, buckets: Int) async throws -> [Int]
  /// One status per source that feeds it.
  func completeness() async -> [SourceStatus]
  /// A number that changes whenever records were added. Cheap: may be asked many times a second.
  func revision() async -> Int64
}

/// What is searched for. All conditions must hold.
package struct LogQuery: Sendable, Hashable {
  package enum Order: Sendable, Hashable { case oldestFirst, newestFirst }

  /// One condition on a record.
  package indirect enum Condition: Sendable, Hashable {
    /// A record of this request, by its id.
    case requestID(String)
    /// The raw line contains the text, ASCII case ignored.
    case text(String)
    /// The raw line matches the regular expression (PCRE2 syntax).
    case regex(String)
    /// A field compared with a value: `service`, `level`, `pod`, `namespace`, `cluster`, `container`, or a key of the record;
    /// `status` stands for `reqStatusCode`.
    case field(String, Comparison, String)
    case not(Condition)
    case any([Condition])
  }

  package enum Comparison: String, Sendable, Hashable {
    case equal = ""
    case notEqual = "!="
    case atLeast = ">="
    case atMost = "<="
    case above = ">"
    case below = "<"
  }

  package var conditions: [Condition]
  package var range: Range<Timestamp>?
  package var order: Order
  package var limit: Int
  /// Continue after this record, in the query's order (``LogPage/next``).
  package var cursor: LogCursor?
  /// Only records that were stored after the one with this id, in the order of storing: to follow what comes, whatever its time.
  package var storedAfter: Int64?

  package init(
    _ conditions: [Condition] = [], range: Range<Timestamp>? = nil, order: Order = .oldestFirst, limit: Int = 1000,
    cursor: LogCursor? = nil
  ) {
    self.conditions = conditions
    self.range = range
    self.order = order
    self.limit = limit
    self.cursor = cursor
  }
}

/// A place between records: time, then order of arrival.
package struct LogCursor: Sendable, Hashable {
  package var at: Timestamp
  package var id: Int64

  package init(at: Timestamp, id: Int64) {
    self.at = at
    self.id = id
  }
}

package struct LogPage: Sendable {
  package var records: [LogRecord]
  /// Where to go on; `nil` when there is no more.
  package var next: LogCursor?

  package init(records: [LogRecord], next: LogCursor?) {
    self.records = records
    self.next = next
  }
}

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
