import Application
import JSONBytes

extension GroundObjects {
  /// Replaces the faults of every ready pod of a service; `nil` switches all off.
  func setFaults(_ faults: JSONValue?, of service: String, _ app: AppProfile) async throws {
    let operators = try operators(app)
    let pods = try await pods(behind: service).filter(\.isReady)
    guard !pods.isEmpty else { throw ActionError("\(service) has no ready pods; periplus health shows why") }
    for pod in pods { _ = try await ask(pod, operators, method: faults == nil ? "DELETE" : "PUT", body: faults) }
  }

  /// The faults of a pod that are on now, in the order of their names; `none` when none is.
  func faults(of pod: Pod, _ app: AppProfile) async throws -> String {
    let answer = try await ask(pod, try operators(app), method: "GET", body: nil)
    let all = (try? JSONValue(parsing: answer))?["faults"]?.objectValue ?? JSONObject()
    let isOn = all.filter { $0.value.boolValue != false && $0.value.doubleValue != 0 }
    return isOn.isEmpty ? "none" : isOn.map { "\($0.key) \($0.value.jsonString)" }.sorted().joined(separator: ", ")
  }

  private func operators(_ app: AppProfile) throws -> AppProfile.OperatorPort {
    guard let operators = app.operators else {
      throw ActionError("the app profile of \(app.name) has no operator port, so faults cannot be set; add 'operators' to it")
    }
    return operators
  }

  private func ask(_ pod: Pod, _ operators: AppProfile.OperatorPort, method: String, body: JSONValue?) async throws -> [UInt8] {
    let answer = try await port.ask(pod.address, port: operators.port, method: method, path: operators.faults, body: body)
    guard (200..<300).contains(answer.status) else {
      let said = String(decoding: answer.body.prefix(200), as: UTF8.self)
      throw ActionError("pod \(pod.name) returned \(answer.status) when its faults were to be set: \(said)")
    }
    return answer.body
  }
}
