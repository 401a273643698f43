import Checks
import ClusterFeed
import ClusterModel
import JSONBytes
import KubernetesClient
import Load
import Recorder
import Training

/// Does what lessons and demos ask to a running ground: over its API, through its front door, at its operators' ports.
struct LiveGround: GroundActions {
  private let workloads: GroundWorkloads
  private let frontDoor: any FrontDoor

  init(api: KubernetesAPI, frontDoor: any FrontDoor) {
    workloads = GroundWorkloads(api: api, namespace: CheckLibrary.namespace)
    self.frontDoor = frontDoor
  }

  func perform(_ action: GroundAction) async throws {
    do {
      switch action {
      case .traffic(let requests): try await traffic(requests)
      case .order(let id, let expectFailure): try await order(id, expectFailure: expectFailure)
      case .deletePod(let workload, let pod): try await workloads.delete(try await self.pod(pod, of: workload))
      case .scale(let workload, let replicas): try await workloads.scale(workload, to: replicas)
      case .setFaults(let service, let settings):
        for port in try await operatorPorts(of: service) { try await port.set(settings) }
      case .clearFaults(let service):
        for port in try await operatorPorts(of: service) { try await port.clear() }
      case .waitReady(let workload): try await workloads.waitReady(workload)
      }
    } catch let error as KubernetesError {
      throw GroundActionError("the proving ground refused: \(error); periplus status tells more")
    } catch let error as FrontDoorError {
      throw GroundActionError(error.sentence)
    } catch let error as TrafficError {
      throw GroundActionError(error.description)
    }
  }

  func fingerprint() async throws -> [String: String] {
    var marks: [String: String] = [:]
    do {
      for deployment in try await workloads.deployments() {
        let name = deployment.at("metadata", "name")?.stringValue ?? ""
        marks["\(name) replicas"] = "\(deployment.at("spec", "replicas")?.intValue ?? 1)"
        let containers = deployment.at("spec", "template", "spec", "containers")?.arrayValue ?? []
        marks["\(name) image"] = containers.compactMap { $0["image"]?.stringValue }.joined(separator: ", ")
        // Faults of pods, not pods: names come and go.
        var faults: Set<String> = []
        for pod in try await workloads.pods(of: deployment) where pod.isReady { faults.insert(try await OperatorPort(pod: pod).faults()) }
        marks["\(name) faults"] = faults.sorted().joined(separator: " and ")
      }
    } catch let error as KubernetesError {
      throw GroundActionError("the proving ground does not answer: \(error); periplus status tells more")
    }
    return marks
  }

  private func traffic(_ requests: Int) async throws {
    var urls: [String: String] = [:]
    for name in TrafficOptions.known {
      if let address = try await workloads.service(name).at("spec", "clusterIP")?.stringValue { urls[name] = "http://\(address):8080" }
    }
    let generator = try TrafficGenerator(TrafficOptions(services: urls, requests: requests, concurrency: 4))
    let summary = await generator.run()
    try Task.checkCancellation()
    // Single failures may be what is shown; none answered means that nothing was.
    if summary.failed == summary.sent, let first = summary.failures.first {
      throw GroundActionError("all \(summary.sent) requests failed, the first, \(first.what), with: \(first.reason)")
    }
  }

  private func order(_ id: String, expectFailure: Bool) async throws {
    let body: JSONValue = ["accountId": "acct-001", "itemId": "item-01", "quantity": 1]
    let request = FrontDoorRequest(
      namespace: CheckLibrary.namespace, service: "orders", method: "POST", path: "/orders",
      headers: [("content-type", "application/json"), ("x-request-id", id), ("idempotency-key", id)], body: body.jsonBytes,
      timeout: .seconds(15))
    let status = try await frontDoor.send(request).status
    if expectFailure, status < 400 { throw GroundActionError("expected the order \(id) to be refused, it was answered with \(status)") }
    if !expectFailure, !(200..<300).contains(status) {
      throw GroundActionError("expected the order \(id) to succeed, it was answered with \(status); periplus request \(id) tells why")
    }
  }

  private func pod(_ name: String?, of workload: String) async throws -> String {
    if let name, !name.isEmpty { return name }
    guard let pod = try await workloads.pods(of: try await workloads.deployment(workload)).first(where: \.isReady) else {
      throw GroundActionError("expected a ready pod of \(workload) to delete, there is none")
    }
    return pod.name
  }

  private func operatorPorts(of service: String) async throws -> [OperatorPort] {
    let pods = try await workloads.pods(behind: try await workloads.service(service)).filter(\.isReady)
    guard !pods.isEmpty else { throw GroundActionError("expected ready pods of \(service), there are none; periplus health tells why") }
    return pods.map(OperatorPort.init)
  }
}
