import ClusterModel
import JSONBytes
import TimeFormat

/// The workloads of the Health page. On the screen each is a line or a tile of its own.
package enum HealthListing {
  package static let tiles = Listing<HealthView.Tile>(
    "workloads",
    keys: ["cluster", "namespace", "workload", "status", "ready", "desired", "since", "lastChange", "reasons"],
    [
      Column(report: "cluster", json: [JSONField("cluster", .string) { $0.verdict.cluster }]) { tile, _ in tile.verdict.cluster },
      Column(
        report: "status", json: [JSONField("status", .string, "`green`, `amber`, `red`, `unknown`: no data") { $0.verdict.status.word }],
        text: { tile, _ in tile.verdict.status.glyph + " " + tile.verdict.status.word }),
      Column(
        report: "workload",
        json: [JSONField("workload", .string, "`Deployment/api`, `Pod/…`, `Node/…`") { $0.verdict.subject.display }],
        text: { tile, _ in tile.verdict.subject.display }),
      Column(
        report: "namespace", json: [JSONField("namespace", .string) { $0.verdict.subject.namespace }],
        text: { tile, _ in tile.verdict.subject.namespace }),
      Column(
        report: "ready",
        json: [JSONField("ready", .number, "pods") { $0.verdict.ready }, JSONField("desired", .number, "pods") { $0.verdict.desired }],
        text: { tile, _ in "\(tile.verdict.ready)/\(tile.verdict.desired)" }),
      Column(
        report: "since", json: [JSONField("since", .time, "since when the status holds") { $0.verdict.since?.rfc3339() }],
        text: { tile, context in tile.verdict.since.map { context.face.short($0, now: context.now) } ?? "" }),
      Column(
        report: "changed last", json: [JSONField("lastChange", .string, "in words") { $0.verdict.lastChange }],
        text: { tile, _ in tile.verdict.lastChange ?? "" }),
      Column(
        report: "unplanned 24 h", isNumber: true,
        json: [
          JSONField(
            "unplanned24h", .number,
            "unplanned restarts and reschedules in the last 24 h; absent where no reschedule history of the cluster is recorded"
          ) { $0.hasLedger ? $0.churn : nil }
        ],
        text: { tile, _ in tile.hasLedger ? "\(tile.churn)" : "–" }),
      Column(
        report: "down 24 h", isNumber: true,
        json: [
          JSONField("downSince", .time, "the first second without a ready pod; absent while there is one") {
            $0.hasLedger ? $0.verdict.downSince?.rfc3339() : nil
          },
          JSONField(
            "downtimeSeconds24h", .seconds,
            "without a ready pod in the last 24 h, what goes on counted until now; absent for Jobs and nodes, and where no history is recorded"
          ) { $0.hasLedger ? $0.verdict.downtimeSeconds.map(milliseconds) : nil },
          JSONField("capacityGapSeconds24h", .seconds, "summed over missing replicas in the last 24 h; absent where the one above is") {
            $0.hasLedger ? $0.verdict.capacityGapSeconds.map(milliseconds) : nil
          },
        ],
        text: { tile, _ in tile.hasLedger ? tile.verdict.downtimeSeconds.map(ReschedulesView.duration) ?? "" : "" }),
      // Prose comes last: in columns nothing stands behind it, in sentences it goes on under its row.
      Column(
        report: "why", json: [JSONField("reasons", each: reason, "worst first") { $0.verdict.reasons }],
        text: { tile, _ in tile.verdict.reasons.map(\.sentence).joined(separator: "; ") }),
    ])

  private static func milliseconds(_ seconds: Double) -> Double { (seconds * 1000).rounded() / 1000 }

  private static let reason = JSONShape<HealthVerdict.Reason>([
    JSONField("rule", .string) { $0.rule }, JSONField("status", .string) { $0.status.word }, JSONField("sentence", .string) { $0.sentence },
    JSONField("since", .time) { $0.since?.rfc3339() },
  ])
}
