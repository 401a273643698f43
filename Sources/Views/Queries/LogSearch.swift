package import ClusterModel
package import TelemetryModel
package import TimeFormat

/// A search in the logs: the records that match, the records around them when wanted, what became of their pods, and how many match over
/// the time.
package struct LogSearch: Query {
  /// What is said of records on which a regular expression gave up; `nil` when there are none.
  package static func undecided(_ count: Int) -> String? {
    guard count > 0 else { return nil }
    return "\(counted(count, "record")) could not be tested: the regular expression takes too many steps on \(count == 1 ? "it" : "them"); "
      + "a simpler one decides."
  }

  /// The newest records that match, at most so many; a page further back continues from ``Answer/next``.
  package static let limit = 1000
  /// Of so many of the newest matches the records around them are looked up.
  private static let mostWithContext = 40

  package struct Answer: Sendable {
    /// In time order, oldest first.
    package var matches: [LogRecord]
    package var context: [LogRecord]
    /// Records with which a group of matches and their context begins, but for the first one.
    package var breaks: Set<RecordID> = []
    package var lifecycle: [PodLifecycleEvent]
    /// Empty when none was asked for.
    package var histogram: [Int]
    /// Where records that match go on, further back; `nil` when there is none.
    package var next: LogCursor?
    /// The matches go before those of the query that gave the cursor.
    package var isContinuation: Bool
    /// Where records that come later go on; `nil` when the source cannot be followed.
    package var storedUpTo: LogCursor?
    /// The matches were stored after those of the query that gave the place: they are added, whatever their time.
    package var isAddition = false
    /// More was added than one page holds: the search is asked anew.
    package var isCut = false
    /// Records on which a regular expression gave up.
    package var undecided = 0

    package init(
      matches: [LogRecord], context: [LogRecord] = [], lifecycle: [PodLifecycleEvent] = [], histogram: [Int] = [], next: LogCursor? = nil,
      isContinuation: Bool = false
    ) {
      self.matches = matches
      self.context = context
      self.lifecycle = lifecycle
      self.histogram = histogram
      self.next = next
      self.isContinuation = isContinuation
    }
  }

  private let query: LogQuery
  private let withContext: Bool
  private let histogram: Range<Timestamp>
  private let buckets: Int

  /// - Parameters:
  ///   - range: `nil` for the whole time.
  ///   - cursor: continues a search further back; then no histogram is counted.
  ///   - after: only what was stored after this place, to be added to what is known; no histogram is counted either.
  ///   - withContext: three records of the same pod before and after each match as well.
  ///   - histogram: the time that `buckets` equal parts divide.
  package init(
    _ conditions: [LogQuery.Condition], range: Range<Timestamp>?, cursor: LogCursor? = nil, after: LogCursor? = nil,
    withContext: Bool = false,
    histogram: Range<Timestamp>, buckets: Int
  ) {
    var query = LogQuery(conditions, range: range, order: .newestFirst, limit: Self.limit, cursor: cursor)
    query.storedAfter = after
    self.query = query
    self.withContext = withContext && !conditions.isEmpty
    self.histogram = histogram
    self.buckets = buckets
  }

  package func run(_ sources: Sources) async throws -> Answer {
    let isContinuation = query.cursor != nil
    let isAddition = query.storedAfter != nil
    async let histogram =
      isContinuation || isAddition ? [] : sources.logs.histogram(matching: query, over: self.histogram, buckets: buckets)
    let page = try await sources.logs.records(matching: query)
    // What was added comes in the order of storing.
    let matches = isAddition ? page.records.sorted { ($0.at, $0.id) < ($1.at, $1.id) } : page.records.reversed()
    let context = withContext ? try await contextRecords(of: matches, sources) : LogContext()
    let uids = Array(Set(matches.map(\.origin.podUID)).subtracting([""]))
    // Without them the records are as good: what became of the pods is not shown.
    let lifecycle = uids.isEmpty ? [] : (try? await sources.ledger.lifecycle(ofPods: uids)) ?? []
    let counts = (try? await histogram) ?? []
    var answer = Answer(
      matches: matches, context: context.records, lifecycle: lifecycle, histogram: counts, next: page.next, isContinuation: isContinuation)
    answer.breaks = context.breaks
    answer.storedUpTo = page.storedUpTo
    answer.undecided = page.undecided
    (answer.isAddition, answer.isCut) = (isAddition, isAddition && page.next != nil)
    return answer
  }

  /// Of matches further back than ``mostWithContext`` nothing is looked up: they stand together before the first group.
  private func contextRecords(of matches: [LogRecord], _ sources: Sources) async throws -> LogContext {
    let newest = Array(matches.suffix(Self.mostWithContext))
    var context = try await LogContext.load(around: newest, count: 3, from: sources.logs)
    if newest.count < matches.count, let first = (newest + context.records).min(by: { ($0.at, $0.id) < ($1.at, $1.id) }) {
      context.breaks.insert(first.id)
    }
    return context
  }
}
