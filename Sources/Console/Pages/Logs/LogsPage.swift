import ClusterModel
import Screen
import TelemetryModel
import TimeFormat
import Views

extension PageID {
  package static let logs = PageID("logs")
}

extension CommandID {
  package static let rowLogs = CommandID("row-logs")
  package static let nextMatch = CommandID("next-match")
  package static let previousMatch = CommandID("previous-match")
  package static let matchesOnly = CommandID("matches-only")
  package static let follow = CommandID("follow")
  package static let older = CommandID("older")
}

/// Search in the records of all pods, dead ones too.
package struct LogsPage: Page {
  package static let spec = PageSpec(
    .logs, title: "Logs", tab: .init(key: "4", doc: "Logs: search the records of all pods, deleted ones too"),
    link: .init(name: "logs", rest: .filter),
    search: .init("request:ID  service:NAME  level:>=WARN  status:5xx  \"words\"  /regex/  since:15m", prompt: "/ "),
    uses: [.owner, .raw],
    commands: [
      Command(.nextMatch, .search, ["n"], "Next match", scope: .pages),
      Command(.previousMatch, .search, ["N"], "Previous match", scope: .pages),
      Command(.matchesOnly, .search, ["&"], "Matches only, or matches in their context", scope: .pages, hint: "context"),
      Command(
        .follow, .search, ["f"], "Follow new records", scope: .pages, hint: "follow", hintRank: 5, disabled: { $0.pinnedRefusal }),
      .widerRange, .narrowerRange,
      Command(
        .older, .search, ["<"], "Load older records", scope: .pages,
        disabled: { ($0.page as? LogsPage)?.next == nil ? "there is nothing older in the range" : nil }),
    ],
    rowCommands: [
      Command(
        .rowLogs, .go, ["l"], "Logs of the row", scope: .pages, hint: "logs", hintRank: 4,
        action: .leads { row, _ in row.logQuery.map { Place(.logs, filter: $0) } },
        disabled: { $0.selection.findsLogs == nil ? "No logs of this row." : nil })
    ])
  static let spans: [(name: String, span: Duration?)] = [
    ("5 min", .seconds(300)), ("15 min", .seconds(900)), ("1 h", .seconds(3600)), ("6 h", .seconds(21_600)), ("24 h", .seconds(86_400)),
    ("7 d", .seconds(604_800)), ("all time", nil),
  ]
  private static let buckets = 120
  package static let slot = "search"

  private(set) var query: String
  private(set) var list = ListState()
  private(set) var spanIndex = 2
  private(set) var matchesOnly = true
  private(set) var isFollowing = true
  private(set) var view = LogsView(matches: [])
  private(set) var histogram: [Int] = []
  private(set) var histogramRange: Range<Timestamp>?
  /// Where older records go on.
  private(set) var next: LogCursor?
  /// The query cannot be read or answered: one sentence.
  private(set) var error: String?
  private(set) var isLoaded = false
  /// The query asks for one request.
  private(set) var isRequest: Bool
  private var gate = NewsGate()
  var isLoading: Bool { gate.isLoading }
  private var answer: LogSearch.Answer?
  /// Records on which a regular expression of the query gave up.
  var undecided: Int { answer?.undecided ?? 0 }
  /// When the search was last asked as a whole: its range and its histogram are as old.
  private var searchedAt: Timestamp?
  /// How long new records are only added to what is there.
  private static let freshness = Duration.seconds(60)

  package init(query: String = "") {
    self.query = query
    isRequest = SearchText.isRequest(query)
    if isRequest { (isFollowing, spanIndex) = (false, Self.spans.count - 1) }
  }
  package init?(_ place: Place, _ context: PageContext) { self.init(query: place.filter) }

  package var place: Place { Place(.logs, filter: query) }
  package var lists: [ListState] {
    get {
      var list = list
      list.anchor = isFollowing ? nil : view.record(at: list.selected).map(Self.key) ?? list.anchor
      return [list]
    }
    set { list = newValue[0] }
  }
  package var settings: [String: String] {
    get { ["range": "\(spanIndex)", "context": "\(!matchesOnly)", "follow": "\(isFollowing)"] }
    set {
      spanIndex = newValue["range"].flatMap { Int($0) }.flatMap { Self.spans.indices.contains($0) ? $0 : nil } ?? spanIndex
      matchesOnly = newValue["context"] != "true"
      isFollowing = newValue["follow"] == "true"
    }
  }

  private static func key(_ record: LogRecord) -> String { "\(record.id)" }

  package mutating func update(_ input: PageInput, _ context: PageContext) -> PageOutcome {
    switch input {
    case .opened: return load(context)
    case .changed(.logs):
      guard context.pin == nil, isFollowing || !isLoaded else { return .done }
      return gate.admits() ? load(context, adds: true) : .done
    case .answered(_, let result): return receive(result, context)
    case .command(let command, let argument): return perform(command, argument, context)
    case .picked(let row, _):
      list.selected = row
      isFollowing = false
    case .refreshed, .changed, .sorted: break
    }
    return .done
  }

  /// Where new records go on, while they can be added to what is there.
  private func addsAfter(_ context: PageContext) -> LogCursor? {
    guard isLoaded, isFollowing, matchesOnly, error == nil, let answer, answer.matches.count < 2 * LogSearch.limit, let searchedAt,
      context.moment - searchedAt < Self.freshness
    else { return nil }
    return answer.storedUpTo
  }

  private mutating func load(_ context: PageContext, older: Bool = false, adds: Bool = false) -> PageOutcome {
    let after = adds ? addsAfter(context) : nil
    let written: LogQuery
    switch SearchText.parse(query, now: context.moment) {
    case .success(let parsed):
      written = parsed
      error = nil
    case .failure(let problem):
      error = problem.sentence
      return .done
    }
    let end = context.pin == nil ? context.moment + .seconds(60) : context.moment
    let range: Range<Timestamp>?
    if let own = written.range {
      range = own
    } else if let span = Self.spans[spanIndex].span {
      range = (context.moment - span)..<end
    } else {
      range = context.pin == nil ? nil : Timestamp(nanoseconds: 0)..<end
    }
    gate.ask()
    let bounds = (after == nil ? range : nil) ?? histogramRange ?? (context.moment - .seconds(86_400))..<end
    histogramRange = bounds
    if after == nil, !older { searchedAt = context.moment }
    return .load(
      LogSearch(
        written.conditions, range: range, cursor: older ? next : nil, after: after, withContext: !matchesOnly, histogram: bounds,
        buckets: Self.buckets),
      Self.slot)
  }

  private mutating func receive(_ result: Result<any Sendable, QueryFailure>, _ context: PageContext) -> PageOutcome {
    let asksAgain = gate.answered()
    isLoaded = true
    switch result {
    case .failure(let failure): error = failure.sentence
    case .success(let answer as LogSearch.Answer):
      error = nil
      list.anchor = isFollowing ? nil : view.record(at: list.selected).map(Self.key) ?? list.anchor
      if answer.isCut { return load(context) }
      if answer.isAddition, var known = self.answer {
        known.matches = (known.matches + answer.matches).sorted { ($0.at, $0.id) < ($1.at, $1.id) }
        known.lifecycle += answer.lifecycle
        known.storedUpTo = answer.storedUpTo
        known.undecided += answer.undecided
        self.answer = known
        if Self.spans[spanIndex].span == nil { spreadHistogram(known.matches) } else { count(answer.matches) }
      } else if answer.isContinuation, var known = self.answer {
        if !matchesOnly, let first = (known.matches + known.context).min(by: { ($0.at, $0.id) < ($1.at, $1.id) }) {
          known.breaks.insert(first.id)
        }
        known.breaks.formUnion(answer.breaks)
        known.matches = answer.matches + known.matches
        known.context = answer.context + known.context
        known.lifecycle = answer.lifecycle + known.lifecycle
        known.next = answer.next
        known.undecided += answer.undecided
        self.answer = known
      } else {
        self.answer = answer
        histogram = answer.histogram
        if Self.spans[spanIndex].span == nil { spreadHistogram(answer.matches) }
      }
      next = self.answer?.next
      if let all = self.answer {
        // A pinned moment knows nothing of what became of the pods later.
        let lifecycle = all.lifecycle.unique().filter { context.pin == nil || $0.at <= context.moment }
        view = LogsView(
          matches: all.matches, context: all.context, breaks: all.breaks, lifecycle: lifecycle, hasOlder: all.next != nil)
      }
      stand()
      if asksAgain { return load(context, adds: true) }
    case .success: break
    }
    return .done
  }

  /// Counts records that were added in the histogram that is there.
  private mutating func count(_ records: [LogRecord]) {
    guard let range = histogramRange, histogram.count == Self.buckets else { return }
    let width = max(1, (range.upperBound - range.lowerBound).nanoseconds / Int64(Self.buckets))
    for record in records where range.contains(record.at) {
      histogram[min(Self.buckets - 1, Int((record.at - range.lowerBound).nanoseconds / width))] += 1
    }
  }

  /// Without a range the histogram is that of the records that were found.
  private mutating func spreadHistogram(_ records: [LogRecord]) {
    guard let first = records.map(\.at).min(), let last = records.map(\.at).max(), first < last else { return }
    histogramRange = first..<(last + .milliseconds(1))
    histogram = [Int](repeating: 0, count: Self.buckets)
    let whole = Double((last - first).nanoseconds)
    for record in records {
      histogram[min(Self.buckets - 1, Int(Double((record.at - first).nanoseconds) / whole * Double(Self.buckets)))] += 1
    }
  }

  /// Puts the cursor on the record on which it was; without one on the newest, or on the beginning of a request.
  private mutating func stand() {
    let found = list.anchor.flatMap { anchor in view.rows.indices.first { view.record(at: $0).map(Self.key) == anchor } }
    list.selected = found ?? (isRequest ? 0 : max(0, view.rows.count - 1))
    list.fill(view.rows.count)
  }

  private mutating func perform(_ command: CommandID, _ argument: String, _ context: PageContext) -> PageOutcome {
    let wasAtTop = list.selected == 0
    if list.move(command) {
      if list.selected < view.rows.count - 1 { isFollowing = false }
      if command == .up || command == .pageUp, wasAtTop, next != nil, !isLoading { return load(context, older: true) }
      return .done
    }
    switch command {
    case .enter:
      guard let record = view.record(at: list.selected) else { return .say("This row is not a record.") }
      return .show(.text(.record(record, face: context.face, isRaw: false)))
    case .search:
      query = argument
      isLoaded = false
      list.reset()
      isRequest = SearchText.isRequest(query)
      if isRequest { spanIndex = Self.spans.count - 1 } else if Self.spans[spanIndex].span == nil { spanIndex = 2 }
      isFollowing = !isRequest && context.pin == nil
      return load(context)
    case .matchesOnly:
      matchesOnly.toggle()
      var outcome = load(context)
      outcome.note = Note(matchesOnly ? "Matches only" : "Matches in the records of their pod around them")
      return outcome
    case .follow:
      isFollowing.toggle()
      return isFollowing ? load(context) : .done
    case .widerRange, .narrowerRange:
      spanIndex = max(0, min(Self.spans.count - 1, spanIndex + (command == .widerRange ? 1 : -1)))
      return load(context)
    case .older: return load(context, older: true)
    case .nextMatch, .previousMatch:
      let step = command == .nextMatch ? 1 : -1
      var index = list.selected + step
      while view.rows.indices.contains(index) {
        if case .record(_, true) = view.rows[index] {
          list.selected = index
          isFollowing = false
          return .done
        }
        index += step
      }
      return .say(step > 0 ? "No match below." : "No match above.")
    case .clear:
      guard !query.isEmpty else { return .ignored }
      (query, isRequest) = ("", false)
      (spanIndex, isFollowing, isLoaded) = (2, context.pin == nil, false)
      return load(context)
    default: return .ignored
    }
  }

  package func selection(_ context: PageContext) -> Selection {
    guard let record = view.record(at: list.selected) else { return Selection() }
    return Selection(record: record, context)
  }

  private func report(_ context: PageContext) -> Report {
    var report = view.report(query: query, face: context.face)
    if let sentence = LogSearch.undecided(undecided) { report.add(.text(sentence)) }
    return report
  }

  package func document(_ context: PageContext) -> Document {
    Document(
      isLoading: !isLoaded && error == nil,
      report: { error.map { Report("Logs: \(query)", [.text($0)]) } ?? report(context) },
      json: { view.jsonLines },
      values: {
        [
          "query": query, "records": "\(view.matches)", "services": "\(view.services.count)",
          "serviceNames": view.services.joined(separator: " "), "podsGone": "\(view.podsGone)",
        ]
      })
  }
}

extension [PodLifecycleEvent] {
  /// In time order, each once.
  func unique() -> [PodLifecycleEvent] {
    var seen: Set<PodLifecycleEvent> = []
    return sorted { $0.at < $1.at }.filter { seen.insert($0).inserted }
  }
}
