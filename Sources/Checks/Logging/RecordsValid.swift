import ClusterModel
import JSONBytes
import LogStandard
import MigrationPlan
import StrictYAML
import TelemetryModel
import TimeFormat

extension CheckDefinition {
  static let recordsValid = CheckDefinition(
    id: "logging.records-valid",
    assertion: "The latest log lines of every pod, startup and error lines included, are JSON objects that follow the logging standard.",
    onFailure: "Lines that do not follow the standard cannot be searched by request id, service or level.",
    howToFix: "Open the workload's logs, find the lines listed here, and write them through the service's logger; "
      + "docs/facilities/01-logging.md lists the required keys.",
    parameters: [
      CheckFields.namespace, CheckFields.workloads,
      SchemaField("records", .integer(1...10_000), "how many of each pod's latest records to examine; default 200"),
      ProbeRun.field, CheckFields.within,
    ]
  ) { context in
    let around = try NamespaceWorkloads(context)
    let limit = context.fields.integer("records") ?? 200
    let probes = try await ProbeRun.send(context).arrived
    var findings: [CheckFinding] = []
    for workload in around.workloads(named: context.fields.texts("workloads")) {
      let query = "namespace:\(around.namespace) \(workload.subject), last \(limit) of each pod"
      guard !workload.pods.isEmpty else {
        findings.append(LoggingFinding.withoutPods(workload, query))
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
          if let id = record.requestID, probes.contains(id) { isExercised = true }
          if record.flags.contains(.cut) {
            invalid.append("\(LoggingFinding.place(of: record)): longer than 256 KiB")
            continue
          }
          let violations = LogLineValidator.validate(record.raw)
          if !violations.isEmpty {
            invalid.append("\(LoggingFinding.place(of: record)): \(violations.map(\.sentence).joined(separator: " "))")
          }
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
}
