import Application
import JSONBytes
import Synchronization
import TelemetryModel
import TestKits
import TimeFormat
import Training

/// The proving ground's API over the application in memory: one pod a service, whose address is its name.
final class FakeGround: GroundPort {
  let app: FakeApp
  /// A ground that forgets to scale up, for the author check to find.
  let forgetsToScale: Bool
  private let replicas = Mutex<[String: Int]>(["orders": 2])
  private let calls = Mutex<[String]>([])

  init(_ app: FakeApp, forgetsToScale: Bool = false) {
    self.app = app
    self.forgetsToScale = forgetsToScale
  }

  /// What was changed, in order.
  var log: [String] { calls.withLock { $0 } }

  func get(_ path: String) async throws -> JSONValue? {
    let (kind, name) = Self.parts(path)
    switch kind {
    case "deployments": return app.services.contains(name) ? deployment(name) : nil
    case "services": return app.profile.service(name)?.port == nil ? nil : ["spec": ["selector": ["app": .string(name)]]]
    case "pods": return app.services.first { app.pod(of: $0) == name }.flatMap(pod)
    default: return nil
    }
  }

  func list(_ path: String, labels: [String: String]) async throws -> [JSONValue] {
    if path.hasSuffix("/deployments") { return app.services.map(deployment) }
    return labels["app"].flatMap(pod).map { [$0] } ?? []
  }

  func delete(_ path: String) async throws -> Bool {
    let (_, name) = Self.parts(path)
    guard let service = app.services.first(where: { app.pod(of: $0) == name }) else { return false }
    calls.withLock { $0.append("delete \(name)") }
    app.deletePod(service)
    return true
  }

  func patch(_ path: String, _ change: JSONValue) async throws {
    let name = String(path.split(separator: "/").dropLast().last ?? "")
    let count = Int(change.at("spec", "replicas")?.intValue ?? 0)
    calls.withLock { $0.append("scale \(name) \(count)") }
    if forgetsToScale, count > 0 { return }
    replicas.withLock { $0[name] = count }
    app.scale(name, min(count, 1))
  }

  func ask(_ address: String, port: Int, method: String, path: String, body: JSONValue?) async throws -> PodAnswer {
    let service = String(address.prefix { $0 != "-" })
    calls.withLock { $0.append("\(method) \(address):\(port)\(path) \(body?.jsonString ?? "")") }
    switch method {
    case "PUT": app.faults.failingHop = service
    case "DELETE": app.faults.failingHop = nil
    default: break
    }
    let rate: JSONValue = app.faults.failingHop == service ? 1 : 0
    return PodAnswer(status: 200, body: JSONValue.object(["faults": ["errorRate": rate]]).jsonBytes)
  }

  func traffic(_ app: AppProfile, requests: Int) async throws -> TrafficDone {
    for index in 0..<requests { self.app.serve(self.app.services, "traffic-\(index)", status: 200) }
    return TrafficDone(sent: requests, failed: 0)
  }

  private static func parts(_ path: String) -> (kind: String, name: String) {
    let parts = path.split(separator: "/").map(String.init)
    return (parts.dropLast().last ?? "", parts.last ?? "")
  }

  private func deployment(_ name: String) -> JSONValue {
    let count = JSONValue.int(Int64(replicas.withLock { $0[name] } ?? 1))
    return [
      "metadata": ["name": .string(name), "generation": 1],
      "spec": ["replicas": count, "selector": ["matchLabels": ["app": .string(name)]]],
      "status": ["observedGeneration": 1, "replicas": count, "updatedReplicas": count, "readyReplicas": count],
    ]
  }

  private func pod(_ service: String) -> JSONValue? {
    app.pod(of: service).map { name in
      [
        "metadata": ["name": .string(name), "uid": .string("uid-\(name)")],
        "status": ["podIP": .string(name), "conditions": [["type": "Ready", "status": "True"]]],
      ]
    }
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
