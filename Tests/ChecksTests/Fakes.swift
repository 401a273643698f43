import Application
import Checks
import ClusterModel
import JSONBytes
import Kubernetes
import Synchronization
import TelemetryModel
import TimeFormat

/// A small application in memory, as its profile says: services that log by the standard, with switches for what can go wrong.
final class FakeApp: ClusterSource, LogSource, ServiceClient {
  struct Faults: Sendable {
    var dropsEcho = false
    var keepsInvalid = false
    var plainLine = false
    var silentHop: String?
    /// Fails each request that comes to it.
    var failingHop: String?
    var doubleCompletion: String?
    var missingCompletion: String?
    var isShut = false
    var status: Int?
    var recorderIsDown = false
  }

  private struct State {
    var now = Timestamp(rfc3339: "2018-02-10T12:00:00Z")!
    var records: [LogRecord] = []
    var faults = Faults()
    var pods: [String: String] = [:]
    var wanted: [String: Int] = [:]
    var isLive = true
  }

  let cluster = "ground"
  private let state: Mutex<State>
  let profile: AppProfile
  var services: [String] { profile.services.map(\.name) }

  init(_ profile: AppProfile = .reference) {
    self.profile = profile
    var first = State()
    for service in profile.services.map(\.name) {
      first.pods[service] = "\(service)-1"
      first.wanted[service] = 1
    }
    state = Mutex(first)
  }

  var faults: Faults {
    get { state.withLock { $0.faults } }
    set { state.withLock { $0.faults = newValue } }
  }
  var records: [LogRecord] { state.withLock { $0.records } }
  func now() -> Timestamp { state.withLock { $0.now } }
  func advance(_ duration: Duration) { state.withLock { $0.now = $0.now + duration } }
  func goStale() { state.withLock { $0.isLive = false } }
  func pod(of service: String) -> String? { state.withLock { $0.pods[service] } }
  func scale(_ service: String, _ replicas: Int) {
    state.withLock {
      $0.wanted[service] = replicas
      $0.pods[service] = replicas == 0 ? nil : $0.pods[service] ?? "\(service)-9"
    }
  }
  func deletePod(_ service: String) {
    state.withLock { $0.pods[service] = "\(service)-2" }
  }

  func context(withClient: Bool = true) -> CheckContext {
    CheckContext(
      cluster: self, logs: self, client: withClient ? self : nil, app: profile, now: { self.now() },
      pause: { duration in
        // A timeout is a long pause: it must lose against work that needs none.
        if duration >= .seconds(20) { try await Task.sleep(for: .seconds(60)) } else { self.advance(duration) }
      })
  }

  func log(_ service: String, _ id: String, _ members: JSONObject = [:], level: String = "INFO") {
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

  func logRaw(_ service: String, _ line: String, restart: Int = 0) {
    state.withLock { append(service, nil, Array(line.utf8), &$0, restart: restart) }
  }

  private func append(_ service: String, _ id: String?, _ raw: [UInt8], _ state: inout State, restart: Int = 0) {
    guard !state.faults.recorderIsDown, let pod = state.pods[service] else { return }
    let origin = LogOrigin(
      cluster: cluster, namespace: profile.namespace, pod: pod, podUID: "uid-\(pod)", container: service, restart: restart)
    state.records.append(
      LogRecord(
        id: Int64(state.records.count + 1), at: state.now, level: .info, service: service, message: "", requestID: id, origin: origin,
        raw: raw))
  }

  // MARK: ServiceClient

  func send(_ request: ServiceRequest) async throws -> ServiceResponse {
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
  func serve(_ hops: [String], _ id: String, status: Int) {
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

  func current() -> ClusterSnapshot {
    state.withLock { state in
      var pods: [Pod] = []
      var workloads: [Workload] = []
      for service in services {
        let deployment = ObjectReference(kind: "Deployment", namespace: profile.namespace, name: service)
        let set = ObjectReference(kind: "ReplicaSet", namespace: profile.namespace, name: "\(service)-abc")
        workloads.append(Workload(reference: deployment, wanted: state.wanted[service] ?? 0))
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

  func snapshots() -> AsyncStream<ClusterSnapshot> { AsyncStream { $0.finish() } }

  // MARK: LogSource

  func records(matching query: LogQuery) async throws -> LogPage {
    var found = records.filter { record in query.conditions.allSatisfy { Self.matches($0, record) } }
    if let range = query.range { found = found.filter { range.contains($0.at) } }
    if query.order == .newestFirst { found.reverse() }
    let page = Array(found.prefix(query.limit))
    let next = page.count < found.count ? page.last.map { LogCursor(at: $0.at, id: $0.id) } : nil
    return LogPage(records: page, next: next)
  }

  private static func matches(_ condition: LogQuery.Condition, _ record: LogRecord) -> Bool {
    switch condition {
    case .requestID(let id): record.requestID == id
    case .field("namespace", .equal, let value): record.origin.namespace == value
    case .field("pod", .equal, let value): record.origin.pod == value
    case .field(let name, .equal, let value): record.fields[name]?.stringValue == value
    case .any(let any): any.contains { matches($0, record) }
    case .not(let one): !matches(one, record)
    default: false
    }
  }

  func histogram(matching query: LogQuery, over range: Range<Timestamp>, buckets: Int) async throws -> [Int] { [] }
  func completeness() async -> [SourceStatus] { [] }
  func revision() async -> Int64 { Int64(records.count) }
}
