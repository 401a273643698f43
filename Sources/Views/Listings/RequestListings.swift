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
      JSONField("headline", .string, "`POST /items → 201 in 412 ms`") { $0.headline.nonEmpty },
      JSONField("services", .strings) { $0.services }, JSONField("records", .number) { $0.records },
      JSONField("pods", .number) { $0.pods }, JSONField("podsGone", .number) { $0.podsGone },
      JSONField(
        "podEnds", each: endShape,
        "how pods that served it ended: in the middle of it, or else the first end of each after it; later ends under the same name are others"
      ) { $0.lanes.filter { $0.ending != nil } },
      JSONField(
        "missing", .strings,
        "sentences about what cannot be seen; they say so where collection is behind and an answer may only be late"
      ) { $0.missing },
    ])

  private static let endShape = JSONShape<Lane>([
    JSONField("service", .string) { $0.service }, JSONField("cluster", .string) { $0.cluster }, JSONField("pod", .string) { $0.pod },
    JSONField("podUid", .string) { $0.podUID.nonEmpty },
    JSONField("at", .time, "the API's, right to the second") { $0.ending?.event.at.rfc3339() },
    JSONField("what", .string, "in words: `deleted`, `OOM killed (137), restarted`") { $0.ending?.event.detail },
    JSONField("cause", .string, "as in the reschedule history; absent while it has no entry") { $0.ending?.entry?.cause.rawValue },
    JSONField("midRequest", .boolean, "in the middle of the request") { $0.isMidRequest },
    JSONField("afterSeconds", .seconds, "after the pod's last record of the request; absent for an end in the middle of it") { lane in
      lane.later.map { Double(($0.event.at - lane.end).nanoseconds / 1_000_000) / 1000 }
    },
    JSONField("replacedBy", .string, "the pod that took its place") { $0.ending?.entry?.new?.name },
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
          if let death = lane.death { return "✝ \(death.detail), \(context.face.millis(death.at))" }
          guard let later = lane.later else { return "" }
          return "✝ \(later.text(after: lane.end, face: context.face))" + (later.successor.map { ", \($0)" } ?? "")
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
    case .record(let record): return .record(RecordLine(record, millis: millis, extras: extras))
    case .pod(let event):
      var moment = PodMoment(event, millis: millis, isMidRequest: lanes.contains { $0.death == event })
      moment.delay = lanes.first { $0.later?.event == event }.flatMap { lane in lane.later?.delay(after: lane.end) }
      return .moment(moment)
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
