import JSONBytes
import Kubernetes
import TimeFormat

/// The workloads of the application's namespace and their pods; every wait ends with the effect or with one sentence.
struct GroundObjects: Sendable {
  let port: any GroundPort
  let namespace: String
  let now: @Sendable () -> Timestamp
  let pause: @Sendable (Duration) async throws -> Void

  struct Pod: Hashable, Sendable {
    var name: String
    var uid: String
    var address: String
    var isReady: Bool
    var isTerminating: Bool

    init(_ json: JSONValue) {
      name = json.at("metadata", "name")?.stringValue ?? ""
      uid = json.at("metadata", "uid")?.stringValue ?? ""
      address = json.at("status", "podIP")?.stringValue ?? ""
      isTerminating = json.at("metadata", "deletionTimestamp") != nil
      isReady = (json.at("status", "conditions")?.arrayValue ?? []).contains {
        $0["type"]?.stringValue == "Ready" && $0["status"]?.stringValue == "True"
      }
    }
  }

  func deployments() async throws -> [JSONValue] { try await port.list(path(.deployments), labels: [:]) }
  func deployment(_ name: String) async throws -> JSONValue { try await object(.deployments, name) }

  /// The pods of a Deployment that are not on their way out.
  func pods(of deployment: JSONValue) async throws -> [Pod] { try await pods(deployment.at("spec", "selector", "matchLabels")) }

  /// The pods behind a Service that are not on their way out.
  func pods(behind service: String) async throws -> [Pod] { try await pods(try await object(.services, service).at("spec", "selector")) }

  private func pods(_ labels: JSONValue?) async throws -> [Pod] {
    var selector: [String: String] = [:]
    for label in labels?.objectValue ?? JSONObject() { selector[label.key] = label.value.stringValue ?? "" }
    guard !selector.isEmpty else { return [] }
    return try await port.list(path(.pods), labels: selector).map(Pod.init).filter { !$0.isTerminating }
  }

  /// Deletes a pod and waits until it is gone. One that is gone already is as it was asked for.
  func delete(pod: String) async throws {
    let path = path(.pods, pod)
    guard let there = try await port.get(path), try await port.delete(path) else { return }
    let uid = Pod(there).uid
    // A pod of the same name is another one (StatefulSets).
    try await wait("pod \(pod) to be gone") { try await port.get(path).map { Pod($0).uid != uid } ?? true }
  }

  /// Sets the desired number of pods and waits until there are no more than that.
  func scale(_ name: String, to replicas: Int) async throws {
    _ = try await deployment(name)
    try await port.patch("\(path(.deployments, name))/scale", ["spec": ["replicas": .int(Int64(replicas))]])
    try await wait("\(name) to have at most \(replicas) pods") {
      let deployment = try await deployment(name)
      return Self.isObserved(deployment) && (deployment.at("status", "replicas")?.intValue ?? 0) <= replicas
    }
  }

  /// Waits until every desired pod is ready and no other is left.
  func waitReady(_ name: String) async throws {
    try await wait("every pod of \(name) to be ready") {
      let deployment = try await deployment(name)
      let desired = deployment.at("spec", "replicas")?.intValue ?? 1
      let status = deployment["status"] ?? .null
      return Self.isObserved(deployment)
        && ["replicas", "updatedReplicas", "readyReplicas"].allSatisfy { (status[$0]?.intValue ?? 0) == desired }
    }
  }

  func object(_ type: ResourceType, _ name: String) async throws -> JSONValue {
    guard let object = try await port.get(path(type, name)) else {
      throw ActionError(
        "the \(type.kind) \(name) does not exist in the namespace \(namespace); periplus up deploys the application")
    }
    return object
  }

  func path(_ type: ResourceType, _ name: String? = nil) -> String {
    "\(type.root)/namespaces/\(namespace)/\(type.plural)" + (name.map { "/\($0)" } ?? "")
  }

  /// Whether the status speaks of the newest specification.
  private static func isObserved(_ deployment: JSONValue) -> Bool {
    deployment.at("status", "observedGeneration")?.intValue ?? 0 >= deployment.at("metadata", "generation")?.intValue ?? 0
  }

  func wait(_ what: String, limit: Duration = .seconds(120), until isDone: () async throws -> Bool) async throws {
    let end = now() + limit
    while true {
      if try await isDone() { return }
      guard now() < end else { throw ActionError("timed out after \(limit.brief) waiting for \(what); periplus health shows why") }
      try await pause(.milliseconds(100))
    }
  }
}
