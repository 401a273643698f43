package import TimeFormat

/// A port: where log records are searched. The embedded store and every backend implement it, and pass `LogSourceConformance` of
/// `TestKits`.
package protocol LogSource: Sendable {
  /// The name that ids and cursors of this source carry: no two sources of one console have the same, and it outlives a restart.
  var sourceID: String { get }
  var kind: SourceKind { get }
  /// What it cannot do. A query beyond it is refused in a sentence (``LogSourceLimits/refusal(of:)``), never half answered.
  var limits: LogSourceLimits { get }

  /// Records that match, in the query's order, at most `query.limit` and at most `limits.largestPage`.
  func records(matching query: LogQuery) async throws -> LogPage
  /// How many records match, in `buckets` equal parts of `range`.
  func histogram(matching query: LogQuery, over range: Range<Timestamp>, buckets: Int) async throws -> [Int]
  /// An element after records were added; several additions may share one. Ends when nobody reads it any more.
  func changes() -> AsyncStream<Void>
}

/// A port: how complete what the sources gave is.
package protocol CompletenessSource: Sendable {
  /// One status per source.
  func completeness() async -> [SourceStatus]
  /// An element after a status changed.
  func completenessChanges() -> AsyncStream<Void>
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
    /// A field compared with a value: one of ``LogFieldReader/Known``, or a key of the record.
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
  /// Continue after this place, in the query's order (``LogPage/next``).
  package var cursor: LogCursor?
  /// Only records that were stored after this place (``LogPage/storedUpTo``), in the order of storing: to follow what comes,
  /// whatever its time. `order` says nothing then.
  package var storedAfter: LogCursor?
  /// Only records that were stored up to this place: all pages of a query then show one state of the source.
  package var storedUpTo: LogCursor?

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

  /// Follows on from a page: what was searched is not searched again, whether or not anything matched.
  package mutating func goOn(after page: LogPage) { storedAfter = page.next ?? page.storedUpTo ?? storedAfter }
}

package struct LogPage: Sendable {
  package var records: [LogRecord]
  /// Where to go on (``LogQuery/cursor``, or ``LogQuery/storedAfter`` of a query that follows); `nil` when there is no more.
  package var next: LogCursor?
  /// The end of what was searched, in the order of storing: who follows goes on from here. `nil` when the source has no such order
  /// or is empty.
  package var storedUpTo: LogCursor?
  /// Records of which it is not known whether they match, because a regular expression gave up on them. They are not among the others.
  package var undecided = 0

  package init(records: [LogRecord], next: LogCursor?, storedUpTo: LogCursor? = nil, undecided: Int = 0) {
    self.undecided = undecided
    self.records = records
    self.next = next
    self.storedUpTo = storedUpTo
  }
}
