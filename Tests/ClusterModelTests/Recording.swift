import ClusterModel
import Foundation
import JSONBytes
import TimeFormat

/// A recording of a real cluster, reduced to what is read: lists first, then every watch event.
struct Recording {
  var deltas: [ClusterDelta] = []
  /// The recording names the second of its start; its events with microseconds show the rest.
  var start = Timestamp(rfc3339: "2026-11-22T14:03:29.440Z")!

  init(_ name: String = "kubernetes-a") throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures/\(name).ndjson")
    let decoder = ClusterDecoder()
    for line in try Data(contentsOf: file).split(separator: UInt8(ascii: "\n")) {
      let tree = try JSONValue(parsing: Array(line))
      if let started = tree["startedAt"]?.stringValue { start = Timestamp(rfc3339: started) ?? start }
      guard let resource = tree["resource"]?.stringValue.flatMap(ClusterResource.init) else { continue }
      let at = start + .milliseconds(Int64((tree["at"]?.doubleValue ?? 0) * 1000))
      if let list = tree["list"] {
        deltas.append(ClusterDelta(resource: resource, change: .relist(try decoder.list(resource, list.jsonBytes).items), at: at))
      } else if let event = tree["event"] {
        switch try decoder.watchLine(resource, event.jsonBytes) {
        case .added(let object, _): deltas.append(ClusterDelta(resource: resource, change: .added(object), at: at))
        case .modified(let object, _): deltas.append(ClusterDelta(resource: resource, change: .modified(object), at: at))
        case .deleted(let object, _): deltas.append(ClusterDelta(resource: resource, change: .deleted(object), at: at))
        default: break
        }
      }
    }
  }

  var end: Timestamp { deltas.last!.at }
}

/// Keeps a ledger as a store would: the last word under each key.
struct LedgerBook {
  var engine: LedgerEngine
  var entries: [String: Reschedule] = [:]
  var lifecycle: [PodLifecycleEvent] = []
  var gaps: [LedgerGap] = []
  /// By the workload's UID, oldest first.
  var shortages: [String: [Shortage]] = [:]

  init(cluster: String = "real") { engine = LedgerEngine(cluster: cluster) }

  mutating func apply(_ delta: ClusterDelta) { take(engine.apply(delta)) }
  mutating func tick(_ at: Timestamp, watched: [ClusterResource: Timestamp] = [:]) { take(engine.tick(at, watched: watched)) }

  mutating func take(_ output: LedgerOutput) {
    for entry in output.entries { entries[entry.key] = entry }
    lifecycle += output.lifecycle
    gaps += output.gaps
    for update in output.shortages {
      shortages[update.workloadUID, default: []].removeAll { $0.from >= update.since }
      shortages[update.workloadUID, default: []] += update.shortages
    }
  }

  /// The downtimes of a workload, oldest first.
  func outages(_ workload: String) -> [Outage] { pieces(workload).outages }
  func pieces(_ workload: String) -> [Shortage] {
    shortages.values.flatMap { $0 }.filter { $0.workload == workload }.sorted { $0.from < $1.from }
  }

  var sorted: [Reschedule] { entries.values.sorted { ($0.at, $0.key) < ($1.at, $1.key) } }

  /// What must not depend on the order in which things became known.
  var essence: Set<String> {
    Set(entries.values.map { "\($0.key) \($0.workload) \($0.change) \($0.cause) \($0.old?.name ?? "-") → \($0.new?.name ?? "-")" })
  }
}
