import Application
import Checks
import LogStandard
import StrictYAML

extension ActionDefinition {
  static let sendRequest = ActionDefinition(
    id: "send", meaning: "sends one request of the app profile, with the request id given here",
    parameters: [
      SchemaField("request", .text, required: true, "its name in the app profile"), ActionFields.requestID,
      SchemaField("expect", .choice(["success", "failure"]), "success or failure; default success"),
    ]
  ) { fields in
    "send \(fields.text("request", or: "")) with id \(fields.text("requestId", or: ""))"
  } run: { context in
    guard let client = context.checks.client else { throw ActionError("requests cannot be sent to this cluster from here") }
    let app = try context.app
    let id = context.fields.text("requestId", or: "")
    let named: NamedRequest
    do throws(UnknownRequest) {
      named = try app.request(named: context.fields.text("request", or: ""))
    } catch {
      throw ActionError(error.sentence)
    }
    let filled = named.filled(app.firstValues(id: id))
    let status: Int
    do {
      status = try await client.send(
        ServiceRequest(
          namespace: app.namespace, service: named.service, port: named.port, method: filled.method, path: filled.path,
          headers: [(LogField.requestIDHeader, id)] + filled.headers.map { ($0.name, $0.value) }, body: filled.body, timeout: .seconds(15))
      ).status
    } catch let error as ServiceClientError {
      throw ActionError(error.sentence)
    }
    if context.fields.text("expect") == "failure" {
      guard status >= 400 else { throw ActionError("expected \(named.name) \(id) to fail, but it returned \(status)") }
    } else if !named.isSuccess(status) {
      throw ActionError("expected \(named.name) \(id) to succeed, but it returned \(status); periplus request \(id) shows why")
    }
    return [:]
  }
}
