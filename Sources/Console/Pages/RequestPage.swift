import ClusterModel
import Screen
import TelemetryModel
import TimeFormat
import Views

/// One id, everything: its records of all services and the pods that served it, on one time axis.
package struct RequestPage: PageBehavior {
  static let kind = PageKind.request
  let id: String
  var list = ListCursor()
  var view: RequestView?
  var error: String?
  private var number = 0
  private var isLoading = false
  private var hasNews = false

  /// A source at rest says this often at least that it is current.
  private static let tolerance = Duration.seconds(6)

  package init(id: String) { self.id = id }

  var title: String { "Request" }
  var link: String { "request/\(id)" }

  mutating func refresh(_ shared: Shared) {}

  mutating func opened(_ shared: inout Shared) -> [Effect] {
    number = shared.nextQuery()
    (isLoading, hasNews) = (true, false)
    return [.loadRequest(number: number, id: id)]
  }

  mutating func receive(_ message: Message, _ shared: inout Shared) -> [Effect] {
    switch message {
    case .request(number, _, let records, let lifecycle, let isCut):
      isLoading = false
      error = nil
      view = RequestView(id: id, records: records, lifecycle: lifecycle, isCut: isCut)
      list.clamp(view?.entries.count ?? 0)
      return hasNews ? opened(&shared) : []
    case .requestFailed(number, let sentence):
      isLoading = false
      error = sentence
      return []
    case .logsChanged:
      // A request that is over does not change: only a young one is asked for again.
      if let last = view?.entries.last?.at, shared.now - last > .seconds(60) { return [] }
      if isLoading {
        hasNews = true
        return []
      }
      return opened(&shared)
    default: return []
    }
  }

  mutating func perform(_ command: CommandID, _ argument: String, _ shared: inout Shared) -> PageOutcome {
    if list.move(command, count: view?.entries.count ?? 0, page: shared.listRows) { return .done }
    if command == .enter, let record = subject(shared).record {
      return PageOutcome(layer: .text(TextLayer.record(record, face: shared.face, isRaw: false)))
    }
    return .ignored
  }

  mutating func select(row: Int, pane: Int) {
    if pane == 0 {
      list.selected = row
    } else if let view, view.lanes.indices.contains(row) {
      let lane = view.lanes[row]
      list.selected =
        view.entries.firstIndex { entry in
          if case .record(let record) = entry { return record.service == lane.service && record.origin.podUID == lane.podUID }
          return false
        } ?? list.selected
    }
  }

  func subject(_ shared: Shared) -> Subject {
    var subject = Subject()
    if let view, view.entries.indices.contains(list.selected) {
      switch view.entries[list.selected] {
      case .record(let record): subject = Subject(record: record, shared: shared)
      case .pod(let event):
        subject.pod = .init(cluster: event.cluster, namespace: event.namespace, name: event.pod)
        subject.moment = event.at
        subject.copyText = "\(event.at.rfc3339()) \(event.pod) \(event.kind): \(event.detail)"
        subject.explanation = [
          "\(event.pod) \(event.detail)", "kind \(event.kind), node \(event.node), uid \(event.podUID)", shared.face.full(event.at),
        ]
        let isDeath = view.lanes.contains { $0.death == event }
        if isDeath { subject.explanation.append("It served this request and ended in the middle of it.") }
      }
    }
    subject.requestID = id
    subject.logQuery = "request:\(id)"
    subject.link = link
    return subject
  }

  /// The request, with how far its clusters' logs are collected by now.
  private func judged(_ shared: Shared) -> RequestView? {
    var view = view
    view?.collection = RequestCollection(shared.data.sources)
    return view
  }

  func draw(_ area: Rect, on canvas: inout Canvas) {
    guard let view = judged(canvas.shared), view.records > 0 else {
      var lines: [StyledLine]
      if let error {
        lines = [StyledLine("✖ \(error)", .red)]
      } else if view == nil {
        lines = [StyledLine("Looking for request \(id)…", .grey)]
      } else {
        lines = [
          StyledLine("No record of request \(id) is known.", .strong),
          "Here stand its records of all services in time order, with the pods that served it.",
          "An id is what a service answered in x-request-id. `:sources` says what may be missing.",
        ]
        if let behind = RequestCollection(canvas.shared.data.sources).behind(canvas.shared.now - Self.tolerance) {
          lines.append(StyledLine("\(behind).", .amber))
        }
      }
      canvas.empty(lines, in: area)
      return
    }
    var head: StyledLine = [Span(" request ", .dim), Span(id, .strong)]
    head.append("   " + view.headline, view.headline.contains("→ 5") ? .red : .text)
    canvas.line(head, area, 0)
    let summary = StyledLine(" " + view.summary, .dim)
    var row = 1
    if head.width + summary.width + 3 <= area.width {
      canvas.surface.line(summary, x: area.x, y: area.y, width: max(0, area.width - 1), align: .right)
    } else {
      canvas.line(summary, area, 1)
      row = 2
    }
    let label = RequestView.labelWidth(area.width - 2)
    let axis = TimeAxis(moments: view.moments, width: RequestView.axisWidth(area.width - 2, labelWidth: label))
    canvas.line(StyledLine(String(repeating: " ", count: label + 2) + axis.scale(), .dim), area, row)
    row += 1
    let missingRows = view.missing.isEmpty ? 0 : 1
    let laneRows = min(view.lanes.count, max(2, (area.height - row - missingRows) / 2))
    let moment = view.entries.indices.contains(list.selected) ? view.entries[list.selected].at : nil
    for index in 0..<laneRows {
      if index == laneRows - 1, view.lanes.count > laneRows {
        canvas.line(StyledLine("  and \(counted(view.lanes.count - index, "more pod")): see below", .dim), area, row)
      } else {
        canvas.line(StyledLine(" ") + view.laneLine(index, axis: axis, labelWidth: label, isSelected: moment), area, row)
        canvas.hits.add(Rect(x: area.x, y: area.y + row, width: area.width, height: 1), .row(index, pane: 1))
      }
      row += 1
    }
    canvas.rule(StyledLine("records and pods", .title), area, row, note: StyledLine("✝ pod end   ● record   ▲ warning", .dim))
    row += 1
    let body = Rect(x: area.x, y: area.y + row, width: area.width, height: max(0, area.height - row - missingRows))
    let face = canvas.shared.face
    let table = Table(columns: LogsView.columns, rowCount: view.entries.count, selected: list.selected, scroll: list.top) {
      view.row($0, face: face)
    }
    canvas.listRows = table.visibleRows(height: body.height)
    canvas.draw(table, in: body, pane: 0)
    if missingRows > 0 { canvas.line(StyledLine(" missing: " + view.missing.joined(separator: "; "), .amber), area, area.height - 1) }
  }

  func report(_ shared: Shared) -> Report {
    judged(shared)?.report(face: shared.face) ?? Report("Request \(id)", [.text(error ?? "Not loaded yet.")])
  }
  func json(_ shared: Shared) -> [String] { judged(shared)?.jsonLines ?? [] }
}
