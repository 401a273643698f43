package import Application
package import Checks
package import ClusterModel
package import JSONBytes
import Kubernetes
import Synchronization
package import TelemetryModel
package import TimeFormat

/// A small application in memory, as its profile says: services that log by the standard, with switches for what can go wrong.
package final class FakeApp: ClusterSource, LogSource, ServiceClient {
  package struct Faults: Sendable {
    package var dropsEcho = false
    package var keepsInvalid = false
    package var plainLine = false
    package var silentHop: String?
    /// Fails each request that comes to it.
    package var failingHop: String?
    package var doubleCompletion: String?
    package var missingCompletion: String?
    package var isShut = false
    package var status: Int?
    package var recorderIsDown = false

    package init() {}
  }

  private struct State {
    var now = Timestamp(rfc3339: "2018-02-10T12:00:00Z")!
    var records: [LogRecord] = []
    var faults = Faults()
    var pods: [String: String] = [:]
    var wanted: [String: Int] = [:]
    var isLive = true
  }

  package let cluster = "ground"
  private let state: Mutex<State>
  private let news = Broadcast()
  package let profile: AppProfile
  package var services: [String] { profile.services.map(\.name) }

  package init(_ profile: AppProfile = .reference) {
    self.profile = profile
    var first = State()
    for service in profile.services.map(\.name) {
      first.pods[service] = "\(service)-1"
      first.wanted[service] = 1
    }
    state = Mutex(first)
  }

  package var faults: Faults {
    get { state.withLock { $0.faults } }
    set { state.withLock { $0.faults = newValue } }
  }
  package var records: [LogRecord] { state.withLock { $0.records } }
  package func now() -> Timestamp { state.withLock { $0.now } }
  package func advance(_ duration: Duration) { state.withLock { $0.now = $0.now + duration } }
  package func goStale() { state.withLock { $0.isLive = false } }
  package func pod(of service: String) -> String? { state.withLock { $0.pods[service] } }
  package func scale(_ service: String, _ replicas: Int) {
    state.withLock {
      $0.wanted[service] = replicas
      $0.pods[service] = replicas == 0 ? nil : $0.pods[service] ?? "\(service)-9"
    }
  }
  package func deletePod(_ service: String) {
    state.withLock { $0.pods[service] = "\(service)-2" }
  }

  package func context(withClient: Bool = true) -> CheckContext {
    CheckContext(
      cluster: self, logs: self, client: withClient ? self : nil, app: profile, now: { self.now() },
      pause: { duration in
        // A timeout is a long pause: it must lose against work that needs none.
        if duration >= .seconds(20) { try await Task.sleep(for: .seconds(60)) } else { self.advance(duration) }
      })
  }

  package func log(_ service: String, _ id: String, _ members: JSONObject = [:], level: String = "INFO") {
    state.withLock { state in
      state.now = state.now + .milliseconds(2)
      var record: JSONObject = [
        "@timestamp": .string(state.now.rfc3339()), "logLevel": .string(level), "logMessage": "Did what was asked.",
        "logRequestId": .string(id), "logServiceName": .string(service),
      ]
      for member in members { record[member.key] = member.value }
      append(service, id, JSONValue.object(record).jsonBytes, &state)
    }
  }

  package func logRaw(_ service: String, _ line: String, restart: Int = 0) {
    state.withLock { append(service, nil, Array(line.utf8), &$0, restart: restart) }
  }

  private func append(_ service: String, _ id: String?, _ raw: [UInt8], _ state: inout State, restart: Int = 0) {
    guard !state.faults.recorderIsDown, let pod = state.pods[service] else { return }
    let origin = LogOrigin(
      cluster: cluster, namespace: profile.namespace, pod: pod, podUID: "uid-\(pod)", container: service, restart: restart)
    state.records.append(
      LogRecord(
        id: RecordID(Int64(state.records.count + 1), of: sourceID), at: state.now, level: .info, service: service, message: "",
        requestID: id, origin: origin,
        raw: raw))
    news.send()
  }

  // MARK: ServiceClient

  package func send(_ request: ServiceRequest) async throws -> ServiceResponse {
    let faults = self.faults
    if faults.isShut { throw ServiceClientError("\(request.display): connection refused") }
    let sent = request.headers.first { $0.name == "x-request-id" }?.value
    let isValid = sent.map { (1...128).contains($0.utf8.count) && !$0.contains { " ;{}".contains($0) } } ?? false
    let id = isValid ? sent ?? "" : faults.keepsInvalid ? sent ?? "none" : "6f1b2c3d-0a1b-4c2d-8e3f-5a6b7c8d9e0f"
    let named = profile.requests.first {
      $0.service == request.service && $0.method == request.method && $0.filled(profile.firstValues(id: id)).path == request.path
    }
    var hops = named.map { $0.hops.isEmpty ? [request.service] : $0.hops } ?? [request.service]
    var status = named == nil ? 404 : faults.status ?? named?.status ?? 200
    if let failing = faults.failingHop, let place = hops.firstIndex(of: failing) {
      hops = Array(hops[...place])
      status = 500
    }
    serve(hops, id, status: status)
    return ServiceResponse(status: status, headers: faults.dropsEcho ? [] : [("X-Request-ID", id)])
  }

  /// The first hop calls the others in turn.
  package func serve(_ hops: [String], _ id: String, status: Int) {
    let faults = self.faults
    for hop in hops where hop != faults.silentHop {
      log(hop, id, ["logCategory": "apiRequest", "reqVerb": "POST", "reqPath": "/"])
      if faults.plainLine { logRaw(hop, "panic: something") }
    }
    for hop in hops.reversed() where hop != faults.silentHop && hop != faults.missingCompletion {
      for _ in 0..<(hop == faults.doubleCompletion ? 2 : 1) {
        log(hop, id, ["logCategory": "apiResponse", "reqStatusCode": .int(Int64(status)), "reqDurationMicros": 100])
      }
    }
  }

  // MARK: ClusterSource

  package func current() -> ClusterSnapshot {
    state.withLock { state in
      var pods: [Pod] = []
      var workloads: [Workload] = []
      for service in services {
        let deployment = ObjectReference(kind: "Deployment", namespace: profile.namespace, name: service)
        let set = ObjectReference(kind: "ReplicaSet", namespace: profile.namespace, name: "\(service)-abc")
        workloads.append(Workload(reference: deployment, desired: state.wanted[service] ?? 0))
        workloads.append(Workload(reference: set, controller: deployment))
        if let name = state.pods[service] {
          pods.append(
            Pod(
              namespace: profile.namespace, name: name, uid: "uid-\(name)", phase: "Running", controller: set,
              conditions: [Condition(type: "Ready", status: "True")], containers: [Container(name: service, isReady: true)]))
        }
      }
      return ClusterSnapshot(
        cluster: cluster, at: state.now, pods: pods, workloads: workloads,
        services: profile.services.compactMap { service in
          service.port.map { Service(namespace: profile.namespace, name: service.name, ports: [$0, 8081]) }
        },
        connection: state.isLive ? .live(since: state.now) : .stale(since: state.now, reason: "connection refused", retryAt: nil))
    }
  }

  package func snapshots() -> AsyncStream<ClusterSnapshot> { AsyncStream { $0.finish() } }

  // MARK: LogSource

  package let sourceID = "app"
  package let kind = SourceKind(rawValue: "memory")
  package let limits = LogSourceLimits.none

  package func records(matching query: LogQuery) async throws -> LogPage {
    try await MemoryLogs(records, sourceID: sourceID).records(matching: query)
  }
  package func histogram(matching query: LogQuery, over range: Range<Timestamp>, buckets: Int) async throws -> [Int] {
    try await MemoryLogs(records, sourceID: sourceID).histogram(matching: query, over: range, buckets: buckets)
  }
  package func changes() -> AsyncStream<Void> { news.stream() }
}
