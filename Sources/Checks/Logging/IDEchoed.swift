import ClusterModel
import LogStandard
import MigrationPlan
import StrictYAML

extension CheckDefinition {
  static let idEchoed = CheckDefinition(
    id: "logging.id-echoed",
    assertion: "The response carries the request's x-request-id; for a missing or invalid id it carries a new UUID4.",
    onFailure: "A customer's ticket has no request id, so nobody can find the request's records.",
    howToFix: "Install the request-log middleware outermost, so that it also handles errors and unknown paths, and check for a proxy "
      + "that strips x-request-id.",
    parameters: [
      CheckFields.namespace, SchemaField("services", .list(.text), "only these services; default every service with the port"),
      SchemaField("port", .integer(1...65_535), "the port that clients use; default 8080"),
      SchemaField("path", .text, "the path to request; any status is accepted; default /"),
    ]
  ) { context in
    guard let client = context.client else { throw CheckObstacle("requests cannot be sent to this cluster from here") }
    let around = try NamespaceWorkloads(context)
    let port = context.fields.integer("port") ?? 8080
    let path = context.fields.text("path", or: "/")
    let wanted = context.fields.texts("services")
    let present = around.snapshot.services.filter { $0.namespace == around.namespace && $0.ports.contains(port) }.map(\.name)
    var findings: [CheckFinding] = []
    for service in (wanted.isEmpty ? present : wanted).sorted() {
      var request = ServiceRequest(namespace: around.namespace, service: service, port: port, path: path)
      var violations: [String] = []
      var seen = ""
      do {
        for trial in EchoTrial.all(id: ProbeRequest.newID()) {
          request.headers = trial.id.map { [(LogField.requestIDHeader, $0)] } ?? []
          let echo = try await client.send(request).header(LogField.requestIDHeader)
          seen += "\(trial.id ?? "-") -> \(echo ?? "-")\n"
          if let violation = trial.violation(echo) { violations.append(violation) }
        }
      } catch let error as ServiceClientError {
        findings.append(
          CheckFinding(
            subject: "Service/\(service)", outcome: .unknown, grade: .declared, observed: error.sentence, query: request.display))
        continue
      }
      findings.append(
        CheckFinding(
          subject: "Service/\(service)", outcome: violations.isEmpty ? .pass : .fail, grade: .exercised,
          observed: violations.first ?? "a valid id is echoed, a missing or invalid one is replaced with a UUID4", details: violations,
          query: request.display,
          data: Array(seen.utf8)))
    }
    return findings
  }
}

/// What is sent as the id, and what must come back.
private struct EchoTrial {
  var name: String
  var id: String?
  var mustBeKept: Bool

  static func all(id: String) -> [EchoTrial] {
    [
      EchoTrial(name: "a valid id", id: id, mustBeKept: true),
      EchoTrial(name: "an id of maximum length", id: String(repeating: "x", count: RequestID.maximumLength), mustBeKept: true),
      EchoTrial(name: "no id", id: nil, mustBeKept: false),
      EchoTrial(name: "an id with invalid characters", id: "not valid;{id}", mustBeKept: false),
      EchoTrial(name: "an id that is too long", id: String(repeating: "x", count: RequestID.maximumLength + 1), mustBeKept: false),
    ]
  }

  func violation(_ echo: String?) -> String? {
    guard let echo else { return "sent \(name): the response has no \(LogField.requestIDHeader)" }
    let shown = echo.count > 50 ? "\(echo.prefix(49))…" : echo
    if mustBeKept {
      return echo == id ? nil : "sent \(name): expected it back, got '\(shown)'"
    }
    return isUUID4(echo) ? nil : "sent \(name): expected a new UUID4, got '\(shown)'"
  }

  private func isUUID4(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    return RequestID.isUUID(text) && bytes[14] == UInt8(ascii: "4") && Array("89abAB".utf8).contains(bytes[19])
  }
}
