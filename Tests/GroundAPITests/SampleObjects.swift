import AsyncHTTPClient
import Foundation
import GRDB
import GroundAPI
import JSONBytes
import Kubernetes
import NIOCore
import NIOHTTP1
import TimeFormat

/// One valid object of each kind.
enum SampleObjects {
  static func of(_ resource: Resource, _ name: String) -> JSONValue {
    var object: JSONValue = ["apiVersion": .string(resource.apiVersion), "kind": .string(resource.kind)]
    object["metadata"] = ["name": .string(name)]
    if resource.namespaced { object.set("metadata", "namespace", to: "default") }
    let selector: JSONValue = ["matchLabels": ["app": .string(name)]]
    switch resource.kind {
    case "Pod": object["spec"] = podSpec
    case "Deployment", "ReplicaSet", "StatefulSet":
      object["spec"] = [
        "replicas": 2, "selector": selector, "template": ["metadata": ["labels": ["app": .string(name)]], "spec": podSpec],
      ]
      if resource.kind == "StatefulSet" { object.set("spec", "serviceName", to: .string(name)) }
    case "Service": object["spec"] = ["selector": ["app": .string(name)], "ports": [["name": "http", "port": 8080]]]
    case "PersistentVolumeClaim":
      object["spec"] = ["accessModes": ["ReadWriteOnce"], "resources": ["requests": ["storage": "1Gi"]]]
    case "PodDisruptionBudget": object["spec"] = ["minAvailable": 1, "selector": selector]
    case "EndpointSlice":
      object["addressType"] = "IPv4"
      object["endpoints"] = [["addresses": ["127.96.0.1"]]]
      object["ports"] = [["name": "http", "port": 8080]]
    case "Lease": object["spec"] = ["holderIdentity": "x", "leaseDurationSeconds": 40]
    case "Event":
      object["involvedObject"] = ["kind": "Pod", "name": "p", "namespace": "default"]
      object["reason"] = "Seen"
      object["count"] = 1
    case "ControllerRevision": object["revision"] = 1
    case "Node":
      object["status"] = [
        "allocatable": ["cpu": "4", "memory": "8Gi", "pods": "110"], "capacity": ["cpu": "4", "memory": "8Gi", "pods": "110"],
        "conditions": [["type": "Ready", "status": "True"]],
      ]
    default: break
    }
    return object
  }

  static let podSpec: JSONValue = [
    "containers": [["name": "app", "image": "i:1", "resources": ["requests": ["cpu": "100m"]], "ports": [["containerPort": 8080]]]]
  ]

  /// A state file that has these objects, as if they had been stored before there were rules.
  static func stored(_ objects: [(resource: Resource, object: JSONValue)], at path: String, now: @escaping Now) throws -> ObjectStore {
    do { _ = try ObjectStore(path: path, now: now) }
    let queue = try DatabaseQueue(path: path)
    try queue.write { database in
      for (index, entry) in objects.enumerated() {
        var object = entry.object
        if object.at("metadata", "uid") == nil { object.set("metadata", "uid", to: .string("uid-\(index)")) }
        if object.at("metadata", "creationTimestamp") == nil { object.set("metadata", "creationTimestamp", to: "2023-11-14T22:13:20Z") }
        object.set("metadata", "resourceVersion", to: "2")
        try database.execute(
          sql: "INSERT OR REPLACE INTO objects VALUES (?, ?, ?, ?, ?)",
          arguments: [
            entry.resource.id, entry.resource.namespaced ? object.at("metadata", "namespace")?.stringValue ?? "" : "",
            object.at("metadata", "name")?.stringValue ?? "", 2, Data(object.jsonBytes),
          ])
      }
    }
    try queue.close()
    return try ObjectStore(path: path, now: now)
  }

  /// A folder that is removed after the body.
  static func withFolder<Result>(_ body: (String) async throws -> Result) async throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("ground-\(UInt64.random(in: 0...UInt64.max))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try await body(folder.path)
  }
}

extension ClusterFixture {
  struct Answer {
    var status: Int
    var body: JSONValue
    var warnings: [String]
  }

  /// One request over HTTP. `nil` where no answer came within 20 s.
  func send(
    _ method: String, _ path: String, _ body: JSONValue? = nil, type: String = "application/json", accept: String = "application/json",
    bytes: [UInt8]? = nil
  ) async -> Answer? {
    var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)")
    request.method = HTTPMethod(rawValue: method)
    request.headers = ["Authorization": "Bearer \(token)", "Accept": accept, "Content-Type": type]
    if let content = bytes ?? body?.jsonBytes { request.body = .bytes(content) }
    do {
      let response = try await HTTPClient.shared.execute(request, timeout: .seconds(60))
      let content = try await response.body.collect(upTo: 64 << 20)
      return Answer(
        status: Int(response.status.code), body: (try? JSONValue(parsing: Array(content.readableBytesView))) ?? .null,
        warnings: response.headers["Warning"])
    } catch {
      return nil
    }
  }

  static let tables = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"
}
