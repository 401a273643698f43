package import ClusterModel
package import Kubernetes
package import Screen
package import TimeFormat

/// One node: what it says of itself, and its pods.
package struct NodeView: Sendable {
  package struct PodRow: Sendable, Hashable {
    package var pod: Pod
    package var owner: ObjectReference?
    package var requests: ResourceAmounts

    /// `✖ Evicted`.
    var failed: StyledLine { StyledLine("✖ \(pod.reason.isEmpty ? pod.phase : pod.reason)", .red) }
  }

  package let row: NodesView.Row
  /// The worst first; those that have ended well last.
  package let pods: [PodRow]
  package let now: Timestamp

  /// `nil` for a node that is not there.
  package init?(_ name: String, in snapshot: ClusterSnapshot, now: Timestamp) {
    guard let row = NodesView.rows(of: snapshot, now: now, only: name).first else { return nil }
    self.row = row
    self.now = now
    pods = snapshot.pods.filter { $0.node == name }.map { PodRow(pod: $0, owner: snapshot.owner(of: $0), requests: $0.requests) }
      .sorted { one, other in
        if one.rank != other.rank { return one.rank < other.rank }
        if one.pod.restarts != other.pod.restarts { return one.pod.restarts > other.pod.restarts }
        return (one.pod.namespace, one.pod.name) < (other.pod.namespace, other.pod.name)
      }
  }

  /// Those that are wrong or unknown first.
  package var conditions: [Condition] {
    row.node.conditions.enumerated().sorted { ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset) }.map(\.element)
  }

  /// A condition in words, with its role.
  package func line(_ condition: Condition, face: TimeDisplay) -> StyledLine {
    let (glyph, role): (String, Role) =
      if !row.isLive { ("◌", .grey) } else {
        switch condition.rank {
        case 0: ("✖", .red)
        case 1: ("◌", .grey)
        case 2: ("✔", .green)
        default: ("·", .dim)
        }
      }
    var line: StyledLine = [
      StyledRun(" \(glyph) ", role), StyledRun("\(condition.type) \(condition.status)", condition.rank < 2 ? .strong : .text),
    ]
    if let since = condition.lastTransition { line.append("  since \(face.short(since, now: now))", .dim) }
    line.append("  " + [condition.reason, condition.message].filter { !$0.isEmpty }.joined(separator: ": "), .dim)
    return line
  }

  /// What is known of the node in few words each: version, age, taints, by whom it was cordoned.
  package func facts(face: TimeDisplay) -> [String] {
    var facts: [String] = []
    if !row.node.kubeletVersion.isEmpty { facts.append("kubelet \(row.node.kubeletVersion)") }
    if let created = row.node.created { facts.append("age \((now - created).brief)") }
    facts.append("pods \(row.podsText)")
    return facts
  }

  /// The taints and the cordon in words; `nil` where there is none.
  package var taints: String? { row.node.taints.isEmpty ? nil : row.node.taints.map(\.text).joined(separator: "  ") }

  /// The API has of pods what the kubelet reported last.
  package var podsNote: String? {
    if !row.isLive { return "last known state" }
    return row.node.conditions["Ready"]?.status == "Unknown" ? "last reported by the kubelet" : nil
  }

  package func report(face: TimeDisplay) -> Report {
    var report = Report("\(row.cluster) › \(row.node.name)")
    report.add(.text(row.state.text + (row.since.map { ", since \(face.short($0, now: now))" } ?? "")))
    var list = facts(face: face)
    list.append("CPU requested \(row.cpuText)" + (row.cpuFraction.map { ", \($0.percent)" } ?? ""))
    list.append("memory requested \(row.memoryText)" + (row.memoryFraction.map { ", \($0.percent)" } ?? ""))
    if let words = row.cordonWords(face: face, now: now) { list.append(words) }
    if let taints { list.append("taints \(taints)") }
    report.add(.list(list))
    report.add(.heading("Conditions"))
    report.add(.list(conditions.map { line($0, face: face).text.trimmed }))
    report.add(.heading("Pods"))
    if let podsNote { report.add(.text("Pods: \(podsNote).")) }
    report.add(.table(NodeListings.pods.reportTable(pods, ListingContext(face: face, now: now))))
    return report
  }
}

extension NodeView.PodRow {
  /// What fails before what is on its way out, what is fine, and what has ended well.
  fileprivate var rank: Int {
    if pod.phase == "Succeeded" { return 4 }
    if pod.isTerminating { return 2 }
    if pod.phase == "Failed" { return 1 }
    return pod.isReady ? 3 : 0
  }
}

extension Condition {
  /// 0: wrong, 1: unknown, 2: well, 3: of a kind of which nobody here knows what is well.
  fileprivate var rank: Int {
    if type == "Ready" { return isTrue ? 2 : 0 }
    if status == "Unknown" { return 1 }
    return Self.nodeFaults.contains(type) ? (isTrue ? 0 : 2) : 3
  }
}
