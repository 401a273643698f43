import ArgumentParser
import ClusterFeed
import ClusterModel
import JSONBytes
import RecordStore
import StateDirectory
import TelemetryModel
import TimeFormat
import Views

/// Options that every reading command has.
struct ReadOptions: ParsableArguments {
  @OptionGroup var home: HomeOptions
  @Flag(help: "One JSON object a line, with stable keys (docs/json.md).") var json = false
  @Flag(help: "Show local times instead of UTC.") var local = false

  var face: ClockFace {
    local ? ClockFace(offset: WallClock.localOffset(at: WallClock.now()), name: "local") : .utc
  }

  func store() throws -> StoreReader { StoreReader(directory: try home.resolve().store) }

  /// Prints a report as text, or its JSON lines.
  func show(_ report: Report, _ lines: [String]) {
    if json {
      for line in lines { Output.line(line) }
    } else {
      for line in report.text(width: TerminalWidth.columns) { Output.line(line) }
    }
  }
}

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

struct Request: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Everything about one request: its records in all services, the pods that served it and what became of them.",
    discussion: "Waits up to 2 s for what was written before the command; says so where collection is further behind.")

  @OptionGroup var read: ReadOptions
  @Argument(help: "the request's id, as in the x-request-id header") var id: String

  func run() async throws {
    let store = try read.store()
    let catchUp = CatchUp(home: try read.home.resolve())
    let collection = await catchUp.wait(store)
    var view = try await RequestLookup(id: id).run(Sources(logs: store, ledger: store))
    guard view.records > 0 else {
      if let complaint = catchUp.complaint(collection) { throw Problem.finding("no record carries the request id \(id) yet; \(complaint)") }
      throw Problem.finding("no record carries the request id \(id); ids are compared exactly, and periplus status tells what is collected")
    }
    view.collection = collection
    read.show(view.report(face: read.face), view.jsonLines)
  }
}

struct Reschedules: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "The reschedule ledger: which pods were replaced or restarted, why, and for how long something was missing.",
    discussion: """
      Planned is what a workload's own specification asks for: rollout, scale, completed. Everything else counts as unplanned, also \
      a pod that was deleted by hand or drained.
      """)

  @OptionGroup var read: ReadOptions
  @Option(help: ArgumentHelp("The last 15m, 2h, 7d … (default 1d).", valueName: "duration")) var since: DurationOption?
  @Flag(name: .customLong("by-time"), help: "In the order of time instead of by workload.") var byTime = false

  func run() async throws {
    let store = try read.store()
    let now = WallClock.now()
    let span = since?.duration ?? .seconds(86_400)
    let history = try await LedgerHistory(since: now - span).run(Sources(logs: store, ledger: store))
    let view = ReschedulesView(
      history.reschedules, gaps: history.gaps, ledger: LedgerCoverage(await store.completeness(), now: now), now: now,
      span: span)
    read.show(view.report(face: read.face, span: span.brief, order: byTime ? .byTime : .byWorkload), view.jsonLines)
  }
}

struct Health: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "What is red, amber, green or grey, and why.", discussion: "Exit code 1 when something is red.")

  @OptionGroup var read: ReadOptions
  @Option(help: ArgumentHelp("Also look at this context of KUBECONFIG; may be given more than once.", valueName: "context")) var context:
    [String] = []

  func run() async throws {
    let wiring = try ConsoleWiring(home: try read.home.resolve(), contexts: context)
    guard !wiring.feeds.isEmpty else {
      throw Problem.environment("there is no cluster to look at; periplus up starts the proving ground, --context names one of KUBECONFIG")
    }
    let watching = Task { await wiring.watchClusters() }
    defer { watching.cancel() }
    await FirstSight(feeds: wiring.feeds).wait()
    let now = WallClock.now()
    let reschedules = try await wiring.store.reschedules(since: now - .seconds(86_400))
    let clusters = wiring.feeds.map { feed in
      let snapshot = feed.current()
      return ClusterHealth(snapshot: snapshot, verdicts: HealthAssessment.verdicts(on: snapshot, reschedules: reschedules, now: now))
    }
    let view = HealthView(
      clusters: clusters, reschedules: reschedules, ledger: LedgerCoverage(await wiring.store.completeness(), now: now), now: now)
    read.show(view.report(face: read.face), view.jsonLines)
    if view.hasRed { throw Problem.finding() }
  }
}
