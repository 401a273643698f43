import ClusterModel
import JSONBytes
import Kubernetes
package import Screen
import TimeFormat

/// The nodes of all clusters, and the pods of one.
package enum NodeListings {
  package typealias Row = NodesView.Row

  package static let nodes = Listing<Row>(
    "nodes",
    keys: ["cluster", "node", "status", "ready", "since", "conditions"],
    [
      Column(TableColumn("cluster", min: 7, ideal: 9), json: [JSONField("cluster", .string) { $0.cluster }]) { row, _ in
        row.line(row.cluster, .dim)
      },
      Column(TableColumn("node", min: 12, ideal: 14, max: 40, flex: 1), json: [JSONField("node", .string) { $0.node.name }]) { row, _ in
        row.line(row.node.name, .strong)
      },
      Column(
        TableColumn("state", min: 16, ideal: 16),
        json: [
          JSONField("status", .string, "`green`, `amber`, `red`, `unknown`: no data") { $0.verdict.status.word },
          JSONField("ready", .string, "status of the condition Ready: `True`, `False`, `Unknown`; as last seen where `status` is `unknown`")
          {
            $0.node.conditions["Ready"]?.status
          },
        ]
      ) { row, _ in row.state },
      Column(
        TableColumn("since", min: 9, ideal: 9, priority: 2),
        json: [
          JSONField("since", .time, "of the condition Ready; when it was last seen where `status` is `unknown`") { $0.since?.rfc3339() }
        ]
      ) { row, context in row.line(row.since.map { context.face.short($0, now: context.now) } ?? "–", .dim) },
      Column(
        TableColumn("why", min: 18, ideal: 24, flex: 4),
        json: [JSONField("conditions", each: condition, "all that the node reports") { $0.node.conditions }]
      ) { row, context in
        let role: Role = row.verdict.status == .green ? .text : row.verdict.status.role
        return row.line(row.why(face: context.face, now: context.now).joined(separator: "; "), role)
      },
      gauge(
        "cpu req", \.cpuFraction,
        json: [
          JSONField("requestedMilliCPU", .number, "what its pods request, in thousandths of a CPU") { $0.requested.milliCPU },
          JSONField("allocatableMilliCPU", .number) { $0.node.allocatableMilliCPU > 0 ? $0.node.allocatableMilliCPU : nil },
        ]
      ) { $0.cpuText },
      gauge(
        "mem req", \.memoryFraction,
        json: [
          JSONField("requestedMemory", .number, "what its pods request, in bytes") { $0.requested.memory },
          JSONField("allocatableMemory", .number, "bytes") { $0.node.allocatableMemory > 0 ? $0.node.allocatableMemory : nil },
        ]
      ) { $0.memoryText },
      Column(
        TableColumn("pods", min: 7, ideal: 7, align: .right, priority: 1), isNumber: true,
        json: [
          JSONField("pods", .number, "that are on it and have not ended") { $0.pods },
          JSONField("allocatablePods", .number) { $0.node.allocatablePods > 0 ? $0.node.allocatablePods : nil },
        ]
      ) { row, _ in row.line(row.podsText, .text) },
      Column(
        TableColumn("taints", min: 12, ideal: 24, flex: 1, priority: 6),
        json: [JSONField("taints", .strings, "`key=value:Effect`") { $0.node.taints.map(\.text) }]
      ) { row, _ in row.line(row.ownTaints.joined(separator: " "), .dim) }
      .report { row, _ in row.node.taints.map(\.text).joined(separator: " ") },
      Column(
        TableColumn("kubelet", min: 8, ideal: 9, priority: 4),
        json: [JSONField("kubelet", .string, "version") { $0.node.kubeletVersion.nonEmpty }]
      ) { row, _ in row.line(row.node.kubeletVersion.nonEmpty ?? "–", .dim) },
      Column(
        TableColumn("age", min: 6, ideal: 6, align: .right, priority: 3), json: [JSONField("created", .time) { $0.node.created?.rfc3339() }]
      ) { row, context in row.line(row.node.created.map { (context.now - $0).brief } ?? "–", .dim) },
      Column(
        json: JSONField("cordoned", .boolean) { $0.cordon != nil },
        JSONField("drained", .boolean, "of a cordoned node: no pod is left that `kubectl drain` evicts") {
          $0.cordon == nil ? nil : $0.evictable == 0
        },
        JSONField("cordonedBy", .string, "the field manager, e.g. `kubectl`; absent where the server does not say") { $0.cordon?.manager },
        JSONField("cordonedAt", .time) { $0.cordon?.at?.rfc3339() }),
    ])

  /// As a screen so wide shows them: a wider one has bars, and still wider ones the amounts.
  package static func nodes(width: Int) -> Listing<Row> {
    guard width >= 110 else { return nodes }
    let isWide = width >= 150
    func widened(_ title: String, _ fraction: @escaping @Sendable (Row) -> Double?, _ amounts: @escaping @Sendable (Row) -> String)
      -> (inout Column<Row>) -> Void
    {
      { column in
        column.table = TableColumn(title, min: isWide ? 28 : 11, ideal: isWide ? 28 : 11)
        column.cell = { row, context in
          guard let share = fraction(row) else { return StyledLine("–", .grey) }
          let bar = row.line(Gauge.text(share, columns: 5, glyphs: context.glyphs), .bar) + row.line(" " + share.percent, .text)
          return isWide ? bar.fitted(to: 12) + row.line(amounts(row), .dim) : bar
        }
      }
    }
    return nodes.changing("cpu req", widened("cpu req", { $0.cpuFraction }, { $0.cpuText }))
      .changing("mem req", widened("mem req", { $0.memoryFraction }, { $0.memoryText }))
  }

  private static func gauge(
    _ title: String, _ fraction: @escaping @Sendable (Row) -> Double?, json: [JSONField<Row>],
    amounts: @escaping @Sendable (Row) -> String
  ) -> Column<Row> {
    Column(TableColumn(title, min: 7, ideal: 7, align: .right), isNumber: true, json: json) { row, _ in
      fraction(row).map { row.line($0.percent, .text) } ?? StyledLine("–", .grey)
    }
    .report { row, _ in amounts(row) + (fraction(row).map { ", \($0.percent)" } ?? "") }
  }

  private static let condition = JSONShape<Condition>([
    JSONField("type", .string) { $0.type }, JSONField("status", .string) { $0.status }, JSONField("reason", .string) { $0.reason },
    JSONField("message", .string) { $0.message }, JSONField("since", .time) { $0.lastTransition?.rfc3339() },
  ])

  package static let pods = Listing<NodeView.PodRow>(
    "pods",
    [
      Column(TableColumn("pod", min: 20, ideal: 24, flex: 2)) { row, _ in StyledLine(row.pod.name) },
      Column(TableColumn("namespace", min: 9, ideal: 12, priority: 2)) { row, _ in StyledLine(row.pod.namespace, .dim) },
      Column(TableColumn("workload", min: 14, ideal: 20, flex: 1, priority: 3)) { row, _ in StyledLine(row.owner?.display ?? "–", .dim) },
      // As wide as `✖ CrashLoopBackOff`.
      Column(TableColumn("state", min: 18, ideal: 18)) { row, _ in row.pod.phase == "Failed" ? row.failed : row.pod.readyMark },
      Column(TableColumn("restarts", ideal: 8, align: .right), isNumber: true) { row, _ in
        StyledLine("\(row.pod.restarts)", row.pod.restarts > 3 ? .amber : .text)
      },
      Column(TableColumn("cpu", min: 7, ideal: 7, align: .right), isNumber: true) { row, _ in
        row.pod.hasEnded ? StyledLine("–", .grey) : StyledLine(ResourceAmounts.cpu(row.requests.milliCPU), .text)
      },
      Column(TableColumn("memory", min: 7, ideal: 8, align: .right), isNumber: true) { row, _ in
        row.pod.hasEnded ? StyledLine("–", .grey) : StyledLine(ResourceAmounts.bytes(row.requests.memory), .text)
      },
      Column(TableColumn("age", min: 6, ideal: 6, align: .right, priority: 1)) { row, context in
        StyledLine(row.pod.created.map { (context.now - $0).brief } ?? "–", .dim)
      },
    ])
}

extension NodesView.Row {
  /// Grey while the cluster does not answer.
  func line(_ text: String, _ role: Role) -> StyledLine { StyledLine(text, isLive ? role : .grey) }

  /// `✖ not ready`, `✔ ready cordoned`.
  package var state: StyledLine {
    guard isLive else { return StyledLine("◌ no data", .grey) }
    let status = verdict.status
    if status == .green, cordon != nil { return [StyledRun("✔ ready", .green), StyledRun(" cordoned", .strong)] }
    return StyledLine("\(status.glyph) \(ready)", status.role)
  }

  package var podsText: String { "\(pods)" + (node.allocatablePods > 0 ? "/\(node.allocatablePods)" : "") }

  /// `3.1 of 4`.
  package var cpuText: String {
    ResourceAmounts.cpu(requested.milliCPU)
      + (node.allocatableMilliCPU > 0 ? " of \(ResourceAmounts.cpu(node.allocatableMilliCPU))" : "")
  }

  package var memoryText: String {
    ResourceAmounts.bytes(requested.memory) + (node.allocatableMemory > 0 ? " of \(ResourceAmounts.bytes(node.allocatableMemory))" : "")
  }
}
