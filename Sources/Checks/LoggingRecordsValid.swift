import ClusterModel
import JSONBytes
import LogStandard
import MigrationPlan
import StrictYAML
import TelemetryModel
import TimeFormat

/// The checks of the first facility, logging.
package enum LoggingChecks {
  static let namespaceField = SchemaField("namespace", .text, "the application's namespace; default \(CheckLibrary.namespace)")
  static let workloadsField = SchemaField("workloads", .list(.text), "only these workloads; default every one of the namespace")
  static let withinField = SchemaField("within", .duration, "how long records may take to arrive; default 10s")
  static let canariesField = SchemaField(
    "canaries", .list(.record(Canary.schema)), "requests sent first, so that the facility is exercised; default an order and a report")

  package static let recordsValid = CheckDefinition(
    id: "logging.records-valid",
    assertion: "The last records of every pod, start-up and error lines included, are one JSON object a line by the logging standard.",
    onFailure: "Lines that are not records cannot be searched by request, service or level: they are lost to whoever needs them most.",
    howToMend: "Open the workload's logs, look at the lines named here, and route what wrote them through the service's logger; "
      + "docs/facilities/01-logging.md lists the keys.",
    parameters: [
      namespaceField, workloadsField, SchemaField("records", .integer(1...10_000), "how many of the last records of each pod; default 200"),
      canariesField, withinField,
    ]
  ) { context in
    let around = try Surroundings(context)
    let limit = context.fields.integer("records") ?? 200
    let canaries = try await CanaryFlight.fly(context).arrived
    var findings: [CheckFinding] = []
    for workload in around.workloads(named: context.fields.texts("workloads")) {
      let query = "namespace:\(around.namespace) \(workload.subject), last \(limit) of each pod"
      guard !workload.pods.isEmpty else {
        findings.append(withoutPods(workload, query))
        continue
      }
      var seen = 0
      var invalid: [String] = []
      var isExercised = false
      var data: [UInt8] = []
      for pod in workload.pods {
        let page = try await context.logs.records(
          matching: LogQuery(
            [.field("namespace", .equal, around.namespace), .field("pod", .equal, pod.name)], order: .newestFirst, limit: limit))
        for record in page.records where record.origin.podUID == pod.uid {
          seen += 1
          data += record.raw + [UInt8(ascii: "\n")]
          if let id = record.requestID, canaries.contains(id) { isExercised = true }
          if record.flags.contains(.cut) {
            invalid.append("\(place(of: record)): longer than 256 KiB")
            continue
          }
          let violations = LogLineValidator.validate(record.raw)
          if !violations.isEmpty { invalid.append("\(place(of: record)): \(violations.map(\.sentence).joined(separator: " "))") }
        }
      }
      let outcome: Evidence.Outcome = seen == 0 ? .unknown : invalid.isEmpty ? .pass : .fail
      var observed = seen == 0 ? "no record yet" : "\(seen - invalid.count) of \(seen) records valid"
      if let first = invalid.first { observed += "; \(first)" }
      if invalid.count > 1 { observed += " (and \(invalid.count - 1) more)" }
      findings.append(
        CheckFinding(
          subject: workload.subject, outcome: outcome, grade: isExercised ? .exercised : .observed, observed: observed, details: invalid,
          query: query, data: data))
    }
    return findings
  }

  static func withoutPods(_ workload: Surroundings.Workload, _ query: String) -> CheckFinding {
    CheckFinding(
      subject: workload.subject, outcome: workload.wanted == 0 ? .notApplicable : .unknown, grade: .observed,
      observed: workload.wanted == 0 ? "scaled to zero" : "has no pod now", query: query)
  }

  /// `orders-7c9 14:04:11.318 stderr`.
  static func place(of record: LogRecord) -> String {
    "\(record.origin.pod) \(CivilTime(record.at).clockMillis) \(record.origin.stream)"
  }
}

/// Sends the canaries, and waits until the log knows them.
enum CanaryFlight {
  struct Landing {
    /// The ids that have arrived in the log with a completion record.
    var arrived: Set<String> = []
    /// The services that answered one and wrote no completion record of it.
    var silent: Set<String> = []
  }

  /// Sends each canary and waits for its completion record.
  static func fly(_ context: CheckContext) async throws -> Landing {
    guard let frontDoor = context.frontDoor else { return Landing() }
    let canaries =
      context.fields.has("canaries")
      ? context.fields.records("canaries").map(Canary.init) : Canary.referenceApp
    let from = context.now()
    var services: [String: String] = [:]
    for canary in canaries {
      let id = Canary.newID()
      // A front door that is shut lowers the grade of what is found; it is no failure of logging.
      if (try? await frontDoor.send(canary.request(id: id, namespace: context.namespace))) != nil { services[id] = canary.service }
    }
    let ids = Set(services.keys)
    guard !ids.isEmpty else { return Landing() }
    let within = context.fields.duration("within") ?? .seconds(10)
    let arrived = try await context.poll(within: within, until: { $0 == ids }) {
      var arrived: Set<String> = []
      for id in ids {
        let page = try await context.logs.records(
          matching: LogQuery([.requestID(id)], range: window(from: from, to: context.now()), limit: 200))
        if page.records.contains(where: { $0.fields[LogField.category]?.stringValue == LogCategory.response }) { arrived.insert(id) }
      }
      return arrived
    }
    var landing = Landing(arrived: arrived)
    for (id, service) in services {
      let page = try await context.logs.records(
        matching: LogQuery([.requestID(id), .field("service", .equal, service)], range: window(from: from, to: context.now()), limit: 200))
      if page.records.isEmpty { landing.silent.insert(service) }
    }
    return landing
  }

  /// Clocks of nodes differ a little; a record's own time may lie before the request was sent.
  static func window(from: Timestamp, to: Timestamp) -> Range<Timestamp> {
    from - .seconds(60)..<to + .seconds(60)
  }
}
