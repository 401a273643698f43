import Foundation
import GroundAPI
import GroundControllers
import JSONBytes
import ServiceLifecycle
import TimeFormat

/// A whole cluster on a free port, with a kubelet that only writes statuses.
struct ClusterFixture {
  let store: ObjectStore
  let port: Int
  let token = "secret"
  let certificate: ServerCertificate

  struct Lines: PodLogReader {
    func log(_ request: PodLogRequest) async throws(APIError) -> AsyncThrowingStream<[UInt8], any Error> {
      AsyncThrowingStream { continuation in
        for index in 1...3 { continuation.yield(Array("line \(index) of \(request.container)\n".utf8)) }
        continuation.finish()
      }
    }
  }

  /// - Parameter present: a store that has objects already; by default an empty one.
  static func run(on present: ObjectStore? = nil, _ body: @Sendable @escaping (ClusterFixture) async throws -> Void) async throws {
    let now: Now = {
      let time = Date().timeIntervalSince1970
      return Timestamp(nanoseconds: Int64(time * 1e9))
    }
    let store = try present ?? ObjectStore(path: nil, now: now)
    let manager = ControllerManager(store: store, controllers: Controllers.all())
    let (ports, portFeed) = AsyncStream.makeStream(of: Int.self)
    let certificate = try ServerCertificate.make(now: now())
    let server = GroundServer(store: store, token: "secret", certificate: certificate, port: 0, logReader: Lines()) { portFeed.yield($0) }
    for name in ["node-1", "node-2"] { try kubeletRegisters(name, store) }
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await server.run() }
      group.addTask { try await manager.run() }
      group.addTask { try await Self.kubelet(store) }
      group.addTask {
        for await port in ports {
          try await body(ClusterFixture(store: store, port: port, certificate: certificate))
          break
        }
        throw Finished()
      }
      do {
        while try await group.next() != nil {}
      } catch is Finished {}
      store.endWatches()
      group.cancelAll()
      while (try? await group.next()) != nil {}
    }
  }

  private struct Finished: Error {}

  private static func kubeletRegisters(_ name: String, _ store: ObjectStore) throws {
    if store.get(.nodes, name: name) == nil { try store.create(.nodes, ["metadata": ["name": .string(name)]], by: "kubelet") }
    let stamp = JSONValue.string(store.list(.nodes).items[0].at("metadata", "creationTimestamp")?.stringValue ?? "")
    try store.update(.nodes, name: name, subresource: "status", by: "kubelet") { node in
      node["status"] = [
        "allocatable": ["cpu": "4", "memory": "8Gi", "pods": "110"], "nodeInfo": ["kubeletVersion": "v1.32.0+periplus"],
        "conditions": [["type": "Ready", "status": "True", "lastHeartbeatTime": stamp, "lastTransitionTime": stamp]],
      ]
    }
  }

  private static func kubelet(_ store: ObjectStore) async throws {
    let watch = try store.watch(.pods)
    for await event in watch.events {
      let pod = event.object
      guard event.change != .deleted, pod.at("spec", "nodeName") != nil else { continue }
      let stamp = pod.at("metadata", "creationTimestamp") ?? ""
      if pod.at("metadata", "deletionTimestamp") != nil {
        _ = try? store.delete(.pods, namespace: pod.namespace, name: pod.name, options: .init(gracePeriodSeconds: 0), by: "kubelet")
      } else if pod.at("status", "phase") == "Pending" {
        _ = try? store.update(.pods, namespace: pod.namespace, name: pod.name, subresource: "status", by: "kubelet") { pod in
          pod.set("status", "phase", to: "Running")
          pod.set("status", "podIP", to: "127.96.0.9")
          pod.set(
            "status", "containerStatuses",
            to: [
              [
                "name": pod.at("spec", "containers")?[0]?["name"] ?? "", "image": pod.at("spec", "containers")?[0]?["image"] ?? "",
                "imageID": "",
                "ready": true, "restartCount": 0, "state": ["running": ["startedAt": stamp]], "lastState": [:],
              ]
            ])
          pod.set("status", "conditions", to: [["type": "Ready", "status": "True", "lastTransitionTime": stamp]])
        }
      }
    }
  }

  // MARK: - kubectl

  static var kubectl: String? {
    (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin").split(separator: ":").map { "\($0)/kubectl" }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  /// Runs kubectl with an own home, so that no other configuration or cache reaches it.
  func kubectl(_ arguments: [String], input: String = "") async throws -> (output: String, code: Int32) {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kubectl-\(port)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let configuration = folder.appendingPathComponent("config")
    try Data(GroundServer.kubeconfig(port: port, token: token, certificate: certificate).utf8).write(to: configuration)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Self.kubectl ?? "")
    process.arguments = arguments
    process.environment = ["KUBECONFIG": configuration.path, "HOME": folder.path, "PATH": "/usr/bin:/bin"]
    let output = folder.appendingPathComponent("out-\(UInt64.random(in: 0...UInt64.max))")
    let given = folder.appendingPathComponent("in-\(UInt64.random(in: 0...UInt64.max))")
    _ = FileManager.default.createFile(atPath: output.path, contents: nil)
    try Data(input.utf8).write(to: given)
    let sink = try FileHandle(forWritingTo: output)
    process.standardOutput = sink
    process.standardError = sink
    process.standardInput = try FileHandle(forReadingFrom: given)
    let code: Int32 = try await withCheckedThrowingContinuation { continuation in
      process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
      do { try process.run() } catch { continuation.resume(throwing: error) }
    }
    return (String(decoding: try Data(contentsOf: output), as: UTF8.self), code)
  }

  func cleanUp() {
    try? FileManager.default.removeItem(at: FileManager.default.temporaryDirectory.appendingPathComponent("kubectl-\(port)"))
  }
}
