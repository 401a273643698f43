import ClusterModel
package import JSONBytes
package import Screen
import TimeFormat

/// What the Request page lists beside records and moments of pods.
extension RequestView {
  /// One line that sums up.
  package static let summaryShape = JSONShape<RequestView>(
    type: "request",
    [
      JSONField("requestId", .string) { $0.id },
      JSONField("headline", .string, "`POST /orders → 201 in 412 ms`") { $0.headline.nonEmpty },
      JSONField("services", .strings) { $0.services }, JSONField("records", .number) { $0.records },
      JSONField("pods", .number) { $0.pods }, JSONField("podsGone", .number) { $0.podsGone },
      JSONField(
        "missing", .strings,
        "sentences about what cannot be seen; they say so where collection is behind and an answer may only be late"
      ) { $0.missing },
    ])

  /// Who served the request. Whether an answer is missing or late is known to the view alone.
  var laneListing: Listing<Lane> {
    Listing(
      "services",
      [
        Column(report: "service") { lane, _ in lane.service },
        Column(report: "operation") { lane, _ in lane.operation.isEmpty ? "–" : lane.operation },
        Column(report: "pod") { lane, _ in lane.pod },
        Column(report: "node") { lane, _ in lane.node.isEmpty ? "–" : lane.node },
        Column(report: "records", isNumber: true) { lane, _ in "\(lane.records)" },
        Column(report: "status", isNumber: true) { lane, _ in
          lane.status.map(String.init) ?? (lane.isComplete ? "–" : isSettled(lane) ? "no answer" : "none yet")
        },
        Column(report: "took", isNumber: true) { lane, _ in
          lane.durationMicros.map { LogFields.duration(micros: $0) } ?? (lane.end - lane.start).brief
        },
        Column(report: "end of the pod") { lane, context in
          lane.death.map { "✝ \($0.detail), \(context.face.millis($0.at))" } ?? ""
        },
      ])
  }

  /// The record or the moment of a pod at a place of the list.
  enum Line {
    case record(RecordLine)
    case moment(PodMoment)
  }

  func line(_ entry: Entry) -> Line {
    let millis = entries.first.map { (entry.at - $0.at).nanoseconds / 1_000_000 } ?? 0
    switch entry {
    case .record(let record): return .record(RecordLine(record, millis: millis))
    case .pod(let event): return .moment(PodMoment(event, millis: millis, isMidRequest: lanes.contains { $0.death == event }))
    }
  }

  package func row(_ index: Int, face: TimeDisplay) -> TableRow {
    guard entries.indices.contains(index) else { return TableRow([]) }
    let context = ListingContext(face: face, now: entries[index].at)
    switch line(entries[index]) {
    case .record(let line): return RecordListings.records.tableRow(line, context)
    case .moment(let moment): return RecordListings.moments.tableRow(moment, context)
    }
  }
}
