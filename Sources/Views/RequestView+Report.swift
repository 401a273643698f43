import ClusterModel
import JSONBytes
import TelemetryModel
import TimeFormat

/// A request as a document and as JSON.
extension RequestView {
  package func report(face: ClockFace) -> Report {
    var report = Report("Request \(id)")
    guard records > 0 else {
      report.add(.text("No record carries this request id. Ids are compared exactly; periplus status tells what is collected."))
      return report
    }
    if !headline.isEmpty { report.add(.text(headline)) }
    report.add(.text(summary))
    report.add(.heading("Who served it"))
    report.add(
      .table(
        .init(
          headers: ["service", "operation", "pod", "node", "records", "status", "took", "end of the pod"],
          rows: lanes.map { lane in
            [
              lane.service, lane.operation.isEmpty ? "–" : lane.operation, lane.pod, lane.node.isEmpty ? "–" : lane.node, "\(lane.records)",
              lane.status.map(String.init) ?? (lane.isComplete ? "–" : isSettled(lane) ? "no answer" : "none yet"),
              lane.durationMicros.map { LogFields.duration(micros: $0) } ?? (lane.end - lane.start).brief,
              lane.death.map { "✝ \($0.detail), \(face.millis($0.at))" } ?? "",
            ]
          }, numeric: [4, 5, 6])))
    report.add(.heading("What happened"))
    report.add(
      .table(
        .init(
          headers: ["time", "+ms", "level", "service", "pod", "message"],
          rows: entries.map { entry in
            let millis = "\((entry.at - entries[0].at).nanoseconds / 1_000_000)"
            switch entry {
            case .record(let record):
              let extra = LogFields.extra(record.fields)
              return [
                face.millis(record.at), millis, record.level?.word ?? "–", record.service, LogFields.shortPod(record.origin.pod),
                record.message + (extra.isEmpty ? "" : "  (\(extra))"),
              ]
            case .pod(let event):
              return [
                face.millis(event.at), millis, event.isEnding ? "✝" : "◆", "pod", LogFields.shortPod(event.pod),
                "\(event.pod) \(event.detail)",
              ]
            }
          }, numeric: [1])))
    if !missing.isEmpty {
      report.add(.heading("Missing"))
      report.add(.list(missing))
    }
    return report
  }

  /// A line with `type` `request` that sums up, then one per entry with `type` `record` or `pod`.
  package var jsonLines: [String] {
    var summary = JSONWriter()
    summary.object { json in
      json.member("type", "request")
      json.member("requestId", id)
      if !headline.isEmpty { json.member("headline", headline) }
      json.member("services", .array(services.map { .string($0) }))
      json.member("records", records)
      json.member("pods", pods)
      json.member("podsGone", podsGone)
      json.member("missing", .array(missing.map { .string($0) }))
    }
    return [summary.string]
      + entries.map { entry in
        var json = JSONWriter()
        json.object { json in
          switch entry {
          case .record(let record): record.write(into: &json, type: "record")
          case .pod(let event):
            json.member("type", "pod")
            json.member("at", event.at.rfc3339(.nanoseconds))
            json.member("cluster", event.cluster)
            json.member("namespace", event.namespace)
            json.member("pod", event.pod)
            json.member("podUid", event.podUID)
            if !event.node.isEmpty { json.member("node", event.node) }
            json.member("kind", event.kind)
            json.member("detail", event.detail)
            json.member("midRequest", lanes.contains { $0.death == event })
          }
        }
        return json.string
      }
  }
}
