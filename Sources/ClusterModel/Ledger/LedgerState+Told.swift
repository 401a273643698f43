import JSONBytes
import TimeFormat

/// What was told, so that after a restart nothing of it is judged anew on less, and open outages go on.
extension LedgerEngine {
  var measuredState: JSONValue {
    [
      "began": .int(began.nanoseconds), "settledUntil": .int(settledUntil.nanoseconds),
      "blind": .array(blind.map { [.int($0.from.nanoseconds), .int($0.to.nanoseconds)] }),
    ]
  }

  /// - Parameter state: absent in what an earlier version saved; then what is there was there before.
  mutating func restoreMeasured(_ state: JSONValue?, _ workloads: JSONValue?) {
    began = state?["began"]?.moment ?? now
    settledUntil = state?["settledUntil"]?.moment ?? now
    for pair in state?["blind"]?.arrayValue ?? [] {
      if let from = pair[0]?.moment, let to = pair[1]?.moment { blind.append(Interval(from: from, to: to)) }
    }
    for member in workloads?.objectValue ?? [:] {
      availability[member.key] = Availability(memory: member.value, cluster: cluster, uid: member.key)
    }
  }
}

extension Availability {
  var memory: JSONValue { [.int(settled.nanoseconds), .bool(hasBeenReady), .array(shortages.map(\.memory))] }

  fileprivate init?(memory value: JSONValue, cluster: String, uid: String) {
    guard let settled = value[0]?.moment else { return nil }
    self.init(settled: settled, hasBeenReady: value[1]?.boolValue ?? true)
    shortages = (value[2]?.arrayValue ?? []).compactMap { Shortage(memory: $0, cluster: cluster, uid: uid) }
  }
}

extension JSONValue {
  fileprivate var moment: Timestamp? { intValue.map { Timestamp(nanoseconds: $0) } }

  fileprivate static func moment(_ moment: Timestamp?) -> JSONValue { moment.map { .int($0.nanoseconds) } ?? .null }
  fileprivate static func text(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
  fileprivate static func seconds(_ seconds: Double?) -> JSONValue { seconds.map { .double($0) } ?? .null }
}

extension Shortage {
  fileprivate var memory: JSONValue {
    [
      .string(namespace), .string(workload), .string(phase.rawValue), .moment(from), .moment(to), .int(Int64(ready)), .int(Int64(desired)),
    ]
  }

  fileprivate init?(memory value: JSONValue, cluster: String, uid: String) {
    guard let phase = value[2]?.stringValue.flatMap(Phase.init), let from = value[3]?.moment else { return nil }
    self.init(
      cluster: cluster, namespace: value[0]?.stringValue ?? "", workload: value[1]?.stringValue ?? "", workloadUID: uid, phase: phase,
      from: from, to: value[4]?.moment, ready: Int(clamping: value[5]?.intValue ?? 0), desired: Int(clamping: value[6]?.intValue ?? 0))
  }
}

extension Reschedule.PodReference {
  fileprivate var memory: JSONValue { [.string(name), .string(uid), .string(node)] }

  fileprivate init?(memory value: JSONValue?) {
    guard let parts = value?.arrayValue?.compactMap(\.stringValue), parts.count == 3 else { return nil }
    self.init(name: parts[0], uid: parts[1], node: parts[2])
  }
}

extension Reschedule {
  var memory: JSONValue {
    let members: [(String, JSONValue)] = [
      ("key", .string(key)), ("at", .moment(at)), ("cluster", .string(cluster)), ("namespace", .string(namespace)),
      ("workload", .string(workload)), ("change", .string(change.rawValue)), ("cause", .string(cause.rawValue)),
      ("old", old?.memory ?? .null), ("new", new?.memory ?? .null), ("container", .text(container)),
      ("exitCode", exitCode.map { .int(Int64($0)) } ?? .null), ("downtime", .seconds(downtimeSeconds)),
      ("downSince", .moment(downtimeSince)),
      ("downCounted", .moment(downtimeCountedTo)), ("gap", .seconds(capacityGapSeconds)), ("gapCounted", .moment(capacityGapCountedTo)),
      ("confidence", .double(confidence)), ("evidence", .array(evidence.map { .string($0) })), ("pending", isPending ? .bool(true) : .null),
      ("revisedAt", .moment(revisedAt)), ("formerly", .text(formerly)), ("retractedAt", .moment(retractedAt)),
    ]
    return .object(JSONObject(members.filter { $0.1 != .null }.map { .init(key: $0.0, value: $0.1) }))
  }

  init?(memory value: JSONValue) {
    guard let key = value["key"]?.stringValue, let at = value["at"]?.moment,
      let change = value["change"]?.stringValue.flatMap(Change.init), let cause = value["cause"]?.stringValue.flatMap(Cause.init)
    else { return nil }
    self.init(
      key: key, at: at, cluster: value["cluster"]?.stringValue ?? "", namespace: value["namespace"]?.stringValue ?? "",
      workload: value["workload"]?.stringValue ?? "", change: change, cause: cause, old: .init(memory: value["old"]),
      new: .init(memory: value["new"]), container: value["container"]?.stringValue,
      exitCode: value["exitCode"]?.intValue.map { Int(clamping: $0) }, downtimeSeconds: value["downtime"]?.doubleValue,
      capacityGapSeconds: value["gap"]?.doubleValue, confidence: value["confidence"]?.doubleValue ?? 0,
      evidence: (value["evidence"]?.arrayValue ?? []).compactMap(\.stringValue), isPending: value["pending"]?.boolValue ?? false)
    downtimeSince = value["downSince"]?.moment
    downtimeCountedTo = value["downCounted"]?.moment
    capacityGapCountedTo = value["gapCounted"]?.moment
    revisedAt = value["revisedAt"]?.moment
    formerly = value["formerly"]?.stringValue
    retractedAt = value["retractedAt"]?.moment
  }
}
