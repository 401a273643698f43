import JSONBytes
import Synchronization
import TelemetryModel
import TimeFormat
import Training

/// The proving ground's actions on the reference app in memory.
final class FakeGround: GroundActions {
  let app: FakeApp
  private let failing = Mutex<Set<String>>([])
  private let done = Mutex<[String]>([])
  /// A reset that forgets something, for the author check to find.
  let forgetsToScale: Bool
  private let replicas = Mutex<[String: Int]>(["orders": 2])

  init(_ app: FakeApp, forgetsToScale: Bool = false) {
    self.app = app
    self.forgetsToScale = forgetsToScale
  }

  var log: [String] { done.withLock { $0 } }

  func perform(_ action: GroundAction) async throws {
    done.withLock { $0.append("\(action)") }
    switch action {
    case .traffic(let requests):
      for index in 0..<requests { app.serve(FakeApp.services, "traffic-\(index)", status: 200) }
    case .order(let id, let expectFailure):
      let isFailing = failing.withLock { $0.contains("catalog") }
      guard isFailing == expectFailure else { throw GroundActionError("the order \(id) ended otherwise than expected") }
      app.serve(isFailing ? ["orders", "catalog"] : ["orders", "catalog", "ledger", "billing"], id, status: isFailing ? 500 : 201)
    case .deletePod(let workload, _): app.deletePod(workload)
    case .scale(let workload, let count):
      if forgetsToScale, count > 0 { return }
      replicas.withLock { $0[workload] = count }
      app.scale(workload, min(count, 1))
    case .setFaults(let service, _): failing.withLock { _ = $0.insert(service) }
    case .clearFaults(let service): failing.withLock { _ = $0.remove(service) }
    case .waitReady: break
    }
  }

  func fingerprint() async throws -> [String: String] {
    var all = replicas.withLock { $0.mapValues { "\($0) replicas" } }
    for service in failing.withLock({ $0 }) { all["faults of \(service)"] = "on" }
    return all
  }
}

final class FakeProgress: ProgressLog {
  private let all = Mutex<[[UInt8]]>([])
  func append(_ line: [UInt8]) throws { all.withLock { $0.append(line) } }
  func lines() throws -> [[UInt8]] { all.withLock { $0 } }
}

/// A stage that shows one line a page, and needs a few waits before an effect has landed.
final class FakeStage: DemoStage {
  struct State: Sendable {
    var page = "voyage"
    var values: [String: String] = [:]
    var busy = 0
    var commands: [String] = []
  }

  let app: FakeApp
  let state = Mutex(State())
  init(_ app: FakeApp) { self.app = app }

  func press(_ keys: [String]) async throws {
    for key in keys {
      guard let page = ["1": "voyage", "2": "health", "3": "reschedules", "4": "logs"][key] else {
        throw DemoStageError("there is no key '\(key)' on this page")
      }
      state.withLock {
        $0.page = page
        $0.busy = 3
      }
    }
  }

  func run(command: String) async throws {
    let item = String(command.split(separator: " ").last ?? "")
    let opens = command.hasPrefix("open ")
    state.withLock {
      $0.commands.append(command)
      $0.page = opens ? item : "request"
      if !opens { $0.values["requestId"] = item }
      $0.busy = 3
    }
  }

  func screen() async -> [String] {
    let page = state.withLock { $0.page }
    switch page {
    case "voyage": return ["1 Logging soaking", "10 Service mesh planned"]
    case "request": return ["POST /orders → 201"] + services().map { "\($0) Did what was asked." }
    default: return ["the page \(page)"]
    }
  }

  private func services() -> [String] {
    let id = state.withLock { $0.values["requestId"] }
    return Set(app.records.filter { $0.requestID == id }.map(\.service)).sorted()
  }

  func value(_ name: String) async -> String? {
    switch name {
    case "page": state.withLock { $0.page }
    case "records": state.withLock { $0.page == "logs" ? "20" : "0" }
    case "podsGone": state.withLock { $0.page } == "request" ? "1" : nil
    case "services": state.withLock { $0.page } == "request" ? "\(services().count)" : nil
    default: state.withLock { $0.page == "request" ? $0.values[name] : nil }
    }
  }

  func isIdle() async -> Bool { state.withLock { $0.busy == 0 } }
  func wait(atMost limit: Duration) async throws {
    state.withLock { $0.busy = max(0, $0.busy - 1) }
    app.advance(limit)
  }
  func now() async -> Timestamp { app.now() }
}
