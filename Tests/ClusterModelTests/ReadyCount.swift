import ClusterModel
import Kubernetes
import TimeFormat

/// Counts ready pods from the objects alone, delta by delta, as a person with `kubectl get pods --watch` and a stopwatch would: the truth
/// that told downtime is held to.
struct ReadyCount {
  /// By `Deployment/api`, when it had no ready pod: each change, oldest first.
  private(set) var changes: [String: [(at: Timestamp, isDown: Bool)]] = [:]
  private var pods: [String: Pod] = [:]
  private var workloads: [String: Workload] = [:]
  private var endedNamespaces: Set<String> = []
  private var haveBeenReady: Set<String> = []

  mutating func apply(_ delta: ClusterDelta, at moment: Timestamp) {
    switch delta.change {
    case .added(let object), .modified(let object): put(object)
    case .deleted(let object): drop(object)
    case .relist(let objects): objects.forEach { put($0) }
    }
    count(at: moment)
  }

  private mutating func put(_ object: ClusterObject) {
    switch object {
    case .pod(let pod): pods[pod.uid] = pod
    case .workload(let workload): workloads[workload.reference.uid] = workload
    case .namespace(let namespace): if namespace.deletionTimestamp != nil { endedNamespaces.insert(namespace.name) }
    default: break
    }
  }

  private mutating func drop(_ object: ClusterObject) {
    switch object {
    case .pod(let pod): pods[pod.uid] = nil
    case .workload(let workload): workloads[workload.reference.uid] = nil
    default: break
    }
  }

  private mutating func count(at moment: Timestamp) {
    var ready: [String: Int] = [:]
    for pod in pods.values where pod.isReady && !pod.isTerminating && pod.phase != "Failed" && pod.phase != "Succeeded" {
      guard let controller = pod.controller else { continue }
      ready[workloads[controller.uid]?.controller?.uid ?? controller.uid, default: 0] += 1
    }
    for (uid, workload) in workloads where workload.controller == nil && !workload.kind.runsToCompletion {
      let name = workload.reference.display
      if ready[uid] != nil { haveBeenReady.insert(name) }
      let isWanted =
        workload.desired > 0 && workload.deletionTimestamp == nil && !endedNamespaces.contains(workload.reference.namespace)
      note(name, isWanted && ready[uid] == nil && haveBeenReady.contains(name), moment)
    }
    let present = Set(workloads.values.map(\.reference.display))
    for name in changes.keys where !present.contains(name) { note(name, false, moment) }
  }

  private mutating func note(_ name: String, _ isDown: Bool, _ moment: Timestamp) {
    if changes[name]?.last?.isDown ?? false != isDown { changes[name, default: []].append((moment, isDown)) }
  }

  private func isDown(_ name: String, at moment: Timestamp) -> Bool { changes[name]?.last { $0.at <= moment }?.isDown ?? false }

  /// The seconds in which told downtime and the count differ, other than at their edges.
  ///
  /// - Parameter edge: how far a told edge may lie from the counted one.
  func differences(_ book: LedgerBook, from start: Timestamp, to end: Timestamp, edge: Duration) -> [String] {
    var found: [String] = []
    let names = Set(changes.keys).union(book.shortages.values.flatMap { $0.map(\.workload) })
    for name in names.sorted() where !name.hasPrefix("Pod/") {
      let told = book.outages(name)
      var moment = start
      while moment < end {
        defer { moment = moment + .seconds(1) }
        let isTold = told.contains { $0.from <= moment && ($0.to.map { $0 > moment } ?? true) }
        guard isTold != isDown(name, at: moment) else { continue }
        let nearest = (changes[name] ?? []).map { abs(($0.at - moment).seconds) }.min() ?? .infinity
        if nearest > edge.seconds {
          found.append("\(name) at \(moment.rfc3339(.seconds)): \(isTold ? "told down, is up" : "down, told up")")
        }
      }
    }
    return found
  }

  /// Seconds down in all, by workload.
  func seconds(_ name: String, to end: Timestamp) -> Double {
    var total = 0.0
    let edges = changes[name] ?? []
    for (index, edge) in edges.enumerated() where edge.isDown {
      total += ((index + 1 < edges.count ? edges[index + 1].at : end) - edge.at).seconds
    }
    return total
  }
}
