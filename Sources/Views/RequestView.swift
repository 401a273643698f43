package import ClusterModel
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

  /// What one pod did for one call of the request.
  package struct Lane: Sendable, Hashable {
    package var service: String
    package var cluster: String
    package var namespace: String
    package var pod: String
    package var podUID: String
    package var node: String
    /// Those that wrote records of the request.
    package var containers: Set<String>
    package var operation: String
    package var start: Timestamp
    package var end: Timestamp
    package var records: Int
    package var warnings: Int
    package var errors: Int
    package var status: Int?
    package var durationMicros: Int64?
    /// A completion record is there, or the lane is not of the request-and-response kind.
    package var isComplete: Bool
    /// How the pod ended: in the middle of the request, or else its first end after it. What ends later under the same name, or in the same
    /// pod, is another process than the one that served.
    package var ending: PodEnding?
    package var isMidRequest = false
    package var moments: [(at: Timestamp, level: LogLevel)]

    /// The end of the pod in the middle of the request.
    package var death: PodLifecycleEvent? { isMidRequest ? ending?.event : nil }
    /// The end of the pod after the request.
    package var later: PodEnding? { isMidRequest ? nil : ending }
    /// It answered with a server error, or logged an error.
    package var isBad: Bool { (status ?? 0) >= 500 || errors > 0 }

    package static func == (one: Lane, other: Lane) -> Bool {
      one.service == other.service && one.cluster == other.cluster && one.podUID == other.podUID && one.start == other.start
        && one.end == other.end && one.ending == other.ending
    }
    package func hash(into hasher: inout Hasher) {
      hasher.combine(service)
      hasher.combine(podUID)
    }

    /// Takes in how the pod ended. One that ends while the request is under way, or that never wrote its completion record, died in the
    /// middle of it; the end itself says more than that it was asked for.
    ///
    /// - Parameters:
    ///   - endings: in time order.
    ///   - last: the last record of the whole request.
    fileprivate mutating func settle(_ endings: [PodEnding], last: Timestamp) {
      let midway = endings.filter { $0.event.at >= start && ($0.event.at <= last || !isComplete) }
      isMidRequest = !midway.isEmpty
      ending = midway.first { $0.event.kind != "terminating" } ?? midway.first ?? endings.first { $0.event.at > last }
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
  private let namesGone: [String]
  let extras = RecordExtras()
  private let isCut: Bool
  private let strangers: Int

  /// - Parameters:
  ///   - lifecycle: moments of the pods that wrote the records.
  ///   - reschedules: the ledger since the first record.
  ///   - until: what came later is not told.
  package init(
    id: String, records: [LogRecord], lifecycle: [PodLifecycleEvent], reschedules: [Reschedule] = [], until: Timestamp? = nil,
    isCut: Bool = false
  ) {
    let records = records.sorted { ($0.at, $0.id) < ($1.at, $1.id) }
    let keys = Set(records.map { PodKey($0.origin) })
    let lifecycle = lifecycle.filter { event in keys.contains(PodKey(event)) && until.map { event.at <= $0 } ?? true }
    self.id = id
    self.records = records.count
    var lanes = RequestCalls.lanes(of: records, lifecycle)
    var shown: [PodLifecycleEvent] = []
    if let first = records.first?.at, let last = records.last?.at {
      let ends = PodEndings(lifecycle: lifecycle, reschedules: reschedules.filter { entry in until.map { entry.at <= $0 } ?? true })
      let near = (first - .seconds(1))...(last + .seconds(5))
      var told: Set<PodLifecycleEvent> = []
      for index in lanes.indices where !RequestCalls.isFollowed(lanes[index], in: lanes) {
        let endings = ends.of(lanes[index])
        lanes[index].settle(endings, last: last)
        for ending in endings where ending == lanes[index].ending || near.contains(ending.event.at) {
          told.formUnion(ending.told)
          if !shown.contains(ending.event) { shown.append(ending.event) }
        }
      }
      shown += lifecycle.filter { near.contains($0.at) && !told.contains($0) && !shown.contains($0) }
    }
    entries = (records.map(Entry.record) + shown.map(Entry.pod)).sorted { $0.at < $1.at }
    self.lanes = RequestView.ordered(lanes)
    pods = keys.count
    let gone = lifecycle.filter { $0.kind == "gone" }
    podsGone = Set(gone.map { PodKey($0) }).count
    namesGone = Set(gone.map(\.pod)).sorted()
    self.isCut = isCut
    strangers = keys.filter { !$0.uid.isEmpty }.subtracting(lifecycle.map { PodKey($0) }).count
  }

  /// A pod among those of all clusters.
  struct PodKey: Hashable {
    var cluster: String
    var uid: String
    /// Where the UID is not known.
    var name = ""

    init(_ origin: LogOrigin) {
      (cluster, uid) = (origin.cluster, origin.podUID)
      if uid.isEmpty { name = "\(origin.namespace)/\(origin.pod)" }
    }
    init(_ event: PodLifecycleEvent) { (cluster, uid) = (event.cluster, event.podUID) }
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

  /// `POST /items → 201 in 412 ms`; empty when no record says.
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
    let names = namesGone.count <= 2 ? ": " + namesGone.map(LogFields.shortPod).joined(separator: ", ") : ""
    return [
      counted(services.count, "service"), counted(records, "record"),
      counted(pods, "pod") + (podsGone > 0 ? ", \(podsGone) gone\(names)" : ""),
    ]
    .joined(separator: " · ")
  }

  /// What the time axis spans: what happened to pods after the last record stands in the rows, and does not stretch it.
  package var moments: [Timestamp] {
    let last = lanes.map(\.end).max()
    return entries.map(\.at).filter { at in last.map { at <= $0 } ?? false } + lanes.compactMap(\.death?.at)
  }

  /// The entries of a ledger that tell how pods of this request ended; a page looks anew when they change.
  package func concerned(in reschedules: [Reschedule]) -> [Reschedule] {
    guard let first = entries.first?.at else { return [] }
    return reschedules.filter { entry in
      entry.retractedAt == nil && entry.at >= first - .seconds(1) && lanes.contains { $0.isOld(of: entry) }
    }
  }

  /// Where the cursor begins: at the first error, or else at the first record.
  package var beginning: Int {
    func level(_ entry: Entry) -> LogLevel? { if case .record(let record) = entry { record.level ?? .info } else { nil } }
    return entries.firstIndex { (level($0) ?? .trace) >= .error } ?? entries.firstIndex { level($0) != nil } ?? 0
  }
}
