import TelemetryModel
import Testing
import TimeFormat

/// What every source of logs must do, compared with the same done over a plain list.
struct LogSourceConformance {
  let source: any LogSource
  /// What the source holds, with the ids it gave, in no order.
  let records: [LogRecord]
  /// Whether bytes match a pattern, by the source's own engine.
  let regex: (String) -> LogMatcher.BytesTest

  func expected(_ query: LogQuery) -> [LogRecord] {
    let isOldestFirst = query.order == .oldestFirst
    return records.filter { query.matches($0, regex: regex) }.sorted { one, other in
      isOldestFirst ? (one.at, one.id) < (other.at, other.id) : (one.at, one.id) > (other.at, other.id)
    }
  }

  /// Pages through a query, and compares every record and every page's end.
  func check(_ query: LogQuery) async throws {
    let wanted = expected(query)
    var cursor: LogCursor?
    var got: [LogRecord] = []
    repeat {
      var page = query
      page.cursor = cursor
      let answer = try await source.records(matching: page)
      #expect(answer.records.count <= query.limit)
      if answer.next != nil { #expect(answer.records.count == query.limit) }
      got += answer.records
      cursor = answer.next
      if got.count > wanted.count { break }
    } while cursor != nil
    #expect(got.map(\.id) == wanted.map(\.id), "\(query.text)")
    #expect(got.elementsEqual(wanted))
  }

  func checkHistogram(_ query: LogQuery, over range: Range<Timestamp>, buckets: Int) async throws {
    var unlimited = query
    unlimited.limit = .max
    let wanted = expected(unlimited).filter { range.contains($0.at) }
    let counts = try await source.histogram(matching: query, over: range, buckets: buckets)
    #expect(counts.count == buckets)
    #expect(counts.reduce(0, +) == wanted.count, "\(query.text)")
    let span = Double((range.upperBound - range.lowerBound).nanoseconds)
    var exact = Array(repeating: 0, count: buckets)
    for record in wanted { exact[min(buckets - 1, Int(Double((record.at - range.lowerBound).nanoseconds) / span * Double(buckets)))] += 1 }
    if (range.upperBound - range.lowerBound).nanoseconds % Int64(buckets) == 0 { #expect(counts == exact, "\(query.text)") }
  }
}
