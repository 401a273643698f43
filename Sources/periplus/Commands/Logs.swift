import ArgumentParser
import RecordStore
import Screen
import Spelling
import StateDirectory
import TelemetryModel
import TimeFormat
import Views

struct Logs: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Search the log records of all pods, also of those that are gone.",
    discussion: """
      Words after the options are a query as on the Logs page: service:api level:>=WARN status:5xx "some text" /regex/ -without. \
      Records come oldest first; without --since and --limit the last \(LogSearch.limit) that match, as on the page.
      """)

  @OptionGroup var read: ReadOptions
  @Option(name: .customLong("request-id"), help: "Records of this request.") var requestID: String?
  @Option(help: "Records of this service.", completion: Candidates.services) var service: String?
  @Option(help: "This level or worse: TRACE, DEBUG, INFO, WARN, ERROR, FATAL.", completion: Candidates.levels) var level: String?
  @Option(help: ArgumentHelp("Records of the last 15m, 2h, 1d …", valueName: "duration")) var since: DurationOption?
  @Option(help: ArgumentHelp("Lines that match this regular expression (PCRE2).", valueName: "regex")) var grep: String?
  @Option(help: "At most so many records.") var limit: Int?
  @Option(
    name: [.customShort("C"), .customLong("around")],
    help: ArgumentHelp(
      "As grep -C: also so many records of the same pod before and after each match; -- stands between groups.", valueName: "records"))
  var context: Int?
  @Flag(help: "Go on with new records as they come, until ctrl-c.") var follow = false
  @Argument(help: "A query; one that begins with - goes after --.", completion: Candidates.query) var query: [String] = []

  func validate() throws {
    if let level, LogLevel(word: level) == nil {
      let words = LogLevel.allCases.map(\.word)
      let hint = EditDistance.nearest(to: level, among: words).map { "did you mean \($0)? The" } ?? "the"
      throw ValidationError("Unknown level \(level); \(hint) levels are \(words.joined(separator: ", ")).")
    }
    if let limit, limit < 1 { throw ValidationError("--limit expects at least 1, but got \(limit).") }
    guard let context else { return }
    if !(0...100).contains(context) { throw ValidationError("-C expects 0 to 100 records, but got \(context).") }
    if follow { throw ValidationError("-C wants records that are there, and --follow those to come: give one of them.") }
    if read.json { throw ValidationError("-C is for people, and --json prints matches alone: give one of them.") }
    if let limit, limit > LogSearch.limit {
      throw ValidationError("-C looks around at most \(LogSearch.limit) matches, but --limit is \(limit).")
    }
  }

  func run() async throws {
    let store = try read.store()
    let now = WallClock.now()
    var wanted = LogQuery()
    if !query.isEmpty {
      do { wanted = try LogQueryParser.parse(query.joined(separator: " "), now: now) } catch { throw Problem.usage("\(error)") }
    }
    if let requestID { wanted.conditions.append(.requestID(requestID)) }
    if let service { wanted.conditions.append(.field("service", .equal, service)) }
    if let level = level.flatMap(LogLevel.init(word:)) { wanted.conditions.append(.field("level", .atLeast, level.word)) }
    if let grep { wanted.conditions.append(.regex(grep)) }
    try wanted.checkPatterns()
    if let since { wanted.range = (now - since.duration)..<Timestamp(nanoseconds: .max) }
    // The query may say both itself: limit:20 order:oldest.
    let isLimitGiven = wanted.limit != LogQuery().limit
    let isOrderGiven = wanted.order != LogQuery().order
    let isWhole = since != nil || requestID != nil || limit != nil
    if let limit { wanted.limit = limit } else if !isLimitGiven { wanted.limit = isWhole ? .max : LogSearch.limit }
    if !isOrderGiven { wanted.order = isWhole && limit == nil && !isLimitGiven ? .oldestFirst : .newestFirst }
    if context != nil { wanted.limit = min(wanted.limit, LogSearch.limit) }
    var complaint: String?
    if requestID != nil, !follow {
      // A request is asked for right after it was made.
      let catchUp = CatchUp(home: try read.home.resolve())
      complaint = catchUp.complaint(await catchUp.wait(store))
    }
    // Waiting for changes begins before the first look: nothing is missed between the two.
    let changes = follow ? store.changes() : nil
    let found =
      if let context { try await print(wanted, context: context, from: store) } else { try await print(wanted, from: store) }
    if let sentence = LogSearch.undecided(found.undecided) { Output.complain(sentence) }
    if let complaint { Output.complain("records of this request may be missing; \(complaint)") }
    if let changes { return try await goOn(wanted, after: found.end, changes, from: store) }
    if !found.any {
      guard !read.json else { throw Problem.finding() }
      // What could not be tested may match.
      guard found.undecided == 0 else { throw Problem.finding("no other record matches") }
      // Which clusters are watched is not known here; those that the query names, and those that a recorder leaves alone, are.
      let sources = await store.completeness()
      let known = Array(Set(sources.lazy.filter { $0.name == "k8s" }.map(\.cluster))).sorted()
      let uncollected = LogCoverage(sources).complaint(of: known, query: wanted, ground: GroundConnection.clusterName)
      throw Problem.finding("no record matches; \(wanted.fieldHint)" + (uncollected ?? "periplus status tells what is collected"))
    }
  }

  private struct Found {
    var any: Bool
    /// The end of what was searched.
    var end: LogCursor?
    /// Records on which a regular expression gave up.
    var undecided: Int
  }

  /// As `grep -C`: the matches among their neighbours, and `--` where records are left out.
  private func print(_ query: LogQuery, context count: Int, from store: StoreReader) async throws -> Found {
    let page = try await store.records(matching: query)
    let matches = query.order == .newestFirst ? page.records.reversed() : page.records
    let context = try await LogContext.load(around: matches, count: count, from: store)
    for row in LogsView(matches: matches, context: context.records, breaks: context.breaks).rows {
      switch row {
      case .record(let record, _): line(record)
      case .gap: Output.line("--")
      case .lifecycle: break
      }
    }
    return Found(any: !matches.isEmpty, end: page.storedUpTo, undecided: page.undecided)
  }

  /// Prints page after page of one state of the store, so that a million records need no memory.
  private func print(_ query: LogQuery, from store: StoreReader) async throws -> Found {
    var query = query
    var left = query.limit
    var isAny = false
    var undecided = 0
    // Newest first is for a bounded tail, which is printed as it happened: kept, and turned around at the end.
    var tail: [LogRecord] = []
    repeat {
      query.limit = min(left, 5000)
      let page = try await store.records(matching: query)
      if query.order == .newestFirst { tail += page.records } else { for record in page.records { line(record) } }
      isAny = isAny || !page.records.isEmpty
      undecided += page.undecided
      left -= page.records.count
      query.cursor = page.next
      query.storedUpTo = page.storedUpTo
    } while query.cursor != nil && left > 0
    for record in tail.reversed() { line(record) }
    return Found(any: isAny, end: query.storedUpTo, undecided: undecided)
  }

  /// In the order of storing: a line of one pod may be stored after a younger one of another.
  private func goOn(_ query: LogQuery, after start: LogCursor?, _ changes: AsyncStream<Void>, from store: StoreReader) async throws {
    var query = query
    query.limit = 5000
    query.storedAfter = start
    var changes = changes.makeAsyncIterator()
    repeat {
      var hasMore = false
      repeat {
        let page = try await store.records(matching: query)
        for record in page.records { line(record) }
        query.goOn(after: page)
        hasMore = page.next != nil
        if let sentence = LogSearch.undecided(page.undecided) { Output.complain(sentence) }
      } while hasMore
    } while await changes.next() != nil
  }

  private func line(_ record: LogRecord) {
    if read.json { return Output.json(record.jsonLine) }
    let level = (record.level?.word ?? "-").padding(5)
    let role: Role? = (record.level ?? .info) >= .error ? .red : record.level == .warn ? .amber : nil
    let rest = Visible.text("\(record.service.padding(9))   \(record.origin.pod)   \(record.message)")
    Output.line("\(read.face.full(record.at))   \(role.map { TerminalInk.current(level, $0) } ?? level)   \(rest)")
  }
}

extension LogQuery {
  /// `is servce: meant to be service:? ` for fields that are nearly called as one that every record has; else empty.
  fileprivate var fieldHint: String {
    misspeltFields.map { "is \($0.written): meant to be \($0.known):? " }.joined()
  }
}
