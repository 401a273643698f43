import ClusterModel
import LogStandard
import StrictYAML
import TelemetryModel
import TimeFormat

/// What checks need to know of a namespace: its workloads and which pods are theirs.
struct Surroundings {
  struct Workload {
    /// `Deployment/orders`.
    var subject: String
    var wanted: Int
    var pods: [Pod]
  }

  let snapshot: ClusterSnapshot
  let namespace: String

  init(_ context: CheckContext) throws {
    snapshot = context.cluster.current()
    namespace = context.namespace
    switch snapshot.connection {
    case .live: break
    case .connecting: throw CheckObstacle("cluster \(snapshot.cluster) has not answered yet")
    case .stale(_, let reason, _): throw CheckObstacle("cluster \(snapshot.cluster) does not answer: \(reason)")
    }
  }

  /// `Deployment/orders` for a pod of its ReplicaSet; `Pod/name` for a bare one.
  func owner(of pod: Pod) -> String {
    (snapshot.topController(of: pod) ?? pod.reference).display
  }

  /// The workloads at the top, those named only if any are; with the pods that exist now.
  func workloads(named names: [String]) -> [Workload] {
    let byOwner = Dictionary(grouping: snapshot.pods(in: namespace), by: owner(of:))
    let tops = snapshot.workloads.filter {
      $0.reference.namespace == namespace && $0.controller == nil && !$0.kind.isRevision
        && (names.isEmpty || names.contains($0.reference.name))
    }
    return tops.map { Workload(subject: $0.reference.display, wanted: $0.wanted, pods: byOwner[$0.reference.display] ?? []) }
      .sorted { $0.subject < $1.subject }
  }
}

/// A request that a check sends itself, to see the facility work and not only to see its traces.
struct Canary: Sendable {
  var service: String
  var port: Int
  var method: String
  var path: String
  var headers: [(name: String, value: String)]
  var body: String

  static let schema = RecordSchema(
    "a canary request",
    [
      SchemaField("service", .text, required: true, "the service to which it is sent"),
      SchemaField("port", .integer(1...65_535), "default 8080"),
      SchemaField("method", .choice(["GET", "POST", "PUT", "DELETE"]), "default GET"),
      SchemaField("path", .text, required: true, "with a leading slash"),
      SchemaField("headers", .mapping(.scalar), "{id} stands for the request's id"),
      SchemaField("body", .text, "{id} stands for the request's id"),
    ])

  /// One order and one report: together they pass through every service of the reference app.
  static let referenceApp = [
    Canary(
      service: "orders", port: 8080, method: "POST", path: "/orders",
      headers: [("Content-Type", "application/json"), ("Idempotency-Key", "{id}")], body: order),
    Canary(
      service: "reports", port: 8080, method: "POST", path: "/billing/reports", headers: [("Content-Type", "application/json")],
      body: #"{"accountId":"acct-001"}"#),
  ]

  static let order = #"{"accountId":"acct-001","itemId":"item-01","quantity":1}"#

  init(service: String, port: Int, method: String, path: String, headers: [(name: String, value: String)], body: String) {
    self.service = service
    self.port = port
    self.method = method
    self.path = path
    self.headers = headers
    self.body = body
  }

  init(_ fields: Fields) {
    let headers = fields.node("headers")?.entries ?? []
    self.init(
      service: fields.text("service", or: ""), port: fields.integer("port") ?? 8080, method: fields.text("method", or: "GET"),
      path: fields.text("path", or: "/"),
      headers: headers.compactMap { entry in entry.key.text.flatMap { name in entry.value.text.map { (name, $0) } } },
      body: fields.text("body", or: ""))
  }

  func request(id: String, namespace: String) -> FrontDoorRequest {
    FrontDoorRequest(
      namespace: namespace, service: service, port: port, method: method, path: path.replacing("{id}", with: id),
      headers: [(LogField.requestIDHeader, id)] + headers.map { ($0.name, $0.value.replacing("{id}", with: id)) },
      body: Array(body.replacing("{id}", with: id).utf8))
  }

  /// Recognizable as a check's own in every log.
  static func newID() -> String { "check-\(RequestID.make())" }
}

extension String {
  /// Every occurrence, left to right.
  package func replacing(_ mark: String, with value: String) -> String {
    guard !mark.isEmpty else { return self }
    var out = ""
    var rest = Substring(self)
    while let range = rest.range(ofFirst: mark) {
      out += rest[..<range.lowerBound] + value
      rest = rest[range.upperBound...]
    }
    return out + rest
  }
}

extension Substring {
  fileprivate func range(ofFirst mark: String) -> Range<Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(mark) { return start..<index(start, offsetBy: mark.count) }
      start = index(after: start)
    }
    return nil
  }
}
