import ClusterModel
import Screen
import TelemetryModel
import TimeFormat
import Views

extension PageID {
  package static let request = PageID("request")
}

extension CommandID {
  package static let request = CommandID("request")
}

/// One id, everything: its records of all services and the pods that served it, on one time axis.
package struct RequestPage: Page {
  package static let spec = PageSpec(
    .request, title: "Request", parent: .logs,
    link: .init(name: "request", rest: .needed("A request page needs an id: request/ID.")), uses: [.rowLogs, .owner, .raw],
    rowCommands: [
      Command(
        .request, .go, ["r"], "The request of the row, or of an id: one time axis with its records and pods", argument: "ID",
        hint: "request", hintRank: 3,
        action: .leads { row, id in (id.isEmpty ? row.requestID : id).map { Place(.request, item: $0) } },
        disabled: { $0.selection.requestID == nil ? "No request id in this row." : nil })
    ], recall: "a request looked at")
  private static let slot = "request"
  /// A source at rest says this often at least that it is current.
  static let tolerance = Duration.seconds(6)
  /// A request that is over so long does not change any more.
  private static let settled = Duration.seconds(60)

  let id: String
  private(set) var list = ListState()
  private(set) var view: RequestView?
  private(set) var error: String?
  private var gate = NewsGate()
  /// The ledger's entries about its pods when it was loaded.
  private var concerned: [Reschedule] = []

  package init?(_ place: Place, _ context: PageContext) {
    guard !place.item.isEmpty else { return nil }
    id = place.item
  }

  package var place: Place { Place(.request, item: id) }
  package var lists: [ListState] {
    get {
      var list = list
      list.anchor = view.flatMap { $0.entries.indices.contains(list.selected) ? Self.key($0.entries[list.selected]) : nil } ?? list.anchor
      return [list]
    }
    set { list = newValue[0] }
  }

  package mutating func update(_ input: PageInput, _ context: PageContext) -> PageOutcome {
    switch input {
    case .opened: return load(context)
    case .changed(.ledger):
      // A pod that served it may have ended since: only what concerns it makes it load again.
      guard let view, view.concerned(in: context.shown.reschedules) != concerned else { return .done }
      return gate.admits() ? load(context) : .done
    case .changed(.logs):
      // Only a young one is asked for again.
      if let last = view?.entries.last?.at, context.now - last > Self.settled { return .done }
      return gate.admits() ? load(context) : .done
    case .answered(_, let result):
      let asksAgain = gate.answered()
      switch result {
      case .success(let found as RequestView):
        error = nil
        fill(found)
        concerned = found.concerned(in: context.shown.reschedules)
        if asksAgain { return load(context) }
      case .success: break
      case .failure(let failure): error = "The request cannot be looked up: \(failure.sentence)"
      }
    case .picked(let row, let pane): pick(row, pane)
    case .command(let command, _):
      if list.move(command) { return .done }
      guard command == .enter, let record = selection(context).record else { return .ignored }
      return .show(.text(.record(record, face: context.face, isRaw: false)))
    case .refreshed, .changed, .sorted: break
    }
    return .done
  }

  private mutating func load(_ context: PageContext) -> PageOutcome {
    gate.ask()
    return .load(RequestLookup(id: id, until: context.pin?.moment), Self.slot)
  }

  /// The cursor stays on its row when others come, and begins at the first error.
  private mutating func fill(_ found: RequestView) {
    list.anchor = lists[0].anchor
    let isNew = list.anchor == nil && !found.entries.isEmpty
    view = found
    if isNew { list.selected = found.beginning }
    list.fill(found.entries.count) { Self.key(found.entries[$0]) == $1 }
  }

  private static func key(_ entry: RequestView.Entry) -> String {
    switch entry {
    case .record(let record): "\(record.id)"
    case .pod(let event): "\(event.cluster)/\(event.podUID)/\(event.kind)/\(event.at.nanoseconds)"
    }
  }

  private mutating func pick(_ row: Int, _ pane: Int) {
    if pane == 0 {
      list.selected = row
    } else if let view, view.lanes.indices.contains(row) {
      let lane = view.lanes[row]
      list.selected =
        view.entries.firstIndex { entry in
          guard case .record(let record) = entry else { return false }
          let origin = record.origin
          return record.service == lane.service && origin.cluster == lane.cluster && origin.podUID == lane.podUID && origin.pod == lane.pod
            && record.at >= lane.start
        } ?? list.selected
    }
  }

  package func selection(_ context: PageContext) -> Selection {
    var selection = Selection()
    if let view, view.entries.indices.contains(list.selected) {
      switch view.entries[list.selected] {
      case .record(let record): selection = Selection(record: record, context)
      case .pod(let event):
        selection.pod = .init(cluster: event.cluster, namespace: event.namespace, name: event.pod)
        selection.moment = event.at
        selection.copyText = "\(event.at.rfc3339()) \(event.pod) \(event.kind): \(event.detail)"
        selection.explanation = explanation(of: event, in: view, context)
      }
    }
    selection.requestID = id
    selection.logQuery = "request:\(id)"
    selection.link = place
    return selection
  }

  private func explanation(of event: PodLifecycleEvent, in view: RequestView, _ context: PageContext) -> [String] {
    let lane = view.lanes.first { $0.ending?.event == event }
    var lines = ["\(event.pod) \(event.detail)"]
    if let later = lane?.later, let end = lane?.end {
      lines[0] += ", \(later.delay(after: end)) later"
      lines.append("It served this request and ended after it: \(later.delay(after: end)) after its last record.")
    } else if lane != nil {
      lines.append("It served this request and ended in the middle of it.")
    }
    if let entry = lane?.ending?.entry {
      let confidence = entry.confidence < 1 ? " (confidence \(Int(entry.confidence * 100)) %)" : ""
      lines.append("cause \(entry.cause.rawValue)\(confidence)" + (lane?.ending?.successor.map { ", \($0)" } ?? ""))
      lines += entry.evidence.map { "evidence: \($0)" }
    }
    let place = ["cluster \(event.cluster)", "namespace \(event.namespace)"] + (event.node.isEmpty ? [] : ["node \(event.node)"])
    return lines + [
      (place + ["uid \(event.podUID)"]).joined(separator: ", "),
      "\(event.kind) at \(context.face.full(event.at)); the API's time, right to the second.",
    ]
  }

  /// The request, with how far its clusters' logs are collected by now.
  func judged(_ context: PageContext) -> RequestView? {
    var view = view
    view?.collection = RequestCollection(context.data.sources)
    return view
  }

  package func document(_ context: PageContext) -> Document {
    Document(
      isLoading: view == nil && error == nil,
      report: { judged(context)?.report(face: context.face) ?? Report("Request \(id)", [.text(error ?? "Still being read.")]) },
      json: { judged(context)?.jsonLines ?? [] },
      values: {
        var values = ["requestId": id]
        guard let view else { return values }
        values["records"] = "\(view.records)"
        values["services"] = "\(view.services.count)"
        values["serviceNames"] = view.services.joined(separator: " ")
        values["podsGone"] = "\(view.podsGone)"
        return values
      })
  }
}
