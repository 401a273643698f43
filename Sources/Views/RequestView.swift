package import ClusterModel
import JSONBytes
package import Screen
package import TelemetryModel
package import TimeFormat

/// One request: its records of all services and the lifecycle of the pods that served it, on one time axis.
package struct RequestView: Sendable {
  package enum Entry: Sendable, Hashable {
    case record(LogRecord)
    case pod(PodLifecycleEvent)

    package var at: Timestamp {
      switch self {
      case .record(let record): record.at
      case .pod(let event): event.at
      }
    }
  }

  /// What one pod did for the request.
  package struct Lane: Sendable, Hashable {
    package var service: String
    package var cluster: String
    package var pod: String
    package var podUID: String
    package var node: String
    package var operation: String
    package var start: Timestamp
    package var end: Timestamp
    package var records: Int
    package var warnings: Int
    package var status: Int?
    package var durationMicros: Int64?
    /// A completion record is there, or the lane is not of the request-and-response kind.
    package var isComplete: Bool
    /// The end of the pod in the middle of the request.
    package var death: PodLifecycleEvent?
    package var moments: [(at: Timestamp, isWarning: Bool)]

    package static func == (one: Lane, other: Lane) -> Bool {
      one.service == other.service && one.podUID == other.podUID && one.start == other.start && one.end == other.end
    }
    package func hash(into hasher: inout Hasher) {
      hasher.combine(service)
      hasher.combine(podUID)
    }
  }

  package let id: String
  package let entries: [Entry]
  package let lanes: [Lane]
  /// How far the logs are collected: whether a missing record is a fact or only late.
  package var collection = RequestCollection()
  package let records: Int
  package let pods: Int
  package let podsGone: Int
  private let isCut: Bool
  private let strangers: Int

  package init(id: String, records: [LogRecord], lifecycle: [PodLifecycleEvent], isCut: Bool = false) {
    let records = records.sorted { ($0.at, $0.id) < ($1.at, $1.id) }
    self.id = id
    self.records = records.count
    let first = records.first?.at
    let last = records.last?.at
    var lanes: [String: Lane] = [:]
    var order: [String] = []
    var open: [String: Int] = [:]
    var nodes: [String: String] = [:]
    for event in lifecycle where !event.node.isEmpty { nodes[event.podUID] = event.node }
    for record in records {
      let key = record.service + "\u{0}" + (record.origin.podUID.isEmpty ? record.origin.pod : record.origin.podUID)
      let isWarning = (record.level ?? .info) >= .warn
      let roles = record.roles
      if lanes[key] == nil {
        order.append(key)
        lanes[key] = Lane(
          service: record.service, cluster: record.origin.cluster, pod: record.origin.pod, podUID: record.origin.podUID,
          node: nodes[record.origin.podUID] ?? "",
          operation: "", start: record.at, end: record.at, records: 0, warnings: 0, isComplete: true, moments: [])
      }
      lanes[key]?.end = record.at
      lanes[key]?.records += 1
      if isWarning { lanes[key]?.warnings += 1 }
      lanes[key]?.moments.append((record.at, isWarning))
      if lanes[key]?.operation.isEmpty == true, let method = roles.method, let path = roles.path {
        lanes[key]?.operation = "\(method) \(path)"
      }
      switch roles.phase {
      case .started: open[key, default: 0] += 1
      case .completed:
        if open[key, default: 0] > 0 { open[key, default: 0] -= 1 }
        if let status = roles.status { lanes[key]?.status = status }
        if let duration = roles.duration { lanes[key]?.durationMicros = duration.nanoseconds / 1000 }
      case nil: break
      }
    }
    for key in order where open[key, default: 0] > 0 { lanes[key]?.isComplete = false }

    let uids = Set(records.map(\.origin.podUID)).subtracting([""])
    var shown: [PodLifecycleEvent] = []
    if let first, let last {
      for key in order {
        guard let lane = lanes[key] else { continue }
        // A pod that ends while the request is under way, or that never wrote its completion record, died in the middle of it.
        let death = lifecycle.first { event in
          event.podUID == lane.podUID && event.isEnding && event.at >= lane.start && (event.at <= last || !lane.isComplete)
        }
        let hardDeath = lifecycle.first { event in
          event.podUID == lane.podUID && event.kind != "terminating" && event.isEnding && event.at >= lane.start
            && (event.at <= last || !lane.isComplete)
        }
        lanes[key]?.death = hardDeath ?? death
      }
      let deaths = Set(lanes.values.compactMap(\.death))
      shown = lifecycle.filter { event in
        guard uids.contains(event.podUID) else { return false }
        return deaths.contains(event) || (event.at >= first - .seconds(1) && event.at <= last + .seconds(5))
      }
    }
    entries = (records.map(Entry.record) + shown.map(Entry.pod)).sorted { $0.at < $1.at }
    self.lanes = RequestView.ordered(order.compactMap { lanes[$0] })
    pods = Set(records.map { $0.origin.podUID.isEmpty ? $0.origin.pod : $0.origin.podUID }).count
    podsGone = Set(lifecycle.filter { $0.kind == "gone" }.map(\.podUID)).intersection(uids).count

    self.isCut = isCut
    strangers = uids.subtracting(lifecycle.map(\.podUID)).count
  }

  /// By their start. Times have milliseconds: of those that start in the same one, who asks stays longer than who is asked.
  private static func ordered(_ lanes: [Lane]) -> [Lane] {
    lanes.indices.sorted { one, other in
      let (first, second) = (lanes[one], lanes[other])
      if first.start != second.start { return first.start < second.start }
      let (span, otherSpan) = (first.end - first.start, second.end - second.start)
      return span == otherSpan ? one < other : span > otherSpan
    }.map { lanes[$0] }
  }

  /// `POST /orders → 201 in 412 ms`; empty when no record says.
  package var headline: String {
    guard let front = lanes.first(where: { !$0.operation.isEmpty }) else { return "" }
    if let status = front.status {
      return "\(front.operation) → \(status)" + (front.durationMicros.map { " in " + LogFields.duration(micros: $0) } ?? "")
    }
    if front.isComplete { return front.operation }
    return front.operation + (isSettled(front) ? " → no answer recorded" : " → no answer collected yet")
  }

  /// Sentences about what cannot be seen here.
  package var missing: [String] {
    var missing: [String] = []
    if isCut { missing.append("only the first \(records) records are shown") }
    for lane in lanes where !lane.isComplete {
      let what = "no completion record from \(lane.service) (\(lane.pod))" + (lane.death.map { ": \($0.detail)" } ?? "")
      missing.append(isSettled(lane) ? what : "\(what) yet, collection is behind: \(collection.sentence(lane.cluster))")
    }
    if strangers > 0 { missing.append("no lifecycle known of \(counted(strangers, "pod"))") }
    return missing
  }

  /// Whether a completion record would be known if there were one.
  func isSettled(_ lane: Lane) -> Bool { collection.covers(lane.end, in: lane.cluster) }

  package var services: [String] {
    var seen: Set<String> = []
    return lanes.map(\.service).filter { seen.insert($0).inserted }
  }

  /// `5 services · 14 records · 4 pods, 1 gone`.
  package var summary: String {
    [counted(services.count, "service"), counted(records, "record"), counted(pods, "pod") + (podsGone > 0 ? ", \(podsGone) gone" : "")]
      .joined(separator: " · ")
  }

  package var moments: [Timestamp] { entries.map(\.at) + lanes.compactMap(\.death?.at) }

  // MARK: As lines

  /// The label columns of a lane at this width.
  package static func labelWidth(_ width: Int) -> Int { min(38, max(20, width / 3)) }

  package func laneLine(_ index: Int, axis: TimeAxis, labelWidth: Int, isSelected moment: Timestamp?) -> StyledLine {
    guard lanes.indices.contains(index) else { return StyledLine() }
    let lane = lanes[index]
    let isBad = lane.death != nil || (lane.status ?? 0) >= 500
    var label = StyledLine(lane.service, isBad ? .red : .strong)
    label.append(" " + (lane.operation.isEmpty ? LogFields.shortPod(lane.pod) : lane.operation), .dim)
    var cells = [Character](repeating: " ", count: axis.width)
    var roles = [Role](repeating: .accent, count: axis.width)
    let from = axis.column(of: lane.start)
    let to = axis.column(of: max(lane.end, lane.death?.at ?? lane.end))
    if to > from {
      for column in from...to { cells[column] = "─" }
      cells[from] = "├"
      if lane.death == nil { cells[to] = "┤" }
    }
    for mark in lane.moments {
      let column = axis.column(of: mark.at)
      if mark.isWarning {
        cells[column] = "▲"
        roles[column] = .amber
      } else if cells[column] != "▲" {
        if cells[column] == " " || (column != from && column != to) { cells[column] = "●" }
      }
    }
    if let death = lane.death {
      let column = axis.column(of: death.at)
      cells[column] = "✝"
      roles[column] = .red
      for (offset, character) in " \(death.detail)".enumerated() where column + 1 + offset < axis.width {
        if cells[column + 1 + offset] != " " { break }
        cells[column + 1 + offset] = character
        roles[column + 1 + offset] = .red
      }
    }
    if let moment {
      let column = axis.column(of: moment)
      if cells[column] == " " { (cells[column], roles[column]) = ("│", .dim) }
    }
    var line = label.fitted(to: labelWidth) + " "
    var run = ""
    for column in cells.indices {
      run.append(cells[column])
      if column + 1 == cells.count || roles[column + 1] != roles[column] {
        line.append(run, roles[column])
        run = ""
      }
    }
    let right: String
    if let micros = lane.durationMicros {
      right = LogFields.duration(micros: micros)
    } else {
      right = lane.isComplete ? (lane.end > lane.start ? (lane.end - lane.start).brief : "–") : "–"
    }
    return line + StyledLine(" ") + StyledLine(right, isBad ? .red : .text).fitted(to: 8, align: .right)
  }

  /// The width that ``laneLine(_:axis:labelWidth:isSelected:)`` leaves to the axis.
  package static func axisWidth(_ width: Int, labelWidth: Int) -> Int { max(10, width - labelWidth - 10) }
}
