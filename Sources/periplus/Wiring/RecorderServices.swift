import Recorder
import StateDirectory

/// How the services of the running recorder are.
struct RecorderServices {
  let home: Home

  /// None where it takes no question, because it does not run or has just begun to; `nil` where it took the question and gave no answer in
  /// the time.
  func list(within limit: Duration) async -> [ServiceStatus]? {
    let client = ControlClient(socket: home.socket("recorder"))
    return await withTaskGroup(of: [ServiceStatus]?.self) { group in
      group.addTask {
        var services: [ServiceStatus] = []
        try? await client.run("services") { line in if let service = ServiceStatus(line) { services.append(service) } }
        return services
      }
      group.addTask {
        try? await Task.sleep(for: limit)
        return nil
      }
      let first = await group.next() ?? nil
      group.cancelAll()
      return first
    }
  }
}
