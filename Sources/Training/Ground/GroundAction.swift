package import JSONBytes
package import StrictYAML
import TimeFormat

/// Something that a lesson or a demo does to the proving ground. Typed, never shell.
package enum GroundAction: Sendable, Hashable {
  /// So many requests of ordinary clients.
  case traffic(requests: Int)
  /// One order through the front door, with this request id. `expectFailure`: it must be refused, else it must succeed.
  case order(requestID: String, expectFailure: Bool)
  /// One pod: this one, or any ready one of the workload.
  case deletePod(workload: String, pod: String?)
  case scale(workload: String, replicas: Int)
  /// Faults of every pod of a service, by the names its operator endpoint knows.
  case setFaults(service: String, settings: JSONObject)
  case clearFaults(service: String)
  /// Until the workload has all the ready pods it wants.
  case waitReady(workload: String)
}

/// What a step of a script does: something to the ground, or something that the runner does itself.
package enum ScriptAction: Sendable, Hashable {
  case ground(GroundAction)
  /// Gives an answer, as a trainee would.
  case answer(name: String, value: String)
  /// Waits until the log has records of the request from each of these services.
  case waitForRecords(requestID: String, services: [String], within: Duration)
  /// Remembers which pod of a service worked on a request, for later `{name}`.
  case rememberPod(name: String, service: String, requestID: String)
}

/// A port: does things to the proving ground, and returns when they took effect.
package protocol GroundActions: Sendable {
  /// - Throws: ``GroundActionError`` with one sentence.
  func perform(_ action: GroundAction) async throws
  /// What a reset must restore, by name: wanted replicas, images, faults. Not what comes and goes, such as pod names.
  func fingerprint() async throws -> [String: String]
}

package struct GroundActionError: Error, Hashable {
  package var sentence: String
  /// What was asked does not fit, and nothing is wrong with the ground.
  package var isUsage: Bool

  package init(_ sentence: String, isUsage: Bool = false) {
    self.sentence = sentence
    self.isUsage = isUsage
  }
}

extension ScriptAction {
  private static let request = SchemaField("requestId", .text, required: true, "the request's id")
  private static let workload = SchemaField("workload", .text, required: true, "the Deployment")
  private static let service = SchemaField("service", .text, required: true, "the service")

  /// The table of actions; each entry of a list of actions has exactly one of these keys.
  package static let schema = RecordSchema(
    "an action",
    [
      SchemaField(
        "traffic",
        .record(RecordSchema("traffic", [SchemaField("requests", .integer(1...100_000), required: true, "how many")])),
        "requests of ordinary clients"),
      SchemaField(
        "order",
        .record(
          RecordSchema("an order", [request, SchemaField("expect", .choice(["success", "failure"]), "how it ends; default success")])),
        "one order through the front door"),
      SchemaField(
        "deletePod",
        .record(RecordSchema("a pod's deletion", [workload, SchemaField("pod", .text, "this pod; default any ready one")])),
        "deletes one pod"),
      SchemaField(
        "scale",
        .record(RecordSchema("a scaling", [workload, SchemaField("replicas", .integer(0...100), required: true, "how many pods")])),
        "changes the number of pods"),
      SchemaField("setFaults", .record(RecordSchema("faults", [service] + faults)), "breaks a service on purpose"),
      SchemaField("clearFaults", .record(RecordSchema("the end of faults", [service])), "mends it"),
      SchemaField("waitReady", .record(RecordSchema("a wait", [workload])), "waits until every pod that is wanted is ready"),
      SchemaField(
        "answer",
        .record(
          RecordSchema(
            "an answer",
            [
              SchemaField("name", .text, required: true, "which question"),
              SchemaField("value", .text, required: true, "the answer"),
            ])), "gives an answer, as a trainee would"),
      SchemaField(
        "waitForRecords",
        .record(
          RecordSchema(
            "a wait",
            [
              request, SchemaField("services", .list(.text), required: true, "services that must have records"),
              SchemaField("within", .duration, "default 20s"),
            ])), "waits until the log has the request's records"),
      SchemaField(
        "rememberPod",
        .record(RecordSchema("a memory", [SchemaField("as", .text, required: true, "the name"), service, request])),
        "remembers which pod worked on the request"),
    ])

  private static let faults = [
    SchemaField("latencyMillis", .integer(0...600_000), "how long each request waits first"),
    SchemaField("errorRate", .number(0...1), "the share of requests that fail with 500"),
    SchemaField("plainText", .flag, "writes lines of plain text past the logger"),
    SchemaField("print", .flag, "prints stray lines"),
    SchemaField("loseHeader", .flag, "neither echoes the request id nor sends it upstream"),
    SchemaField("ignoreSIGTERM", .flag, "does not stop when it is told"),
  ]

  /// Reads an action that was held to ``schema``; `nil` for one that was reported.
  init?(_ node: YAMLNode) {
    guard let entry = node.entries?.first, let kind = entry.key.text else { return nil }
    let fields = Fields(entry.value)
    let requestID = fields.text("requestId", or: "")
    let workload = fields.text("workload", or: "")
    let service = fields.text("service", or: "")
    switch kind {
    case "traffic": self = .ground(.traffic(requests: fields.integer("requests") ?? 0))
    case "order": self = .ground(.order(requestID: requestID, expectFailure: fields.text("expect") == "failure"))
    case "deletePod": self = .ground(.deletePod(workload: workload, pod: fields.text("pod")))
    case "scale": self = .ground(.scale(workload: workload, replicas: fields.integer("replicas") ?? 0))
    case "setFaults":
      var settings = JSONObject()
      for fault in Self.faults {
        guard let node = fields.node(fault.name) else { continue }
        settings[fault.name] = node.flag.map(JSONValue.bool) ?? node.integer.map { .int(Int64($0)) } ?? node.number.map(JSONValue.double)
      }
      self = .ground(.setFaults(service: service, settings: settings))
    case "clearFaults": self = .ground(.clearFaults(service: service))
    case "waitReady": self = .ground(.waitReady(workload: workload))
    case "answer": self = .answer(name: fields.text("name", or: ""), value: fields.text("value", or: ""))
    case "waitForRecords":
      self = .waitForRecords(
        requestID: requestID, services: fields.texts("services"), within: fields.duration("within") ?? .seconds(20))
    case "rememberPod": self = .rememberPod(name: fields.text("as", or: ""), service: service, requestID: requestID)
    default: return nil
    }
  }

  /// With `{name}` replaced by values.
  func filled(_ values: Variables) -> ScriptAction {
    switch self {
    case .ground(.order(let id, let failure)): .ground(.order(requestID: values.fill(id), expectFailure: failure))
    case .ground(.deletePod(let workload, let pod)): .ground(.deletePod(workload: workload, pod: pod.map(values.fill)))
    case .ground: self
    case .answer(let name, let value): .answer(name: name, value: values.fill(value))
    case .waitForRecords(let id, let services, let within):
      .waitForRecords(requestID: values.fill(id), services: services, within: within)
    case .rememberPod(let name, let service, let id): .rememberPod(name: name, service: service, requestID: values.fill(id))
    }
  }

  /// In words, for transcripts and errors.
  package var described: String {
    switch self {
    case .ground(.traffic(let requests)): "\(requests) requests"
    case .ground(.order(let id, _)): "an order with id \(id)"
    case .ground(.deletePod(let workload, let pod)): "delete \(pod ?? "a pod of \(workload)")"
    case .ground(.scale(let workload, let replicas)): "scale \(workload) to \(replicas)"
    case .ground(.setFaults(let service, let settings)): "faults of \(service): \(JSONValue.object(settings).jsonString)"
    case .ground(.clearFaults(let service)): "no more faults of \(service)"
    case .ground(.waitReady(let workload)): "wait until \(workload) is ready"
    case .answer(let name, let value): "answer \(name): \(value)"
    case .waitForRecords(let id, let services, _): "wait for records of \(id) from \(services.joined(separator: ", "))"
    case .rememberPod(_, let service, let id): "remember which pod of \(service) worked on \(id)"
    }
  }
}
