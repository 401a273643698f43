import Synchronization
package import TelemetryModel
package import TimeFormat

/// A source of logs in memory: the simplest thing that does all a ``LogSource`` must. Tests put records in and may make it fail.
package final class MemoryLogs: LogSource, CompletenessSource {
  package let sourceID: String
  package let kind = SourceKind(rawValue: "memory")
  package let limits: LogSourceLimits
  private let state: Mutex<State>
  private let news = Broadcast()

  private struct State {
    /// In the order of storing; the id of each is its place from 1 on, unless it had one.
    var records: [LogRecord]
    var sources: [SourceStatus]
    var failure: (any Error)?
    var asked: [LogQuery] = []
  }

  package init(
    _ records: [LogRecord] = [], sources: [SourceStatus] = [], failure: (any Error)? = nil, sourceID: String = "memory",
    limits: LogSourceLimits = .none
  ) {
    self.sourceID = sourceID
    self.limits = limits
    state = Mutex(State(records: [], sources: sources, failure: failure))
    append(records)
  }

  /// What ``records(matching:)`` was asked, in order.
  package var asked: [LogQuery] { state.withLock(\.asked) }

  package var records: [LogRecord] { state.withLock(\.records) }

  /// Stores records, in this order.
  package func append(_ records: [LogRecord]) {
    state.withLock { state in
      for var record in records {
        if record.id == .unstored { record.id = RecordID(Int64(state.records.count + 1), of: sourceID) }
        state.records.append(record)
      }
    }
    if !records.isEmpty { news.send() }
  }

  package func set(_ sources: [SourceStatus]) {
    state.withLock { $0.sources = sources }
    news.send()
  }

  package func records(matching query: LogQuery) async throws -> LogPage {
    state.withLock { $0.asked.append(query) }
    try limits.check(query, of: sourceID)
    let (all, failure) = state.withLock { ($0.records, $0.failure) }
    if let failure { throw failure }
    let upTo = try query.storedUpTo.map { try place($0) } ?? all.count
    let end = limits.hasStoringOrder ? cursor(upTo) : nil
    let most = min(query.limit, limits.largestPage ?? .max)
    var found = try matches(query, among: all)
    if query.storedAfter == nil { found.sort { ($0.record.at, $0.record.id) < ($1.record.at, $1.record.id) } }
    if query.storedAfter == nil, query.order == .newestFirst { found.reverse() }
    if let cursor = query.cursor {
      let last = try place(cursor)
      let index = found.firstIndex { $0.place == last }
      found = index.map { Array(found[($0 + 1)...]) } ?? []
    }
    let page = found.prefix(most)
    let hasMore = query.storedAfter == nil ? page.count < found.count : page.count == most
    return LogPage(records: page.map(\.record), next: hasMore ? page.last.map { cursor($0.place) } : nil, storedUpTo: end)
  }

  package func histogram(matching query: LogQuery, over range: Range<Timestamp>, buckets: Int) async throws -> [Int] {
    try limits.check(query, of: sourceID)
    guard limits.hasHistogram else { throw LogSourceError(sentence: "The source \(sourceID) counts nothing.") }
    let (all, failure) = state.withLock { ($0.records, $0.failure) }
    if let failure { throw failure }
    var counts = [Int](repeating: 0, count: max(0, buckets))
    guard buckets > 0, !range.isEmpty else { return counts }
    // Parts of whole nanoseconds, as the embedded store counts.
    let span = (range.upperBound - range.lowerBound).nanoseconds
    let width = span / Int64(buckets) + (span % Int64(buckets) == 0 ? 0 : 1)
    for (record, _) in try matches(query, among: all) where range.contains(record.at) {
      counts[min(buckets - 1, Int((record.at - range.lowerBound).nanoseconds / width))] += 1
    }
    return counts
  }

  package func completeness() async -> [SourceStatus] { state.withLock(\.sources) }
  package func changes() -> AsyncStream<Void> { news.stream() }
  package func completenessChanges() -> AsyncStream<Void> { news.stream() }

  private func matches(_ query: LogQuery, among all: [LogRecord]) throws -> [(record: LogRecord, place: Int)] {
    let matcher = try LogMatcher(query.conditions) { pattern throws in try Self.test(pattern) }
    let after = try query.storedAfter.map { try place($0) } ?? 0
    let upTo = try query.storedUpTo.map { try place($0) } ?? all.count
    guard after < upTo else { return [] }
    return (after..<upTo).compactMap { index in
      let record = all[index]
      if let range = query.range, !range.contains(record.at) { return nil }
      return matcher.matches(record) == true ? (record, index + 1) : nil
    }
  }

  /// Swift's own regular expressions: enough of PCRE2's syntax for tests.
  private static func test(_ pattern: String) throws -> LogMatcher.BytesTest {
    _ = try Regex(pattern)
    return { bytes in
      // A regular expression is not Sendable: each test makes its own.
      guard let regex = try? Regex(pattern) else { return false }
      return (try? regex.firstMatch(in: String(decoding: bytes, as: UTF8.self))) != nil
    }
  }

  // A cursor is a number in decimal: the record's place in the order of storing.
  private func cursor(_ place: Int) -> LogCursor { LogCursor(source: sourceID, bytes: Array(String(place).utf8)) }

  private func place(_ cursor: LogCursor) throws(LogSourceError) -> Int {
    guard cursor.source == sourceID, let place = Int(String(decoding: cursor.bytes, as: UTF8.self)) else {
      throw .foreignCursor(cursor, at: sourceID)
    }
    return place
  }
}

/// Tells every stream that is read of each change; changes that nobody took yet are one.
package final class Broadcast: Sendable {
  private let state = Mutex<(next: Int, streams: [Int: AsyncStream<Void>.Continuation])>((0, [:]))

  package init() {}

  package func send() { for stream in state.withLock({ Array($0.streams.values) }) { stream.yield() } }

  package func stream() -> AsyncStream<Void> {
    let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    let number = state.withLock { state in
      state.next += 1
      state.streams[state.next] = continuation
      return state.next
    }
    continuation.onTermination = { [weak self] _ in _ = self?.state.withLock { $0.streams.removeValue(forKey: number) } }
    return stream
  }
}
