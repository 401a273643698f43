import ClusterModel
import TelemetryModel
import TimeFormat

/// The calls of a request, from its records. A pod may be called several times: each call has a path, a status and a time of its own.
enum RequestCalls {
  /// In the order of their first records, without the ends of pods.
  static func lanes(of records: [LogRecord], _ lifecycle: [PodLifecycleEvent]) -> [RequestView.Lane] {
    var calls = Calls()
    for event in lifecycle where !event.node.isEmpty { calls.nodes[RequestView.PodKey(event)] = event.node }
    for record in records { calls.add(record) }
    return calls.lanes
  }

  /// Whether the call was over before its pod was called again: how the pod ended is then told with the later call.
  static func isFollowed(_ lane: RequestView.Lane, in lanes: [RequestView.Lane]) -> Bool {
    lane.isComplete
      && lanes.contains {
        $0.podUID == lane.podUID && $0.pod == lane.pod && $0.cluster == lane.cluster && $0.service == lane.service && $0.start > lane.start
      }
  }

  private struct Calls {
    struct Key: Hashable {
      var service: String
      var pod: RequestView.PodKey
    }

    /// How far a call is, beside its lane.
    struct Progress: Hashable {
      var hasStarted = false
      var hasFailed = false
      var hasCompleted = false
      /// The record of its response is still to come, if there is one.
      var isUnanswered: Bool { hasStarted && !hasCompleted }
      var isOpen: Bool { isUnanswered && !hasFailed }
    }

    var lanes: [RequestView.Lane] = []
    var nodes: [RequestView.PodKey: String] = [:]
    private var progress: [Progress] = []
    /// The calls of a pod, in the order of their first records.
    private var places: [Key: [Int]] = [:]

    mutating func add(_ record: LogRecord) {
      let roles = record.roles
      let place = place(of: record, roles)
      let level = record.level ?? .info
      lanes[place].end = record.at
      lanes[place].records += 1
      if !record.origin.container.isEmpty { lanes[place].containers.insert(record.origin.container) }
      if level >= .error { lanes[place].errors += 1 } else if level >= .warn { lanes[place].warnings += 1 }
      lanes[place].moments.append((record.at, level))
      if lanes[place].operation.isEmpty, let operation = roles.operation { lanes[place].operation = operation }
      switch roles.phase {
      case .started: progress[place].hasStarted = true
      case .failed:
        progress[place].hasFailed = true
        lanes[place].status = lanes[place].status ?? roles.status
      case .completed:
        progress[place].hasCompleted = true
        if let status = roles.status { lanes[place].status = status }
        if let duration = roles.duration { lanes[place].durationMicros = duration.nanoseconds / 1000 }
      case nil: break
      }
      lanes[place].isComplete = !progress[place].isOpen
    }

    /// The call that a record is about.
    private mutating func place(of record: LogRecord, _ roles: RecordRoles) -> Int {
      let key = Key(service: record.service, pod: RequestView.PodKey(record.origin))
      let known = places[key] ?? []
      guard let last = known.last else { return begin(record, key) }
      let open = known.filter { progress[$0].isUnanswered }
      // A record that says its path is about that call.
      let same = roles.operation.flatMap { operation in open.first { lanes[$0].operation == operation } }
      let next = open.first { progress[$0].isOpen }
      switch roles.phase {
      case .started: return progress[last] != Progress() ? begin(record, key) : last
      case .failed: return same ?? next ?? last
      case .completed:
        // Else the one that began when this one says that it did.
        if let same { return same }
        if let duration = roles.duration, open.count > 1 {
          func distance(_ place: Int) -> Int64 { abs((record.at - duration - lanes[place].start).nanoseconds) }
          return open.min { distance($0) < distance($1) } ?? last
        }
        if let first = next ?? open.first { return first }
        return progress[last].hasCompleted ? begin(record, key) : last
      case nil: return open.last ?? last
      }
    }

    private mutating func begin(_ record: LogRecord, _ key: Key) -> Int {
      let origin = record.origin
      places[key, default: []].append(lanes.count)
      progress.append(Progress())
      lanes.append(
        RequestView.Lane(
          service: record.service, cluster: origin.cluster, namespace: origin.namespace, pod: origin.pod, podUID: origin.podUID,
          node: nodes[key.pod] ?? "", containers: [], operation: "", start: record.at, end: record.at, records: 0, warnings: 0, errors: 0,
          isComplete: true, moments: []))
      return lanes.count - 1
    }
  }
}

extension RecordRoles {
  /// `GET /items`; `nil` when the record does not say both.
  fileprivate var operation: String? {
    guard let method, let path else { return nil }
    return "\(method) \(path)"
  }
}
