package import ClusterModel
package import JSONBytes
import Screen
package import TimeFormat

/// The lists of the reschedule history.
package enum LedgerListings {
  package static let entries = Listing<Reschedule>(
    "entries",
    [
      Column(
        TableColumn("time", ideal: 9), json: [JSONField("at", .time) { $0.at.rfc3339() }],
        cell: { entry, context in
          let short = context.face.short(entry.at, now: context.now)
          return StyledLine(short.count > 5 ? short : context.face.time(entry.at))
        }
      ).report { $1.face.full($0.at) },
      Column(json: JSONField("cluster", .string) { $0.cluster }, JSONField("namespace", .string) { $0.namespace }),
      Column(
        TableColumn("workload", min: 12, ideal: 16),
        json: [JSONField("workload", .string, "`Deployment/api`; `Pod/name` for a pod without a controller") { $0.workload }],
        cell: { entry, _ in StyledLine(entry.shortWorkload) }),
      Column(
        TableColumn("change", ideal: 9),
        json: [
          JSONField("change", .string, "\(quoted(Reschedule.Change.self)); the first two are reschedules") { $0.change.rawValue }
        ],
        cell: { entry, _ in StyledLine(entry.changeWord, entry.retractedAt == nil ? .text : .dim) }),
      Column(
        TableColumn("cause", min: 9, ideal: 10),
        json: [
          JSONField(
            "cause", .string,
            """
            \(quoted(Reschedule.Cause.self)); all but `rollout`, `scale` and `completed` are unplanned, also a pod that was deleted \
            directly or drained. An `eviction` is the kubelet's own, or one that somebody asked the API for on a node that was not \
            being emptied, whose `evidence` begins with `\(Reschedule.evictedByAPI)`. What `periplus down` ended and `up` started again is `completed`
            """
          ) { $0.cause.rawValue }
        ],
        cell: { entry, _ in StyledLine(entry.cause.rawValue, entry.cause.isPlanned ? .dim : .amber) }
      ).report { entry, _ in entry.causeWords },
      Column(
        TableColumn("pod", min: 15, ideal: 17, flex: 1),
        json: [
          JSONField("old", pod) { $0.old }, JSONField("new", pod) { $0.new },
          JSONField("container", .string, "that was restarted") { $0.container },
          JSONField("exitCode", .number, "with which the old container ended") { $0.exitCode },
        ],
        cell: { entry, _ in StyledLine(entry.pods) }),
      Column(TableColumn("node", min: 15, ideal: 16, priority: 3), cell: { entry, _ in StyledLine(entry.nodes, .dim) }),
      Column(
        TableColumn("downtime", min: 8, ideal: 8, align: .right, priority: 2),
        json: [
          JSONField(
            "downtimeSeconds", .seconds,
            "of the workload's downtime that the entry was part of, from the first second without a ready pod to the first with one; what goes on is counted until now. Entries can be parts of one downtime: `outage` lines have each once"
          ) { $0.downtimeSeconds },
          JSONField("downtimeSince", .time, "its first second") { $0.downtimeSince?.rfc3339() },
          JSONField("ongoing", .boolean, "`true` while the workload has no ready pod; else absent") { $0.isDown ? true : nil },
        ],
        cell: { entry, context in StyledLine(downtime(entry, context)) }
      ),
      Column(
        json: JSONField(
          "capacityGapSeconds", .seconds, "in which its pod was missing of what its workload wants, counted until now while it is"
        ) {
          $0.capacityGapSeconds
        },
        JSONField("confidence", .share, "that the cause is right; where something speaks against it, `evidence` says so after `in doubt:`")
        {
          $0.confidence
        }),
      Column(
        TableColumn("evidence", min: 16, ideal: 28, flex: 3, priority: 5),
        json: [JSONField("evidence", .strings, "the fields and events that say so") { $0.evidence }],
        cell: { entry, _ in StyledLine(entry.evidence.joined(separator: ", "), .dim) }),
      Column(
        json: JSONField(
          "pending", .boolean,
          "`true` while nothing is ready in its place or its cause may still be explained otherwise; it is written again when it is settled; else absent"
        ) {
          $0.isPending ? true : nil
        },
        JSONField("revisedAt", .time, "when more became known and it was told otherwise than before; marked `*` on the screen") {
          $0.revisedAt?.rfc3339()
        },
        JSONField("formerly", .string, "what it was told as before: change and cause") { $0.formerly },
        JSONField("retractedAt", .time, "when it turned out not to have happened; such an entry is kept and counts nowhere") {
          $0.retractedAt?.rfc3339()
        }),
    ])

  /// A workload's downtime.
  package struct WorkloadOutage: Sendable, Hashable {
    package var cluster: String
    package var namespace: String
    package var workload: String
    package var outage: Outage
    package var now: Timestamp
  }

  package static let outages = JSONShape<WorkloadOutage>(
    type: "outage",
    [
      JSONField("from", .time, "the first second without a ready pod") { $0.outage.from.rfc3339() },
      JSONField("to", .time, "the first with one; absent while it goes on") { $0.outage.to?.rfc3339() },
      JSONField("cluster", .string) { $0.cluster }, JSONField("namespace", .string) { $0.namespace },
      JSONField("workload", .string) { $0.workload },
      JSONField("downtimeSeconds", .seconds, "of it that was watched, counted until now while it goes on") {
        ($0.outage.seconds(at: $0.now) * 1000).rounded() / 1000
      },
      JSONField("ongoing", .boolean, "`true` while it goes on; else absent") { $0.outage.isOngoing ? true : nil },
    ])

  /// Times that nobody saw, among the entries.
  package static let gaps = JSONShape<LedgerGap>(
    type: "gap",
    [
      JSONField("at", .time, "when it began") { $0.from.rfc3339() }, JSONField("until", .time) { $0.to.rfc3339() },
      JSONField("cluster", .string) { $0.cluster }, JSONField("reason", .string, "in words") { $0.reason },
    ])

  private static let pod = JSONShape<Reschedule.PodReference>([
    JSONField("name", .string) { $0.name }, JSONField("uid", .string) { $0.uid },
    JSONField("node", .string, "absent while the pod has none") { $0.node.nonEmpty },
  ])

  private static func downtime(_ entry: Reschedule, _ context: ListingContext) -> String {
    if entry.isDown { return Reschedule.ongoing(since: entry.downtimeSince ?? entry.at, now: context.now) }
    return entry.downtimeSeconds.map(ReschedulesView.duration) ?? "–"
  }

  /// A row of a report's table: of a run, the first and last time, how many entries, and what they have in common.
  static func reportRow(_ row: RescheduleRow, _ context: ListingContext) -> [String] {
    let titles = entries.columns.filter(\.isInReport).map(\.title)
    let cells = entries.reportRow(row.newest, context)
    guard case .run(let run, _) = row else { return cells }
    return zip(titles, cells).map { title, cell in
      switch title {
      case "time": context.face.full(from: run.oldest.at, to: run.newest.at)
      case "change": "\(cell) ×\(run.entries.count)"
      case "pod": row.pods + (run.newest.change == .restarted ? run.newest.exitCode.map { ", exit \($0)" } ?? "" : "")
      case "node": row.nodes
      case "downtime":
        run.downSince.map { Reschedule.ongoing(since: $0, now: context.now) } ?? run.downtimeSeconds.map(ReschedulesView.duration) ?? "–"
      default: cell
      }
    }
  }

  package static let groups = Listing<ReschedulesView.Group>(
    "workloads",
    [
      Column(TableColumn("cluster", min: 7, ideal: 8, priority: 5)) { group, _ in StyledLine(group.cluster, .dim) },
      Column(TableColumn("workload", min: 14, ideal: 20, flex: 1)) { group, _ in StyledLine(group.display, .strong) },
      Column(TableColumn("count", ideal: 6, align: .right), isNumber: true) { group, _ in StyledLine("\(group.count)") },
      Column(TableColumn("over 24 h", ideal: 24)) { group, context in
        StyledLine(Sparkline.text(group.hours.map(Double.init), columns: 24, glyphs: context.glyphs), .bar)
      }.screenOnly,
      Column(TableColumn("mostly", min: 9, ideal: 10)) { group, _ in
        StyledLine(group.mostly?.rawValue ?? "–", group.mostly?.isPlanned == false ? .amber : .text)
      },
      Column(TableColumn("no ready endpoints", min: 18, align: .right, priority: 2), isNumber: true) { group, context in
        StyledLine(
          group.downSince.map { Reschedule.ongoing(since: $0, now: context.now) } ?? ReschedulesView.duration(group.downtimeSeconds),
          group.downSince == nil ? .text : .amber)
      },
      Column(TableColumn("below desired", min: 13, align: .right, priority: 3), isNumber: true) { group, _ in
        StyledLine(ReschedulesView.duration(group.gapSeconds))
      },
      Column(TableColumn("last", min: 10, align: .right, priority: 1)) { group, context in
        StyledLine("\((context.now - group.last).brief) ago", .dim)
      },
    ])

  /// The groups with bars that stand for equal parts of `span`, e.g. `7 d`.
  package static func groups(over span: String) -> Listing<ReschedulesView.Group> {
    groups.changing("over 24 h") { $0.table?.title = "over \(span)" }
  }
}
