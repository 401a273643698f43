package import TelemetryModel
import TimeFormat

/// What every source of logs must do, whatever it is: run it over each implementation of ``LogSource``.
///
/// It stores random records, asks random questions, and compares the answers with the same done over a plain list. A source's
/// ``LogSource/limits`` are held to: what it says it cannot do must be refused in a sentence.
package struct LogSourceConformance {
  /// An empty source, and how records get into it.
  package struct Subject {
    package var source: any LogSource
    package var store: ([LogRecord]) async throws -> Void

    package init(_ source: any LogSource, store: @escaping ([LogRecord]) async throws -> Void) {
      self.source = source
      self.store = store
    }
  }

  private let subject: Subject
  private var random: RecordRandom
  /// What was stored, with the ids it got, in the order of storing.
  private var model: [LogRecord] = []
  /// What the source did otherwise than it should, in sentences.
  private var violations: [String] = []

  private var source: any LogSource { subject.source }

  /// - Returns: what the source does otherwise than it should; empty for one that conforms.
  package static func violations(_ subject: Subject, seed: UInt64 = 2, rounds: Int = 15) async throws -> [String] {
    var suite = LogSourceConformance(subject: subject, random: RecordRandom(seed: seed))
    try await suite.run(rounds: rounds)
    return suite.violations
  }

  private mutating func run(rounds: Int) async throws {
    try await empty()
    try await refusals()
    for _ in 0..<rounds {
      try await append((0..<Int.random(in: 1...20, using: &random.generator)).map { _ in random.record() })
      for _ in 0..<20 { try await pages(possible(random.query())) }
      if source.limits.hasHistogram {
        let from = Timestamp(milliseconds: RecordRandom.start + Int64.random(in: 0..<100, using: &random.generator))
        try await histogram(possible(random.query()), over: from..<from + .milliseconds(240), buckets: random.pick([1, 7, 24, 60]))
      }
    }
    if source.limits.hasStoringOrder { try await following() }
  }

  // MARK: What is asked

  private mutating func empty() async throws {
    let page = try await source.records(matching: possible(LogQuery()))
    expect(page.records.isEmpty && page.next == nil, "an empty source gives records")
  }

  private mutating func refusals() async throws {
    var beyond: [LogQuery] = [LogQuery([.not(.any([.regex("a")]))], order: .newestFirst), LogQuery(order: .oldestFirst)]
    var follows = LogQuery(order: .newestFirst)
    follows.storedAfter = LogCursor(source: source.sourceID, bytes: [])
    beyond.append(follows)
    let source = source
    for query in beyond where source.limits.refusal(of: query) != nil {
      await refused("a query beyond the limits, \(query.text),") { try await source.records(matching: query) }
    }
    var foreign = possible(LogQuery())
    foreign.cursor = LogCursor(source: source.sourceID + "-other", bytes: [1, 2, 3])
    await refused("the cursor of another source") { try await source.records(matching: foreign) }
  }

  /// Stores records, learns their ids, and sees that somebody who waits for changes is told.
  private mutating func append(_ batch: [LogRecord]) async throws {
    var changes = source.changes().makeAsyncIterator()
    try await subject.store(batch)
    expect(await changes.next() != nil, "nobody was told of new records")
    let known = Set(model.map(\.id))
    var query = possible(LogQuery(limit: .max))
    var added: [LogRecord] = []
    repeat {
      let page = try await source.records(matching: query)
      added += page.records.filter { !known.contains($0.id) }
      query.cursor = page.next
    } while query.cursor != nil
    expect(Set(added.map(\.id)).count == added.count, "two records have one id")
    expect(added.allSatisfy { $0.id.source == source.sourceID }, "an id does not name its source")
    // Records that are equal but for their ids are told apart by the order of these.
    var rest = added.sorted { $0.id < $1.id }
    for record in batch {
      guard let index = rest.firstIndex(where: { Self.isSame($0, record) }) else {
        violations.append("a stored record did not come back as it was: \(String(decoding: record.raw, as: UTF8.self))")
        continue
      }
      model.append(rest.remove(at: index))
    }
    expect(rest.isEmpty, "\(rest.count) records came that nobody stored")
  }

  /// Pages through a query, and compares every record and every page's end.
  private mutating func pages(_ query: LogQuery) async throws {
    let wanted = expected(query)
    let most = min(query.limit, source.limits.largestPage ?? .max)
    var page = query
    var got: [LogRecord] = []
    repeat {
      let answer = try await source.records(matching: page)
      expect(answer.records.count <= most, "a page has \(answer.records.count) records, \(most) were asked for: \(query.text)")
      if answer.next != nil { expect(answer.records.count == most, "a page that goes on is not full: \(query.text)") }
      got += answer.records
      page.cursor = answer.next
    } while page.cursor != nil && got.count <= wanted.count
    expect(got == wanted, "\(got.count) records instead of \(wanted.count), or others, or in another order: \(query.text)")
  }

  private mutating func histogram(_ query: LogQuery, over range: Range<Timestamp>, buckets: Int) async throws {
    let wanted = expected(query).filter { range.contains($0.at) }
    let counts = try await source.histogram(matching: query, over: range, buckets: buckets)
    expect(counts.count == buckets, "\(counts.count) buckets instead of \(buckets): \(query.text)")
    expect(counts.reduce(0, +) == wanted.count, "\(counts.reduce(0, +)) counted instead of \(wanted.count): \(query.text)")
    let span = (range.upperBound - range.lowerBound).nanoseconds
    guard span % Int64(buckets) == 0 else { return }
    var exact = Array(repeating: 0, count: buckets)
    for record in wanted { exact[Int((record.at - range.lowerBound).nanoseconds / (span / Int64(buckets)))] += 1 }
    expect(counts == exact, "records counted in other buckets than theirs: \(query.text)")
  }

  /// Who follows gets every record once, whatever its time; pages of one state show nothing newer.
  private mutating func following() async throws {
    let before = model.count
    var query = LogQuery(limit: 2)
    let first = try await source.records(matching: query)
    guard let end = first.storedUpTo else { return violations.append("a source that can be followed does not say where it ends") }
    var late = random.record()
    late.at = Timestamp(milliseconds: RecordRandom.start - 9_000_000)
    try await append([random.record(), late, random.record(), random.record()])
    let added = model[before...]

    query.storedAfter = end
    var got: [LogRecord] = []
    repeat {
      let page = try await source.records(matching: query)
      got += page.records
      query.goOn(after: page)
      guard page.next != nil else { break }
    } while got.count <= added.count
    expect(got == Array(added), "following gave \(got.count) records instead of \(added.count), or in another order than they were stored")
    expect(try await source.records(matching: query).records.isEmpty, "following gave a record twice")

    var rare = LogQuery([.text("no record says this")], limit: 2)
    rare.storedAfter = end
    let none = try await source.records(matching: rare)
    expect(none.records.isEmpty && none.next == nil, "a filter that matches nothing gave something")
    expect(none.storedUpTo != nil && none.storedUpTo == query.storedAfter, "a page without records does not say how far it was searched")

    var frozen = LogQuery(limit: .max)
    frozen.storedUpTo = end
    frozen.storedAfter = nil
    let state = try await source.records(matching: possible(frozen))
    expect(Set(state.records.map(\.id)).isDisjoint(with: added.map(\.id)), "a page up to a place has records that were stored later")
  }

  // MARK: What is expected

  private func expected(_ query: LogQuery) -> [LogRecord] {
    let isOldestFirst = query.order == .oldestFirst
    return model.filter { query.matches($0, regex: RecordRandom.regex) }.sorted { one, other in
      isOldestFirst ? (one.at, one.id) < (other.at, other.id) : (one.at, one.id) > (other.at, other.id)
    }
  }

  /// The query without what the source cannot do.
  private func possible(_ query: LogQuery) -> LogQuery {
    var query = query
    if !source.limits.hasOldestFirst { query.order = .newestFirst }
    if source.limits.refusal(of: query) != nil { query.conditions = [] }
    return query
  }

  private static func isSame(_ one: LogRecord, _ other: LogRecord) -> Bool {
    var copy = one
    copy.id = other.id
    return copy == other
  }

  private mutating func expect(_ holds: Bool, _ sentence: @autoclosure () -> String) { if !holds { violations.append(sentence()) } }

  private mutating func refused(_ what: String, _ ask: () async throws -> LogPage) async {
    do {
      _ = try await ask()
      violations.append("\(what) was answered")
    } catch {
      expect(error is LogSourceError, "\(what) was refused by \(type(of: error)), not in a sentence of the port")
    }
  }
}
