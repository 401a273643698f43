package import ClusterModel
import JSONBytes
import Screen
package import TelemetryModel
import TimeFormat

/// A log record in a list.
package struct RecordLine: Sendable {
  package var record: LogRecord
  /// Whether it was searched for; else it stands near one that was.
  package var isMatch = true
  /// Milliseconds after the first record of the list.
  package var millis: Int64 = 0
  /// Whether what is odd about it stands behind its message.
  package var showsFlags = false
  /// What is behind the messages of the list, as far as it was read already.
  private let extras: RecordExtras?

  package init(_ record: LogRecord, isMatch: Bool = true, millis: Int64 = 0, showsFlags: Bool = false, extras: RecordExtras? = nil) {
    self.extras = extras
    self.record = record
    self.isMatch = isMatch
    self.millis = millis
    self.showsFlags = showsFlags
  }

  fileprivate var level: LogLevel { record.level ?? .info }
  fileprivate var extra: String { extras?.text(of: record) ?? LogFields.extra(record) }
}

/// A moment in the life of a pod that served a request, in a list of records.
package struct PodMoment: Sendable {
  package var event: PodLifecycleEvent
  /// Milliseconds after the first record of the list.
  package var millis: Int64
  /// It ended the pod in the middle of the request.
  package var isMidRequest: Bool
  /// How long after its last record of the request the pod ended, in words; `nil` for any other moment.
  package var delay: String?

  package init(_ event: PodLifecycleEvent, millis: Int64 = 0, isMidRequest: Bool) {
    self.event = event
    self.millis = millis
    self.isMidRequest = isMidRequest
  }

  fileprivate var role: Role { isMidRequest ? .red : event.isEnding ? .amber : .dim }
  /// `deleted, 7 s later`.
  fileprivate var text: String {
    event.detail + (delay.map { ", \($0) later" } ?? "")
  }
}

/// Log records, and the moments of pods among them.
package enum RecordListings {
  private static let time = TableColumn("time", ideal: 12)
  private static let millis = TableColumn("+ms", min: 5, ideal: 6, align: .right, priority: 3)
  private static let level = TableColumn("level", ideal: 7)
  private static let service = TableColumn("service", min: 7, ideal: 9)
  private static let pod = TableColumn("pod", min: 5, ideal: 6, priority: 2)
  private static let message = TableColumn("message", min: 32, flex: 1)

  /// The records of one request.
  package static let records = Listing<RecordLine>(
    "records", keys: ["at", "cluster", "namespace", "service", "pod", "container", "level", "message"],
    [
      Column(
        time,
        json: [
          JSONField("at", .time, "the record's own time; the container runtime's where it has none") { $0.record.at.rfc3339(.nanoseconds) }
        ],
        cell: { line, context in StyledLine(context.face.millis(line.record.at), line.isMatch ? .text : .dim) }),
      Column(millis, isNumber: true) { line, _ in StyledLine("\(line.millis)", .dim) },
      Column(
        level,
        json: [JSONField("level", .string, "`TRACE`, `DEBUG`, `INFO`, `WARN`, `ERROR`, `FATAL`") { $0.record.level?.word }],
        cell: { line, _ in
          StyledLine("\(line.level.mark) \(line.record.level?.word ?? "–")", line.isMatch ? line.level.role : .dim)
        }
      ).report { line, _ in line.record.level?.word ?? "–" },
      Column(
        service, json: [JSONField("service", .string, "as the record says, else the container's or file's name") { $0.record.service }],
        cell: { line, _ in StyledLine(line.record.service, line.isMatch ? .text : .dim) }),
      Column(
        pod,
        json: [
          JSONField("cluster", .string, origin) { $0.record.origin.cluster.nonEmpty },
          JSONField("namespace", .string, origin) { $0.record.origin.namespace.nonEmpty },
          JSONField("pod", .string, origin) { $0.record.origin.pod },
          JSONField("container", .string, origin) { $0.record.origin.container.nonEmpty },
        ],
        cell: { line, _ in StyledLine(LogFields.shortPod(line.record.origin.pod), .dim) }),
      Column(
        message,
        json: [
          JSONField("message", .string, "the whole line when it has no message of its own") { $0.record.message },
          JSONField("requestId", .string) { $0.record.requestID }, JSONField("traceId", .string) { $0.record.traceID },
          JSONField(
            "flags", .strings,
            "`notJSON`; `cut` at 256 KiB; `fromFuture`: its time was not believed; `masked`: secrets were replaced; absent when there is none"
          ) {
            let words = $0.record.flags.words
            return words.isEmpty ? nil : words
          },
          JSONField("fields", .object, "the members of a JSON line, as written; empty for other lines") {
            JSONValue.object($0.record.fields)
          },
          JSONField("raw", .string, "the line, secrets masked") { String(decoding: $0.record.raw, as: UTF8.self) },
        ],
        cell: { line, _ in
          var text = StyledLine(line.record.message, line.isMatch ? line.level.role : .dim)
          let extra = line.extra
          if !extra.isEmpty { text.append("  " + extra, .dim) }
          guard line.showsFlags else { return text }
          for word in line.record.flags.words where word != "masked" { text.append("  [\(flagWords[word] ?? word)]", .amber) }
          return text
        }
      ).report { line, _ in
        let extra = line.extra
        return (line.isMatch ? "" : "(context) ") + line.record.message + (extra.isEmpty ? "" : "  (\(extra))")
      },
    ])

  /// Records that are not of one request: how long after the first says nothing there.
  package static let loose = records.without("+ms").changing("message") {
    // On a narrow screen the message is worth more than the pod, which the record below names.
    $0.table?.minWidth = 44
  }

  private static let origin = "where it came from; of an ingested file the cluster is `files`, the pod the file's name"
  private static let flagWords = ["notJSON": "not JSON", "cut": "cut at 256 KiB", "fromFuture": "from the future"]

  /// What happened to the pods of a request; its columns are those of ``records``.
  package static let moments = Listing<PodMoment>(
    "moments of pods", type: "pod",
    [
      Column(
        time, json: [JSONField("at", .time) { $0.event.at.rfc3339(.nanoseconds) }],
        cell: { moment, context in StyledLine(context.face.millis(moment.event.at), moment.role) }),
      Column(millis, isNumber: true) { moment, _ in StyledLine("\(moment.millis)", .dim) },
      Column(level) { moment, _ in StyledLine(moment.event.isEnding ? "✝" : "◆", moment.role) },
      Column(service) { moment, _ in StyledLine("pod", moment.role) },
      Column(
        pod,
        json: [
          JSONField("cluster", .string) { $0.event.cluster }, JSONField("namespace", .string) { $0.event.namespace },
          JSONField("pod", .string) { $0.event.pod }, JSONField("podUid", .string) { $0.event.podUID },
          JSONField("node", .string) { $0.event.node.nonEmpty },
        ],
        cell: { moment, _ in StyledLine(LogFields.shortPod(moment.event.pod), .dim) }),
      Column(
        message,
        json: [
          JSONField(
            "kind", .string, "`created`, `scheduled`, `started`, `ready`, `notReady`, `terminating`, `containerEnded`, `gone`"
          ) { $0.event.kind },
          JSONField("detail", .string, "in words") { $0.event.detail },
          JSONField("midRequest", .boolean, "it ended the pod in the middle of the request") { $0.isMidRequest },
        ],
        cell: { moment, _ in StyledLine(moment.text, moment.role) + StyledLine("  \(moment.event.pod)", .dim) }
      ).report { moment, _ in "\(moment.event.pod) \(moment.text)" },
    ])
}

extension LogRecord {
  /// One line of JSON; what a record does not have is absent.
  package var jsonLine: String { RecordListings.records.jsonLine(RecordLine(self), reserving: raw.count * 2 + 256) }
}
