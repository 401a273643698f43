import ClusterModel
import JSONBytes
import LogStandard
import MigrationPlan
import StrictYAML
import TelemetryModel
import TimeFormat

/// Checks that lessons and demos use: an answer that was given, or the end state of the cluster.
package enum TrainingChecks {
  static let answerField = SchemaField("answer", .text, required: true, "the trainee's answer, e.g. {answer:service}")
  static let idField = SchemaField("requestId", .text, required: true, "the request's id")

  private static func one(
    _ context: CheckContext, _ isPass: Bool, _ observed: String, query: String, grade: Evidence.Grade = .observed
  ) -> [CheckFinding] {
    [CheckFinding(subject: context.cluster.cluster, outcome: isPass ? .pass : .fail, grade: grade, observed: observed, query: query)]
  }

  /// The words of an answer: lower case, apart by anything that cannot stand in a name.
  static func words(_ answer: String) -> Set<String> {
    let parts = answer.lowercased().split { !($0.isLetter || $0.isNumber || $0 == "-" || $0 == "." || $0 == "_") }
    // A full stop ends a sentence; within a name it stays.
    let names = parts.map { part in part.reversed().drop { $0 == "." }.reversed() }.map { String($0) }
    return Set(names).subtracting(["and", ""])
  }

  package static let answerIs = CheckDefinition(
    id: "training.answer-is", assertion: "The answer is one of those expected.", onFailure: "The answer is another one.",
    howToMend: "Look again, and answer again.",
    parameters: [answerField, SchemaField("expected", .list(.text), required: true, "every answer that is right")]
  ) { context in
    let answer = context.fields.text("answer", or: "")
    let expected = context.fields.texts("expected")
    let isRight = !answer.isEmpty && expected.contains { words($0) == words(answer) }
    return one(context, isRight, answer.isEmpty ? "no answer yet" : "the answer was '\(answer)'", query: "")
  }

  package static let answerNamesServices = CheckDefinition(
    id: "training.answer-names-services", assertion: "The answer names every service that has records of the request, and no other.",
    onFailure: "The answer leaves a service out or names one too many.",
    howToMend: "Open the Request page with the id and read the service column.", parameters: [idField, answerField]
  ) { context in
    let id = context.fields.text("requestId", or: "")
    let services = Set(try await records(of: id, context).map(\.service))
    guard !services.isEmpty else { throw CheckObstacle("there is no record of request \(id): the lesson's ground is not ready") }
    let named = words(context.fields.text("answer", or: ""))
    let right = named == Set(services.map { $0.lowercased() })
    let observed = named.isEmpty ? "no answer yet" : "named \(named.sorted().joined(separator: ", "))"
    return one(context, right, observed, query: "periplus logs --request-id \(id)")
  }

  package static let answerNamesFailingService = CheckDefinition(
    id: "training.answer-names-failing-service",
    assertion: "The answer names the service in which the request failed first.",
    onFailure: "The answer names another service; callers fail because what they call has failed.",
    howToMend: "Look for the earliest record with status 500 or above.", parameters: [idField, answerField]
  ) { context in
    let id = context.fields.text("requestId", or: "")
    let failures = try await records(of: id, context).filter { record in
      record.fields[LogField.category]?.stringValue == LogCategory.response && record.fields[LogField.statusCode]?.intValue ?? 0 >= 500
    }
    // The call that failed first completes first: its callers can fail only after it. Within one millisecond the inner call is the
    // shorter one.
    let order = failures.sorted { ($0.at, duration(of: $0)) < ($1.at, duration(of: $1)) }
    guard let culprit = order.first?.service else {
      throw CheckObstacle("no service answered request \(id) with an error: the lesson's ground is not ready")
    }
    let answer = context.fields.text("answer", or: "")
    return one(
      context, words(answer) == [culprit.lowercased()], answer.isEmpty ? "no answer yet" : "the answer was '\(answer)'",
      query: "periplus logs --request-id \(id)")
  }

  package static let requestFollowed = CheckDefinition(
    id: "training.request-followed", assertion: "The request's records are found in each of these services.",
    onFailure: "A service has no record with this id.", howToMend: "Was the request sent with this id, and did it succeed?",
    parameters: [
      idField, SchemaField("services", .list(.text), required: true, "the services"), LoggingChecks.withinField,
    ]
  ) { context in
    let id = context.fields.text("requestId", or: "")
    let services = context.fields.texts("services")
    guard !id.isEmpty else { return one(context, false, "no id yet", query: "") }
    let found = try await context.poll(within: context.fields.duration("within") ?? .zero, until: { $0.isSuperset(of: services) }) {
      Set(try await records(of: id, context).map(\.service))
    }
    let missing = services.filter { !found.contains($0) }
    return one(
      context, missing.isEmpty,
      missing.isEmpty ? "found in \(services.joined(separator: ", "))" : "no record from \(missing.joined(separator: ", "))",
      query: "periplus logs --request-id \(id)", grade: .exercised)
  }

  package static let podReplaced = CheckDefinition(
    id: "cluster.pod-replaced", assertion: "The pod is gone and its workload has all the ready pods it wants.",
    onFailure: "The pod is still there, or its successor is not ready.", howToMend: "Wait for the successor, or delete the pod.",
    parameters: [
      LoggingChecks.namespaceField, SchemaField("workload", .text, required: true, "the Deployment"),
      SchemaField("pod", .text, required: true, "the pod that was there before"),
    ]
  ) { context in
    let around = try Surroundings(context)
    let name = context.fields.text("workload", or: "")
    let old = context.fields.text("pod", or: "")
    guard let workload = around.workloads(named: [name]).first else {
      throw CheckObstacle("there is no workload \(name) in the namespace \(around.namespace)")
    }
    guard !old.isEmpty else { throw CheckObstacle("the lesson does not know which pod was there before") }
    let ready = workload.pods.filter { $0.isReady && !$0.isTerminating }
    let isGone = !workload.pods.contains { $0.name == old }
    let observed =
      isGone
      ? "\(old) is gone, \(ready.count) of \(workload.wanted) ready" : "\(old) is still there"
    return one(
      context, isGone && workload.wanted > 0 && ready.count >= workload.wanted, observed, query: "periplus reschedules", grade: .exercised)
  }

  package static let idStillFound = CheckDefinition(
    id: "logs.id-still-found-after-pod-deleted", assertion: "Records that a pod wrote are still found when the pod is gone.",
    onFailure: "With the pod, its records went.", howToMend: "Is the recorder running, and did it run while the pod lived?",
    parameters: [idField, SchemaField("pod", .text, required: true, "the pod that wrote them"), LoggingChecks.namespaceField]
  ) { context in
    let id = context.fields.text("requestId", or: "")
    let pod = context.fields.text("pod", or: "")
    let around = try Surroundings(context)
    guard !pod.isEmpty else { throw CheckObstacle("the lesson does not know which pod wrote the records") }
    let isThere = around.snapshot.pods.contains { $0.namespace == around.namespace && $0.name == pod }
    let count = try await records(of: id, context).count { $0.origin.pod == pod }
    let observed = isThere ? "\(pod) is still there" : "\(count) record\(count == 1 ? "" : "s") of \(pod) found, which is gone"
    return one(context, !isThere && count > 0, observed, query: "periplus logs --request-id \(id)", grade: .exercised)
  }

  package static let workloadScaled = CheckDefinition(
    id: "cluster.workload-scaled", assertion: "The workload wants this many pods.", onFailure: "It wants another number.",
    howToMend: "Scale it.",
    parameters: [
      LoggingChecks.namespaceField, SchemaField("workload", .text, required: true, "the Deployment"),
      SchemaField("replicas", .integer(0...1000), required: true, "how many"),
    ]
  ) { context in
    let around = try Surroundings(context)
    let name = context.fields.text("workload", or: "")
    guard let workload = around.workloads(named: [name]).first else {
      throw CheckObstacle("there is no workload \(name) in the namespace \(around.namespace)")
    }
    return one(
      context, workload.wanted == context.fields.integer("replicas"), "\(name) wants \(workload.wanted)",
      query: "kubectl -n \(around.namespace) get deployment \(name)")
  }

  private static func duration(of record: LogRecord) -> Int64 { record.fields[LogField.durationMicros]?.intValue ?? .max }

  private static func records(of id: String, _ context: CheckContext) async throws -> [LogRecord] {
    guard !id.isEmpty else { return [] }
    return try await context.logs.records(matching: LogQuery([.requestID(id)], limit: 1000)).records
  }
}
