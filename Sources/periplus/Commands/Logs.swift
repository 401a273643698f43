import ArgumentParser
import RecordStore
import StateDirectory
import TelemetryModel
import TimeFormat
import Views

struct Logs: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Search the log records of all pods, also of those that are gone.",
    discussion: """
      Words after the options are a query as on the Logs page: service:orders level:>=WARN status:5xx "some text" /regex/ -without. \
      Records come oldest first; without --since and --limit the last \(LogSearch.limit) that match, as on the page.
      """)

  @OptionGroup var read: ReadOptions
  @Option(name: .customLong("request-id"), help: "Records of this request.") var requestID: String?
  @Option(help: "Records of this service.") var service: String?
  @Option(help: "This level or worse: DEBUG, INFO, WARN, ERROR.") var level: String?
  @Option(help: ArgumentHelp("Records of the last 15m, 2h, 1d …", valueName: "duration")) var since: DurationOption?
  @Option(help: ArgumentHelp("Lines that match this regular expression (PCRE2).", valueName: "regex")) var grep: String?
  @Option(help: "At most so many records.") var limit: Int?
  @Flag(help: "Go on with new records as they come, until ctrl-c.") var follow = false
  @Argument(help: "A query; one that begins with - goes after --.") var query: [String] = []

  func validate() throws {
    if let level, !["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"].contains(level.uppercased()) {
      throw ValidationError("--level expects DEBUG, INFO, WARN or ERROR, but got \(level).")
    }
    if let limit, limit < 1 { throw ValidationError("--limit expects at least 1, but got \(limit).") }
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
    if let level { wanted.conditions.append(.field("level", .atLeast, level.uppercased())) }
    if let grep { wanted.conditions.append(.regex(grep)) }
    if let since { wanted.range = (now - since.duration)..<Timestamp(nanoseconds: .max) }
    // The query may say both itself: limit:20 order:oldest.
    let isLimitGiven = wanted.limit != LogQuery().limit
    let isOrderGiven = wanted.order != LogQuery().order
    let isWhole = since != nil || requestID != nil || limit != nil
    if let limit { wanted.limit = limit } else if !isLimitGiven { wanted.limit = isWhole ? .max : LogSearch.limit }
    if !isOrderGiven { wanted.order = isWhole && limit == nil && !isLimitGiven ? .oldestFirst : .newestFirst }
    var complaint: String?
    if requestID != nil, !follow {
      // A request is asked for right after it was made.
      let catchUp = CatchUp(home: try read.home.resolve())
      complaint = catchUp.complaint(await catchUp.wait(store))
    }
    let newest = follow ? await store.newestID() : .max
    let found = try await print(wanted, newest: newest, from: store)
    if let complaint { Output.complain("records of this request may be missing; \(complaint)") }
    if follow { return try await goOn(wanted, after: newest, besides: found.later, from: store) }
    if !found.any { throw Problem.finding(read.json ? "" : "no record matches; periplus status tells what is collected") }
  }

  /// Prints page after page, so that a million records need no memory.
  /// - Returns: whether there was any, and those that were stored after `newest`.
  private func print(
    _ query: LogQuery, newest: Int64, from store: StoreReader
  ) async throws -> (any: Bool, later: Set<Int64>) {
    var query = query
    var left = query.limit
    var later: Set<Int64> = []
    var isAny = false
    // Newest first is for a bounded tail, which is printed as it happened: kept, and turned around at the end.
    var tail: [LogRecord] = []
    repeat {
      query.limit = min(left, 5000)
      let page = try await store.records(matching: query)
      if query.order == .newestFirst { tail += page.records } else { for record in page.records { line(record) } }
      isAny = isAny || !page.records.isEmpty
      later.formUnion(page.records.lazy.map(\.id).filter { $0 > newest })
      left -= page.records.count
      query.cursor = page.next
    } while query.cursor != nil && left > 0
    for record in tail.reversed() { line(record) }
    return (isAny, later)
  }

  /// In the order of storing: a line of one pod may be stored after a younger one of another.
  private func goOn(_ query: LogQuery, after start: Int64, besides printed: Set<Int64>, from store: StoreReader) async throws {
    var query = query
    query.order = .oldestFirst
    query.limit = 5000
    query.storedAfter = start
    var revision = await store.revision()
    while true {
      let page = try await store.records(matching: query)
      for record in page.records where !printed.contains(record.id) { line(record) }
      if let record = page.records.last { query.storedAfter = record.id }
      if page.records.count == query.limit { continue }
      while await store.revision() == revision { try await Task.sleep(for: .milliseconds(200)) }
      revision = await store.revision()
    }
  }

  private func line(_ record: LogRecord) {
    if read.json { return Output.line(record.jsonLine) }
    let level = (record.level?.word ?? "-").padding(5)
    Output.line(
      SafeText.line("\(read.face.full(record.at))  \(level)  \(record.service.padding(9))  \(record.origin.pod)  \(record.message)"))
  }
}
