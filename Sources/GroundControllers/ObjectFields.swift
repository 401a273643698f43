package import JSONBytes
import Kubernetes
import TimeFormat

package enum ReplicaLimit {
  /// Pods that one workload of this cluster can want: each is an object in one machine's memory.
  package static let most = 10_000
}

/// Fields that every controller reads.
extension JSONValue {
  package var name: String { at("metadata", "name")?.stringValue ?? "" }
  package var namespace: String { at("metadata", "namespace")?.stringValue ?? "" }
  package var uid: String { at("metadata", "uid")?.stringValue ?? "" }
  var version: String? { at("metadata", "resourceVersion")?.stringValue }
  var labels: JSONValue? { at("metadata", "labels") }
  var isTerminating: Bool { at("metadata", "deletionTimestamp") != nil }
  var created: Timestamp { time("metadata", "creationTimestamp") ?? Timestamp(nanoseconds: 0) }
  var generation: Int64 { at("metadata", "generation")?.intValue ?? 0 }

  func annotation(_ key: String) -> String? { at("metadata", "annotations", key)?.stringValue }
  /// A number as an `int32`; 0 where there is none. What is stored may be older than the rules by which the API takes objects in.
  func int(_ path: String...) -> Int { at(path)?.integer(in: IntegerRange.int32) ?? 0 }
  /// A number of things or of seconds: never negative.
  func count(_ path: String...) -> Int { at(path)?.integer(in: IntegerRange.count) ?? 0 }
  /// `spec.replicas` of a workload, at most what one machine bears.
  package var replicas: Int { at("spec", "replicas")?.integer(in: 0...ReplicaLimit.most) ?? 0 }
  func time(_ path: String...) -> Timestamp? { at(path)?.stringValue.flatMap { Timestamp(rfc3339: $0) } }
  func list(_ path: String...) -> [JSONValue] { at(path)?.arrayValue ?? [] }

  var owners: [JSONValue] { list("metadata", "ownerReferences") }
  /// The owner reference of the managing controller.
  var controller: JSONValue? { owners.first { $0["controller"]?.boolValue == true } }

  package func condition(_ type: String) -> JSONValue? { list("status", "conditions").first { $0["type"]?.stringValue == type } }

  var phase: String { at("status", "phase")?.stringValue ?? "" }
  var nodeName: String { at("spec", "nodeName")?.stringValue ?? "" }
  var hasEnded: Bool { phase == "Succeeded" || phase == "Failed" }
  /// Counts as a replica: neither ended nor ending.
  var isActive: Bool { !hasEnded && !isTerminating }
  var isReady: Bool { condition("Ready")?["status"] == "True" }

  /// Ready for at least the given time.
  func isAvailable(_ minReadySeconds: Int, _ now: Timestamp) -> Bool {
    guard isReady else { return false }
    guard minReadySeconds > 0 else { return true }
    guard let since = condition("Ready")?.time("lastTransitionTime") else { return false }
    return since + .seconds(minReadySeconds) <= now
  }

  /// An owner reference to this object as managing controller.
  func controllerReference() -> JSONValue {
    [
      "apiVersion": self["apiVersion"] ?? "", "kind": self["kind"] ?? "", "name": .string(name), "uid": .string(uid), "controller": true,
      "blockOwnerDeletion": true,
    ]
  }
}
