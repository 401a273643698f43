import ClusterModel
import JSONBytes
import LogStandard
import MigrationPlan
import StrictYAML
import TelemetryModel
import TimeFormat

extension CheckDefinition {
  static let oneCompletion = CheckDefinition(
    id: "logging.one-completion",
    assertion: "Every request that a pod received has exactly one apiResponse record, requests that threw an error included.",
    onFailure: "Requests without a completion record look hung, and duplicates distort every count and duration.",
    howToFix: "Write the completion record in one place that every exit path goes through: the outermost middleware, not the handlers.",
    parameters: [
      CheckFields.namespace, CheckFields.workloads, ProbeRun.field, CheckFields.within,
      SchemaField("records", .integer(10...10_000), "how many of each pod's latest request records to examine; default 1000"),
      SchemaField("window", .duration, "how far back to look; default 15m"),
      SchemaField("settle", .duration, "requests younger than this may still be in flight; default 10s"),
    ]
  ) { context in
    let around = try NamespaceWorkloads(context)
    let probes = try await ProbeRun.send(context)
    let now = context.now()
    let range = now - (context.fields.duration("window") ?? .seconds(900))..<now + .seconds(60)
    let settled = now - (context.fields.duration("settle") ?? .seconds(10))
    let limit = context.fields.integer("records") ?? 1000
    var findings: [CheckFinding] = []
    for workload in around.workloads(named: context.fields.texts("workloads")) {
      let query = "namespace:\(around.namespace) \(workload.subject) logCategory:apiRequest or apiResponse, by pod and request id"
      guard !workload.pods.isEmpty else {
        findings.append(LoggingFinding.withoutPods(workload, query))
        continue
      }
      var ledger = CompletionLedger(settled: settled)
      for pod in workload.pods {
        let page = try await context.logs.records(
          matching: LogQuery(
            [
              .field("namespace", .equal, around.namespace), .field("pod", .equal, pod.name),
              .any([
                .field(LogField.category, .equal, LogCategory.request), .field(LogField.category, .equal, LogCategory.response),
              ]),
            ], range: range, order: .newestFirst, limit: limit))
        let restarts = Dictionary(pod.containers.map { ($0.name, $0.restartCount) }, uniquingKeysWith: max)
        let records = page.records.filter { $0.origin.podUID == pod.uid }
        // Requests that began before the oldest record that was read may have their first record out of sight.
        let edge = page.next == nil ? range.lowerBound : records.last?.at ?? range.lowerBound
        ledger.add(records, edge: edge) { $0.restart < restarts[$0.container] ?? 0 }
      }
      var finding = ledger.finding(workload.subject, query, probes.arrived)
      // It took a request and answered it, and its log says nothing of any.
      if finding.outcome == .notApplicable, probes.silent.contains(where: { workload.subject.hasSuffix("/\($0)") }) {
        finding.outcome = .fail
        finding.observed = "it answered this check's request but logged neither its start nor its completion"
      }
      findings.append(finding)
    }
    return findings
  }
}

/// Counts beginnings and ends of requests. One id may touch a pod several times, so counts are compared, never mere presence.
struct CompletionLedger {
  private struct Key: Hashable {
    var podUID: String
    var container: String
    var restart: Int
    var id: String
  }

  private struct Tally {
    var pod: String
    var requests = 0
    var responses = 0
    var newestRequest: Timestamp?
  }

  let settled: Timestamp
  private var tallies: [Key: Tally] = [:]
  private var data: [UInt8] = []
  private var exercised: Set<String> = []

  init(settled: Timestamp) { self.settled = settled }

  /// - Parameter isOfEndedRun: a process that was killed could not complete what it had begun; that is the kill's loss, and its
  ///   own drill's business.
  mutating func add(_ records: [LogRecord], edge: Timestamp, isOfEndedRun: (LogOrigin) -> Bool) {
    // Times are cut to the millisecond: an id that was at work around the edge may be seen by half, and is not judged.
    let blurred = edge + .milliseconds(20)
    var halfSeen: Set<Key> = []
    for record in records {
      guard let id = record.requestID, !isOfEndedRun(record.origin) else { continue }
      let fields = record.fields
      let category = fields[LogField.category]?.stringValue
      let key = Key(podUID: record.origin.podUID, container: record.origin.container, restart: record.origin.restart, id: id)
      var tally = tallies[key] ?? Tally(pod: record.origin.pod)
      if category == LogCategory.request {
        if record.at <= blurred { halfSeen.insert(key) }
        tally.requests += 1
        tally.newestRequest = max(tally.newestRequest ?? record.at, record.at)
      } else if category == LogCategory.response {
        let micros = fields[LogField.durationMicros]?.intValue ?? 0
        if record.at - .microseconds(micros) <= blurred { halfSeen.insert(key) }
        tally.responses += 1
      } else {
        continue
      }
      tallies[key] = tally
      data += record.raw + [UInt8(ascii: "\n")]
    }
    for key in halfSeen { tallies[key] = nil }
  }

  func finding(_ subject: String, _ query: String, _ probes: Set<String>) -> CheckFinding {
    var complete = 0
    var inFlight = 0
    var offenders: [String] = []
    var isExercised = false
    for (key, tally) in tallies.sorted(by: { ($0.value.pod, $0.key.id) < ($1.value.pod, $1.key.id) }) {
      if tally.requests == tally.responses {
        complete += tally.requests
        if probes.contains(key.id) { isExercised = true }
      } else if tally.requests > tally.responses, let newest = tally.newestRequest, newest > settled {
        inFlight += tally.requests - tally.responses
      } else {
        offenders.append("\(tally.pod) \(key.id): \(tally.requests) started, \(tally.responses) completed")
      }
    }
    let seen = complete + offenders.count
    var observed = seen == 0 ? "no request seen" : "\(complete) requests with exactly one completion record"
    if inFlight > 0 { observed += ", \(inFlight) in flight" }
    if let first = offenders.first { observed = "\(offenders.count) of \(seen) requests without exactly one completion record; \(first)" }
    return CheckFinding(
      subject: subject, outcome: !offenders.isEmpty ? .fail : seen == 0 ? .notApplicable : .pass,
      grade: isExercised ? .exercised : .observed, observed: observed, details: offenders, query: query, data: data)
  }
}
