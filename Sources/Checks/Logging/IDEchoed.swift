import ClusterModel
import LogStandard
import MigrationPlan
import StrictYAML

extension CheckDefinition {
  static let idEchoed = CheckDefinition(
    id: "logging.id-echoed",
    assertion: "A request's x-request-id comes back in the response; without one, or with one that is not allowed, a new UUID comes back.",
    onFailure: "A customer's ticket will carry no id, so nobody can find the request's records.",
    howToMend: "Install the request-log middleware outermost, so that it answers errors and unknown paths too, and look for a proxy "
      + "that strips x-request-id.",
    parameters: [
      CheckFields.namespace, SchemaField("services", .list(.text), "only these services; default every one with the port"),
      SchemaField("port", .integer(1...65_535), "the clients' port; default 8080"),
      SchemaField("path", .text, "what is asked for; any status will do; default /"),
    ]
  ) { context in
    guard let client = context.client else { throw CheckObstacle("no request may be sent from here") }
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
          observed: violations.first ?? "kept, made and replaced as the standard says", details: violations, query: request.display,
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
      EchoTrial(name: "the longest allowed id", id: String(repeating: "x", count: RequestID.maximumLength), mustBeKept: true),
      EchoTrial(name: "no id", id: nil, mustBeKept: false),
      EchoTrial(name: "an id with characters that are not allowed", id: "not valid;{id}", mustBeKept: false),
      EchoTrial(name: "an id that is too long", id: String(repeating: "x", count: RequestID.maximumLength + 1), mustBeKept: false),
    ]
  }

  func violation(_ echo: String?) -> String? {
    guard let echo else { return "sent \(name), the response carries no \(LogField.requestIDHeader)" }
    let shown = echo.count > 50 ? "\(echo.prefix(49))…" : echo
    if mustBeKept {
      return echo == id ? nil : "sent \(name), expected it back, came '\(shown)'"
    }
    return isUUID4(echo) ? nil : "sent \(name), expected a new UUID4, came '\(shown)'"
  }

  private func isUUID4(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    return RequestID.isUUID(text) && bytes[14] == UInt8(ascii: "4") && Array("89abAB".utf8).contains(bytes[19])
  }
}
