import JSONBytes
import Kubernetes
import KubernetesClient
import TimeFormat
import Training

/// The workloads of a namespace and their pods, read and changed over the API; every wait ends with the effect or with one sentence.
struct GroundWorkloads {
  let api: KubernetesAPI
  let namespace: String

  private static let deployments = ResourceType.deployments
  private static let services = ResourceType.services

  struct Pod: Hashable {
    var name: String
    var uid: String
    var ip: String
    var isReady: Bool
    var isTerminating: Bool

    init(_ json: JSONValue) {
      name = json.at("metadata", "name")?.stringValue ?? ""
      uid = json.at("metadata", "uid")?.stringValue ?? ""
      ip = json.at("status", "podIP")?.stringValue ?? ""
      isTerminating = json.at("metadata", "deletionTimestamp") != nil
      isReady = (json.at("status", "conditions")?.arrayValue ?? []).contains {
        $0["type"]?.stringValue == "Ready" && $0["status"]?.stringValue == "True"
      }
    }
  }

  func deployments() async throws -> [JSONValue] { try await api.listAll(Self.deployments.path(namespace: namespace)) }

  func deployment(_ name: String) async throws -> JSONValue {
    do {
      return try await api.get(Self.deployments.path(namespace: namespace, name: name))
    } catch let error as KubernetesError where error.kind == .notFound {
      throw GroundActionError(
        "expected a Deployment \(name) in the namespace \(namespace), there is none; periplus up deploys the reference app")
    }
  }

  func service(_ name: String) async throws -> JSONValue {
    do {
      return try await api.get(Self.services.path(namespace: namespace, name: name))
    } catch let error as KubernetesError where error.kind == .notFound {
      throw GroundActionError(
        "expected a Service \(name) in the namespace \(namespace), there is none; periplus up deploys the reference app")
    }
  }

  /// The pods of a Deployment that are not on their way out.
  func pods(of deployment: JSONValue) async throws -> [Pod] { try await pods(matching: deployment.at("spec", "selector", "matchLabels")) }

  /// The pods behind a Service that are not on their way out.
  func pods(behind service: JSONValue) async throws -> [Pod] { try await pods(matching: service.at("spec", "selector")) }

  private func pods(matching labels: JSONValue?) async throws -> [Pod] {
    let selector = (labels?.objectValue ?? JSONObject()).map { "\($0.key)=\($0.value.stringValue ?? "")" }.joined(separator: ",")
    guard !selector.isEmpty else { return [] }
    return try await api.listAll(ResourceType.pods.path(namespace: namespace), query: [("labelSelector", selector)]).map(Pod.init)
      .filter { !$0.isTerminating }
  }

  /// Deletes a pod and waits until it is gone. One that is gone already is as it was wanted.
  func delete(_ pod: String) async throws {
    let path = ResourceType.pods.path(namespace: namespace, name: pod)
    let uid: String?
    do {
      uid = Pod(try await api.get(path)).uid
      try await api.delete(path)
    } catch let error as KubernetesError where error.kind == .notFound {
      return
    }
    try await wait("pod \(pod) to be gone") {
      do {
        // A pod of the same name is another one (StatefulSets).
        return Pod(try await api.get(path)).uid != uid
      } catch let error as KubernetesError where error.kind == .notFound {
        return true
      }
    }
  }

  /// Sets the wanted number of pods and waits until there are no more than that.
  func scale(_ name: String, to replicas: Int) async throws {
    _ = try await deployment(name)
    try await api.scale(Self.deployments, namespace: namespace, name: name, replicas: replicas)
    try await wait("\(name) to have at most \(replicas) pods") {
      let deployment = try await deployment(name)
      return Self.isObserved(deployment) && (deployment.at("status", "replicas")?.intValue ?? 0) <= replicas
    }
  }

  /// Waits until every pod that is wanted is ready and no other is left.
  func waitReady(_ name: String) async throws {
    try await wait("every pod of \(name) to be ready") {
      let deployment = try await deployment(name)
      let wanted = deployment.at("spec", "replicas")?.intValue ?? 1
      let status = deployment["status"] ?? .null
      return Self.isObserved(deployment)
        && ["replicas", "updatedReplicas", "readyReplicas"].allSatisfy { (status[$0]?.intValue ?? 0) == wanted }
    }
  }

  /// Whether the status speaks of the newest specification.
  private static func isObserved(_ deployment: JSONValue) -> Bool {
    deployment.at("status", "observedGeneration")?.intValue ?? 0 >= deployment.at("metadata", "generation")?.intValue ?? 0
  }

  private func wait(_ what: String, limit: Duration = .seconds(120), until isDone: () async throws -> Bool) async throws {
    let end = ContinuousClock.now + limit
    while true {
      if try await isDone() { return }
      guard ContinuousClock.now < end else {
        throw GroundActionError("waited \(limit.brief) for \(what) in vain; periplus health tells why")
      }
      try await Task.sleep(for: .milliseconds(100))
    }
  }
}
