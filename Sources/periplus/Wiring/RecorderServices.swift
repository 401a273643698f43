import Recorder
import StateDirectory

/// How the services of the running recorder are.
struct RecorderServices {
  let home: Home

  /// None, when it does not answer within 2 s.
  func list() async -> [ServiceStatus] {
    let client = ControlClient(socket: home.socket("recorder"))
    return await withTaskGroup(of: [ServiceStatus].self) { group in
      group.addTask {
        var services: [ServiceStatus] = []
        try? await client.run("services") { line in if let service = ServiceStatus(line) { services.append(service) } }
        return services
      }
      group.addTask {
        try? await Task.sleep(for: .seconds(2))
        return []
      }
      let first = await group.next() ?? []
      group.cancelAll()
      return first
    }
  }
}
