import ClusterModel
import Screen
import TelemetryModel
import TimeFormat
import Views

/// Search in the records of all pods, dead ones too.
package struct LogsPage: PageBehavior {
  static let kind = PageKind.logs
  static let spans: [(name: String, span: Duration?)] = [
    ("5 min", .seconds(300)), ("15 min", .seconds(900)), ("1 h", .seconds(3600)), ("6 h", .seconds(21_600)), ("24 h", .seconds(86_400)),
    ("7 d", .seconds(604_800)), ("all time", nil),
  ]
  static let limit = 500
  private static let buckets = 120

  var query: String
  var list = ListCursor()
  var spanIndex = 2
  var matchesOnly = true
  var isFollowing = true
  var view = LogsView(matches: [])
  var histogram: [Int] = []
  var histogramRange: Range<Timestamp>?
  var next: LogCursor?
  /// The query cannot be read or answered: one sentence.
  var error: String?
  var isLoaded = false
  /// The query asks for one request.
  private var isRequest: Bool
  private var number = 0
  private var isLoading = false
  private var hasNews = false
  private var answer: LogsAnswer?
  /// The record to stand on when the answer comes.
  private var anchor: Int64?

  package init(query: String = "") {
    self.query = query
    isRequest = LogSearch.isRequest(query)
    if isRequest { (isFollowing, spanIndex) = (false, Self.spans.count - 1) }
  }

  var title: String { "Logs" }
  var link: String { "logs" + (query.isEmpty ? "" : "/\(query)") }
  var hasOlder: Bool { next != nil }

  mutating func refresh(_ shared: Shared) {}

  mutating func opened(_ shared: inout Shared) -> [Effect] { load(&shared) }

  private mutating func load(_ shared: inout Shared, older: Bool = false) -> [Effect] {
    let written: LogQuery
    switch LogSearch.parse(query, now: shared.moment) {
    case .success(let parsed):
      written = parsed
      error = nil
    case .failure(let problem):
      error = problem.sentence
      return []
    }
    let end = shared.pin == nil ? shared.moment + .seconds(60) : shared.moment
    let range: Range<Timestamp>?
    if let own = written.range {
      range = own
    } else if let span = Self.spans[spanIndex].span {
      range = (shared.moment - span)..<end
    } else {
      range = shared.pin == nil ? nil : Timestamp(nanoseconds: 0)..<end
    }
    number = shared.nextQuery()
    isLoading = true
    hasNews = false
    let bounds = range ?? histogramRange ?? (shared.moment - .seconds(86_400))..<end
    let request = LogsRequest(
      number: number,
      query: LogQuery(written.conditions, range: range, order: .newestFirst, limit: Self.limit, cursor: older ? next : nil),
      withContext: !matchesOnly && !written.conditions.isEmpty, histogram: bounds, buckets: Self.buckets, isOlder: older)
    histogramRange = bounds
    return [.loadLogs(request)]
  }

  mutating func receive(_ message: Message, _ shared: inout Shared) -> [Effect] {
    switch message {
    case .logsChanged:
      guard shared.pin == nil, isFollowing || !isLoaded else { return [] }
      if isLoading {
        hasNews = true
        return []
      }
      return load(&shared)
    case .logs(number, let answer):
      isLoading = false
      isLoaded = true
      error = nil
      anchor = isFollowing ? nil : view.record(at: list.selected)?.id
      if answer.isOlder, let known = self.answer {
        self.answer = LogsAnswer(
          matches: answer.matches + known.matches, context: answer.context + known.context, lifecycle: answer.lifecycle + known.lifecycle,
          histogram: known.histogram, next: answer.next, isOlder: false)
      } else {
        self.answer = answer
        histogram = answer.histogram
        if Self.spans[spanIndex].span == nil { spreadHistogram(answer.matches) }
      }
      next = answer.next
      if let all = self.answer {
        view = LogsView(matches: all.matches, context: all.context, lifecycle: all.lifecycle.unique(), hasOlder: answer.next != nil)
      }
      place()
      return hasNews ? load(&shared) : []
    case .logsFailed(number, let sentence):
      isLoading = false
      isLoaded = true
      error = sentence
      return []
    default: return []
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

  private mutating func place() {
    if let anchor,
      let index = view.rows.firstIndex(where: { row in
        if case .record(let record, _) = row { return record.id == anchor }
        return false
      })
    {
      list.selected = index
    } else if isRequest {
      list.selected = 0
    } else {
      list.selected = max(0, view.rows.count - 1)
    }
    list.clamp(view.rows.count)
  }

  mutating func perform(_ command: CommandID, _ argument: String, _ shared: inout Shared) -> PageOutcome {
    let wasAtTop = list.selected == 0
    if list.move(command, count: view.rows.count, page: shared.listRows) {
      if list.selected < view.rows.count - 1 { isFollowing = false }
      if command == .up || command == .pageUp, wasAtTop, next != nil, !isLoading { return .effects(load(&shared, older: true)) }
      return .done
    }
    switch command {
    case .enter:
      guard let record = view.record(at: list.selected) else { return .say("The row is no record.") }
      return PageOutcome(layer: .text(TextLayer.record(record, face: shared.face, isRaw: false)))
    case .search:
      query = argument
      isLoaded = false
      list = ListCursor()
      isRequest = LogSearch.isRequest(query)
      if isRequest { spanIndex = Self.spans.count - 1 } else if Self.spans[spanIndex].span == nil { spanIndex = 2 }
      isFollowing = !isRequest && shared.pin == nil
      return .effects(load(&shared))
    case .matchesOnly:
      matchesOnly.toggle()
      return PageOutcome(
        effects: load(&shared), note: Note(matchesOnly ? "Matches only" : "Matches in the records of their pod around them"))
    case .follow:
      isFollowing.toggle()
      return isFollowing ? .effects(load(&shared)) : .done
    case .widerRange, .narrowerRange:
      spanIndex = max(0, min(Self.spans.count - 1, spanIndex + (command == .widerRange ? 1 : -1)))
      return .effects(load(&shared))
    case .older: return .effects(load(&shared, older: true))
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
    case .back:
      guard !query.isEmpty else { return .ignored }
      (query, isRequest) = ("", false)
      (spanIndex, isFollowing, isLoaded) = (2, shared.pin == nil, false)
      return .effects(load(&shared))
    default: return .ignored
    }
  }

  mutating func select(row: Int, pane: Int) {
    list.selected = row
    isFollowing = false
  }

  func subject(_ shared: Shared) -> Subject {
    guard let record = view.record(at: list.selected) else { return Subject() }
    return Subject(record: record, shared: shared)
  }

  // MARK: Drawing

  func draw(_ area: Rect, on canvas: inout Canvas) {
    drawHeader(area, canvas)
    var row = 1
    if area.height >= 8 {
      drawHistogram(area, row, canvas)
      row += 1
    }
    let detailRows = area.height >= 18 ? min(12, max(4, area.height / 5)) : (area.height >= 12 ? 3 : 0)
    let body = Rect(x: area.x, y: area.y + row, width: area.width, height: max(0, area.height - row - detailRows))
    guard error == nil, !view.rows.isEmpty else {
      drawEmpty(body, canvas)
      return
    }
    let face = canvas.shared.face
    let isLoose = !isRequest
    let table = Table(
      columns: isLoose ? LogsView.looseColumns : LogsView.columns, rowCount: view.rows.count, selected: list.selected, scroll: list.top
    ) { view.row($0, face: face, isLoose: isLoose) }
    canvas.listRows = table.visibleRows(height: body.height)
    canvas.draw(table, in: body, pane: 0)
    let room = table.layout(width: body.width).last?.width ?? 0
    if detailRows > 0 { drawDetail(Rect(x: area.x, y: body.endY, width: area.width, height: detailRows), messageRoom: room, canvas) }
  }

  private func drawHeader(_ area: Rect, _ canvas: Canvas) {
    var left: StyledLine = [Span(" \(canvas.glyphs.prompt) ", .accent)]
    left.append(query.isEmpty ? "everything" : query, query.isEmpty ? .dim : .strong)
    let span = (Self.spans[spanIndex].span == nil ? "" : "last ") + Self.spans[spanIndex].name
    var right = StyledLine()
    if !matchesOnly { right.append("with context  ", .accent) }
    if isFollowing, canvas.shared.pin == nil { right.append("following", .accent) }
    // What was asked comes first; of what was found as much as there is room for.
    let room = area.width - right.width - 6
    left = left.cut(to: max(12, room - TextWidth.width(of: span) - 22))
    var facts = StyledLine(span, .dim)
    if isLoaded, error == nil {
      let rest = room - left.width - facts.width - 3
      let texts = view.summaries
      facts.append("   " + (texts.first { TextWidth.width(of: $0) <= rest } ?? texts[texts.count - 1]), .text)
    }
    if isLoading, !isLoaded { facts.append("   searching…", .dim) }
    canvas.surface.line(left + "   " + facts, x: area.x, y: area.y, width: max(0, area.width - right.width - 2))
    canvas.surface.line(right, x: area.x, y: area.y, width: max(0, area.width - 1), align: .right)
  }

  private func drawHistogram(_ area: Rect, _ row: Int, _ canvas: Canvas) {
    guard let range = histogramRange, !histogram.isEmpty else { return }
    let face = canvas.shared.face
    let now = canvas.now
    let end = min(range.upperBound, now)
    let isShort = end - range.lowerBound < .seconds(120)
    var label =
      isShort
      ? " \(face.time(range.lowerBound)) – \(face.time(end)) "
      : " \(face.short(range.lowerBound, now: now)) – \(face.short(end, now: now)) "
    if area.width >= 100, let most = histogram.max(), most > 0 {
      // What the highest bar stands for.
      let bar = Duration.nanoseconds((range.upperBound - range.lowerBound).nanoseconds / Int64(histogram.count))
      label = " most \(most) in \(bar.brief)," + label
    }
    let columns = max(0, area.width - TextWidth.width(of: label) - 2)
    let spark = Sparkline.text(histogram.map(Double.init), columns: columns, glyphs: canvas.glyphs)
    canvas.line([Span(" " + spark, .bar), Span(label, .dim)], area, row)
  }

  private func drawDetail(_ area: Rect, messageRoom: Int, _ canvas: Canvas) {
    canvas.rule(StyledLine("record", .title), area, 0, note: StyledLine("Enter all   J raw", .dim))
    guard let record = view.record(at: list.selected) else { return }
    // What the row above says already is left out, and its message is said in full where the row had no room for it.
    let isCut = TextWidth.width(of: record.message) > messageRoom
    let said: Set<String> = ["at", "@timestamp", "logLevel", "logMessage", "logServiceName", "line"]
    let fields = LogsView.detail(record, face: canvas.shared.face).filter { !said.contains($0.key) }
    var line = StyledLine()
    // A message of kilobytes leaves room for the fields; Enter shows all of it.
    if isCut { line.append(TextWidth.prefix(record.message, columns: area.width * max(1, area.height - 3)) + "   ", .strong) }
    for field in fields {
      line.append("\(field.key) ", .dim)
      line.append(field.value + "   ")
    }
    let body = Rect(x: area.x + 1, y: area.y + 1, width: max(0, area.width - 2), height: max(0, area.height - 1))
    let wrapped = Paragraph.wrap(line, columns: body.width)
    for (index, text) in wrapped.prefix(body.height).enumerated() {
      let isLast = index == body.height - 1 && wrapped.count > body.height
      canvas.line(
        isLast ? text.fitted(to: max(0, body.width - 1)).cut(to: max(0, body.width - 1)) + StyledLine("…", .dim) : text, body, index)
    }
  }

  private func drawEmpty(_ area: Rect, _ canvas: Canvas) {
    if let error {
      canvas.empty([StyledLine("✖ " + error, .red), "/ changes the search, Esc clears it."], in: area)
    } else if !isLoaded {
      canvas.empty([StyledLine("Searching…", .grey)], in: area)
    } else if query.isEmpty {
      canvas.empty(
        [
          StyledLine("No record in the last \(Self.spans[spanIndex].name).", .strong),
          "Here stand the records of every container, kept when its pod is gone.",
          "`periplus up` starts the recorder, `periplus traffic` sends requests through the reference app; + widens the time.",
        ], in: area)
    } else {
      canvas.empty(
        [
          StyledLine("No record matches.", .strong), StyledLine("+ widens the time, / changes the search, Esc clears it."),
          StyledLine("request:ID   service:orders   level:>=WARN   status:5xx   \"words\"   /regex/   -not", .dim),
        ], in: area)
    }
  }

  func report(_ shared: Shared) -> Report {
    if let error { return Report("Logs: \(query)", [.text(error)]) }
    return view.report(query: query, face: shared.face)
  }
  func json(_ shared: Shared) -> [String] { view.jsonLines }
}

extension Subject {
  init(record: LogRecord, shared: Shared) {
    self.init()
    self.record = record
    requestID = record.requestID
    moment = record.at
    let origin = record.origin
    pod = .init(cluster: origin.cluster, namespace: origin.namespace, name: origin.pod)
    logQuery = "pod:\(origin.pod)"
    copyText = String(decoding: record.raw, as: UTF8.self)
    let snapshot = shared.shown.health(of: origin.cluster)?.snapshot
    let live = snapshot?.pods.first { $0.uid == origin.podUID }
    let controller = live?.controller.flatMap { reference in
      snapshot?.workloads.first {
        $0.reference.kind == reference.kind && $0.reference.name == reference.name && $0.reference.namespace == reference.namespace
      }?
      .controller ?? reference
    }
    if let controller {
      owner = .init(cluster: origin.cluster, reference: controller)
    } else if let workload = snapshot?.workloads.first(where: {
      $0.controller == nil && $0.reference.namespace == origin.namespace && origin.pod.hasPrefix($0.reference.name + "-")
    }) {
      owner = .init(cluster: origin.cluster, reference: workload.reference)
    }
    explanation = [
      "\(record.level?.word ?? "no level") \(record.message)",
      "written by \(record.service) in \(origin.namespace)/\(origin.pod), container \(origin.container), run \(origin.restart + 1), \(origin.stream)",
      live == nil ? "The pod is gone; its records are kept." : "The pod is there, on node \(live?.node ?? "").",
    ]
    if record.flags.contains(.notJSON) { explanation.append("The line is not JSON: it was kept as it is.") }
    if record.flags.contains(.cut) { explanation.append("The line was longer than 256 KiB and was cut.") }
    if record.flags.contains(.fromFuture) { explanation.append("Its own time was in the future: the time of reading is shown.") }
    if record.flags.contains(.masked) { explanation.append("Secrets in it were masked before it was stored.") }
    if requestID == nil { explanation.append("It carries no request id.") }
  }
}

extension [PodLifecycleEvent] {
  /// In time order, each once.
  func unique() -> [PodLifecycleEvent] {
    var seen: Set<PodLifecycleEvent> = []
    return sorted { $0.at < $1.at }.filter { seen.insert($0).inserted }
  }
}
