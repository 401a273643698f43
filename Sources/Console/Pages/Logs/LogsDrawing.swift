import ClusterModel
package import Screen
import TelemetryModel
import TimeFormat
import Views

extension LogsPage {
  package func draw(_ area: Rect, on canvas: inout Canvas) {
    drawHeader(area, canvas)
    var row = 1
    if area.height >= 8 {
      drawHistogram(area, row, canvas)
      row += 1
    }
    var detailRows = area.height >= 18 ? min(12, max(4, area.height / 5)) : (area.height >= 12 ? 3 : 0)
    // The rows that the list leaves empty are the record's.
    let spare = area.height - row - view.rows.count - 1
    if spare >= 2, !view.rows.isEmpty { detailRows = max(detailRows, spare) }
    let body = Rect(x: area.x, y: area.y + row, width: area.width, height: max(0, area.height - row - detailRows))
    guard error == nil, !view.rows.isEmpty else {
      drawEmpty(body, canvas)
      return
    }
    let face = canvas.shared.face
    let isLoose = !isRequest
    let highlight = parsed.map(SearchHighlight.init)
    let table = Table(
      columns: (isLoose ? RecordListings.loose : RecordListings.records).tableColumns, rowCount: view.rows.count, selected: list.selected,
      scroll: list.top
    ) { index in
      var row = view.row(index, face: face, isLoose: isLoose)
      if let highlight, let message = row.cells.indices.last { row.cells[message] = highlight.applied(to: row.cells[message]) }
      return row
    }
    canvas.draw(table, in: body, pane: 0)
    let room = table.layout(width: body.width).last?.width ?? 0
    if detailRows > 0 { drawDetail(Rect(x: area.x, y: body.endY, width: area.width, height: detailRows), messageRoom: room, canvas) }
  }

  private func drawHeader(_ area: Rect, _ canvas: Canvas) {
    var left: StyledLine = [StyledRun(" \(canvas.glyphs.prompt) ", .accent)]
    left.append(query.isEmpty ? "everything" : query, query.isEmpty ? .dim : .strong)
    let span = (Self.spans[spanIndex].span == nil ? "" : "last ") + Self.spans[spanIndex].name
    var right = StyledLine()
    if undecided > 0 { right.append("▲ \(undecided) not tested  ", .amber) }
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
    canvas.line([StyledRun(" " + spark, .bar), StyledRun(label, .dim)], area, row)
  }

  private func drawDetail(_ area: Rect, messageRoom: Int, _ canvas: Canvas) {
    canvas.rule(StyledLine("record", .title), area, 0, note: StyledLine("Enter all   J raw", .dim))
    let body = Rect(x: area.x + 1, y: area.y + 1, width: max(0, area.width - 2), height: max(0, area.height - 1))
    guard let record = view.record(at: list.selected) else {
      // The end of a pod, or a gap: the row in full.
      if let line = view.row(list.selected, face: canvas.shared.face).spanning { canvas.wrapped([line], in: body) }
      return
    }
    // What the row above says already is left out, and its message is said in full where the row had no room for it.
    let isCut = TextWidth.width(of: record.message) > messageRoom
    let said: Set<String> = ["at", "@timestamp", "logLevel", "logMessage", "logServiceName", "line"]
    let fields = LogsView.detail(record, face: canvas.shared.face).filter { !said.contains($0.key) }
    var lines: [StyledLine] = []
    // A message of kilobytes leaves room for the fields; Enter shows all of it.
    if isCut { lines.append(StyledLine(TextWidth.prefix(record.message, columns: area.width * max(1, area.height - 3)), .strong)) }
    canvas.wrapped(lines + CursorPane.flow(fields, columns: body.width), in: body)
  }

  private var parsed: LogQuery? { try? SearchText.parse(query, now: Timestamp(nanoseconds: 0)).get() }

  private var misspelling: String {
    (parsed?.misspeltFields ?? []).map { " Is \($0.written): meant to be \($0.known):?" }.joined()
  }

  private func drawEmpty(_ area: Rect, _ canvas: Canvas) {
    let shared = canvas.shared
    let coverage = LogCoverage(shared.data.sources)
    // Until the store was asked, nothing is known of what is collected.
    let clusters = shared.data.ledger == nil ? [] : shared.shown.clusters.map(\.snapshot.cluster)
    let uncollected = coverage.complaint(of: clusters, query: parsed, ground: shared.ground).map { [StyledLine($0, .amber)] } ?? []
    if let error {
      canvas.empty([StyledLine("✖ " + error, .red), "/ changes the search, :clear clears it."], in: area)
    } else if !isLoaded {
      canvas.empty([StyledLine("Searching…", .grey)], in: area)
    } else if coverage.isBlind(to: clusters, query: parsed, ground: shared.ground) {
      canvas.empty(uncollected, in: area)
    } else if query.isEmpty {
      canvas.empty(
        [
          StyledLine("No record in the last \(Self.spans[spanIndex].name).", .strong),
          "This page lists the log records of every container; they are kept when the pod is deleted.",
          "`periplus up` starts the recorder, `periplus traffic` sends requests through the reference app; + widens the time.",
        ] + uncollected, in: area)
    } else {
      canvas.empty(
        [
          StyledLine(
            LogSearch.undecided(undecided).map { "No other record matches. \($0)" } ?? "No record matches." + misspelling, .strong),
          StyledLine("+ widens the time, / changes the search, :clear clears it."),
          StyledLine(
            "request:ID   service:\(canvas.shared.exampleService())   level:>=WARN   status:5xx   \"words\"   /regex/   -not", .dim),
        ] + uncollected, in: area)
    }
  }
}
