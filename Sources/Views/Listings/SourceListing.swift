import JSONBytes
import Screen
package import TelemetryModel
import TimeFormat

/// The sources of what is known, with how current each is.
package enum SourceListing {
  package static let sources = Listing<SourceStatus>(
    "sources",
    [
      Column(
        TableColumn("source", ideal: 7),
        json: [JSONField("name", .string, "`k8s`, `logs`, `ingest`; `disk` while the store's disk is full") { $0.name }],
        cell: { status, _ in StyledLine(status.name, .strong) }),
      Column(
        TableColumn("cluster", ideal: 14), json: [JSONField("cluster", .string) { $0.cluster }],
        cell: { status, _ in StyledLine(status.cluster) }),
      Column(
        TableColumn("behind by", ideal: 11), json: [JSONField("currentAt", .time) { $0.currentAt?.rfc3339() }],
        cell: { status, context in
          let lag = SourcesView.isOnce(status) ? "read once" : status.currentAt.map { SourcesView.lag(context.now - $0) } ?? "no data"
          return StyledLine(lag, SourcesView.role(status, now: context.now))
        }),
      Column(
        TableColumn("records in", ideal: 10, align: .right), isNumber: true, json: [JSONField("recordsIn", .number) { $0.recordsIn }],
        cell: { status, _ in StyledLine("\(status.recordsIn)") }),
      Column(
        TableColumn("dropped", ideal: 7, align: .right), isNumber: true, json: [JSONField("dropped", .number) { $0.dropped }],
        cell: { status, _ in StyledLine("\(status.dropped)", status.dropped > 0 ? .amber : .text) }),
      Column(TableColumn("connected", ideal: 10)) { status, context in
        StyledLine(status.connectedSince.map { "for \((context.now - $0).brief)" } ?? "–", .dim)
      },
      Column(json: JSONField("lastError", .string, "in one sentence") { $0.lastError }),
    ])
}
