package import ClusterModel
import Kubernetes
package import Screen
package import TimeFormat

/// Every node of every cluster, worst first: whether it is ready, what is wrong with it, and how much of it is requested.
package struct NodesView: Sendable {
  package enum Order: String, Sendable, Hashable, CaseIterable {
    case worstFirst = "worst first"
    case mostCPU = "most CPU requested first"
    case mostMemory = "most memory requested first"
    case byName = "by name"
  }

  package struct Row: Sendable, Hashable {
    package var cluster: String
    package var node: Node
    /// By the rules of Health; grey while the cluster does not answer.
    package var verdict: HealthVerdict
    /// Sum of what the pods request that are on the node and have not ended, as `kubectl describe node` has it.
    package var requested: ResourceAmounts
    /// Pods on the node that have not ended.
    package var pods: Int
    /// Of these, the ones that `kubectl drain` evicts, and how many of them are terminating.
    package var evictable: Int
    package var leaving: Int
    package var cordon: Cordon?
    package var isLive: Bool
    /// When the cluster was last heard of.
    package var lastSeen: Timestamp

    /// 1 is all that is allocatable; `nil` when the node does not say how much that is.
    package var cpuFraction: Double? { NodesView.fraction(requested.milliCPU, node.allocatableMilliCPU) }
    package var memoryFraction: Double? { NodesView.fraction(requested.memory, node.allocatableMemory) }

    /// The node's last word in Kubernetes' terms: of a node that is lost, its condition Ready is Unknown.
    package var ready: String {
      guard isLive else { return "no data" }
      return switch node.conditions["Ready"]?.status {
      case "True": "ready"
      case "False": "not ready"
      case .some: "unknown"
      case .none: "never reported"
      }
    }

    /// Since when it is as `ready` says.
    package var since: Timestamp? { isLive ? node.conditions["Ready"]?.lastTransition : lastSeen }
  }

  package let rows: [Row]
  /// Clusters that do not answer, or not yet.
  package let silent: [ClusterSnapshot]
  /// How well each cluster is seen.
  package let sights: [ClusterSight]
  /// Whether nodes of more than one cluster are shown.
  package let hasManyClusters: Bool
  /// How many nodes there are without the filter.
  package let total: Int
  package let counts: [(status: HealthVerdict.Status, count: Int)]
  package let cordoned: Int
  package let now: Timestamp

  package init(_ snapshots: [ClusterSnapshot], now: Timestamp, filter: String = "", order: Order = .worstFirst) {
    self.now = now
    let all = snapshots.flatMap { NodesView.rows(of: $0, now: now) }
    total = all.count
    hasManyClusters = snapshots.count > 1
    silent = snapshots.filter { if case .live = $0.connection { false } else { true } }
    sights = snapshots.map(ClusterSight.init)
    counts = [HealthVerdict.Status.red, .amber, .green, .unknown].map { status in (status, all.count { $0.verdict.status == status }) }
    cordoned = all.count { $0.isLive && $0.cordon != nil }
    let needle = filter.lowercased()
    rows = all.filter { needle.isEmpty || $0.matches(needle) }.sorted { NodesView.precedes($0, $1, order) }
  }

  /// The nodes of one cluster, or one of them; the pods are looked at once.
  static func rows(of snapshot: ClusterSnapshot, now: Timestamp, only name: String? = nil) -> [Row] {
    let isLive = if case .live = snapshot.connection { true } else { false }
    var places: [String: Int] = [:]
    let nodes = name.map { [snapshot.node($0)].compactMap { $0 } } ?? Array(snapshot.nodes)
    var rows = nodes.enumerated().map { place, node in
      places[node.name] = place
      return Row(
        cluster: snapshot.cluster, node: node, verdict: HealthAssessment.verdict(on: node, in: snapshot, now: now), requested: .zero,
        pods: 0, evictable: 0, leaving: 0, cordon: node.cordon(events: snapshot.events), isLive: isLive, lastSeen: snapshot.at)
    }
    for pod in snapshot.pods where !pod.node.isEmpty && !pod.hasEnded {
      guard let place = places[pod.node] else { continue }
      rows[place].pods += 1
      rows[place].requested += pod.requests
      guard pod.isEvictedByDrain else { continue }
      rows[place].evictable += 1
      if pod.isTerminating { rows[place].leaving += 1 }
    }
    return rows
  }

  static func fraction(_ part: Int64, _ whole: Int64) -> Double? { whole > 0 ? Double(part) / Double(whole) : nil }

  private static func precedes(_ one: Row, _ other: Row, _ order: Order) -> Bool {
    switch order {
    case .worstFirst:
      if one.verdict.status != other.verdict.status { return one.verdict.status > other.verdict.status }
      if (one.cordon == nil) != (other.cordon == nil) { return one.cordon != nil }
    case .mostCPU: if one.cpuFraction != other.cpuFraction { return one.cpuFraction ?? -1 > other.cpuFraction ?? -1 }
    case .mostMemory: if one.memoryFraction != other.memoryFraction { return one.memoryFraction ?? -1 > other.memoryFraction ?? -1 }
    case .byName: break
    }
    return (one.cluster, one.node.name) < (other.cluster, other.node.name)
  }

  package var hasRed: Bool { counts.contains { $0.status == .red && $0.count > 0 } }

  /// `✖ 1 red  ▲ 1 amber  ✔ 8 green  ◌ 3 no data   1 cordoned`.
  package var summary: StyledLine {
    var line = StyledLine()
    for (status, count) in counts where count > 0 || status == .green {
      line.append("\(status.glyph) \(count) \(status.countWord)  ", count > 0 ? status.role : .dim)
    }
    if cordoned > 0 { line.append(" \(cordoned) cordoned", .strong) }
    return line
  }
}

// MARK: As a document

extension NodesView {
  /// What is said of clusters that do not answer.
  package func silence(face: TimeDisplay) -> [String] { silent.map { $0.cluster + $0.connection.note(face: face, now: now) } }

  /// Which clusters do not show nodes to this user, and what would.
  package var forbidden: [String] {
    sights.filter { $0.visibility.hidden.contains("nodes") }.flatMap { sight in
      ["\(sight.cluster): this user may not list nodes."] + (sight.visibility.remedy.map { ["All is shown with: \($0)"] } ?? [])
    }
  }

  package func report(face: TimeDisplay) -> Report {
    var report = Report("Nodes at \(face.full(now))", [.text(summary.text.trimmed)])
    if rows.isEmpty {
      report.add(.text(total == 0 ? "No nodes." : "No node matches."))
    } else {
      report.add(.table(NodeListings.nodes.reportTable(rows, ListingContext(face: face, now: now))))
    }
    if !silent.isEmpty { report.add(.list(silence(face: face))) }
    for sentence in forbidden { report.add(.text(sentence)) }
    return report
  }

  /// One line a node, in the view's order, then one for each cluster that does not answer, or not wholly.
  package var jsonLines: [String] { rows.map { NodeListings.nodes.jsonLine($0) } + ClusterSight.jsonLines(sights) }

  /// Which clusters do not answer and why; `nil` when all do.
  package var silence: String? { ClusterSight.silence(sights) }
}

// MARK: Words

extension NodesView.Row {
  fileprivate func matches(_ needle: String) -> Bool {
    ([cluster, node.name, ready, verdict.status.word, node.kubeletVersion] + node.taints.map(\.text) + why(face: .utc, now: lastSeen))
      .contains { $0.lowercased().contains(needle) }
  }

  /// What is wrong with it or done to it, worst first; empty when there is nothing to say.
  package func why(face: TimeDisplay, now: Timestamp) -> [String] {
    var why: [String] = []
    if !isLive { why.append("last known \(face.short(lastSeen, now: now))") }
    if let ready = node.conditions["Ready"], !ready.isTrue { why.append(ready.inWords) }
    for condition in node.conditions where condition.isNodeFault {
      let since = condition.lastTransition.map { " since \(face.short($0, now: now))" } ?? ""
      why.append("\(condition.type)\(since): \(condition.reason.isEmpty ? condition.message : condition.reason)")
    }
    if let words = cordonWords(face: face, now: now) { why.append(words) }
    return why
  }

  /// `draining, 3 pods left: by kubectl at 13:51`; `nil` for a node that takes pods.
  package func cordonWords(face: TimeDisplay, now: Timestamp) -> String? {
    guard let cordon else { return nil }
    let what =
      if evictable == 0 { "drained" } else if leaving > 0 { "draining, \(counted(evictable, "pod")) left" } else {
        "cordoned, \(counted(evictable, "pod")) left"
      }
    return what + ": " + (cordon.manager.map { "by \($0)" } ?? "manager unknown")
      + (cordon.at.map { ", \(face.short($0, now: now))" } ?? "")
  }

  /// Taints that say more than conditions and the cordon do.
  package var ownTaints: [String] { node.taints.filter { !$0.isOfKubernetes }.map(\.text) }
}

extension Condition {
  /// Conditions of a node that are wrong when they are true (core/v1 NodeConditionType).
  static let nodeFaults: Set = ["MemoryPressure", "DiskPressure", "PIDPressure", "NetworkUnavailable"]

  var isNodeFault: Bool { isTrue && Self.nodeFaults.contains(type) }

  /// `KubeletNotReady: container runtime is down`.
  var inWords: String { [reason, message].filter { !$0.isEmpty }.joined(separator: ": ") }
}

extension Double {
  /// `78 %`, cut to the whole percent as `kubectl describe node` does.
  package var percent: String { "\(Int(max(0, min(self, 1e6)) * 100)) %" }
}

extension ResourceAmounts {
  /// `250 m`, `1.5`: CPUs.
  package static func cpu(_ milli: Int64) -> String {
    if milli < 1000 { return milli == 0 ? "0" : "\(milli) m" }
    guard milli % 1000 > 0 else { return "\(milli / 1000)" }
    return "\(milli / 1000).\(milli % 1000 / 100)" + (milli % 100 > 0 ? "\(milli % 100 / 10)" : "")
  }

  package static func bytes(_ count: Int64) -> String { count == 0 ? "0" : Quantity.bytes(count) }
}
