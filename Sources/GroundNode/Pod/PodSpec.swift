package import JSONBytes
import Kubernetes
import TimeFormat

/// What the node needs to know of a pod's specification (core/v1 `PodSpec`).
package struct PodSpec: Sendable {
  enum RestartPolicy: String, Sendable { case always = "Always", onFailure = "OnFailure", never = "Never" }

  var namespace: String
  var name: String
  var uid: String
  var restartPolicy: RestartPolicy
  var gracePeriod: Duration
  var serviceLinks: Bool
  var initContainers: [ContainerSpec]
  var containers: [ContainerSpec]
  var volumes: [JSONValue]

  package init(_ pod: JSONValue) {
    namespace = pod.at("metadata", "namespace")?.stringValue ?? ""
    name = pod.at("metadata", "name")?.stringValue ?? ""
    uid = pod.at("metadata", "uid")?.stringValue ?? ""
    restartPolicy = pod.at("spec", "restartPolicy")?.stringValue.flatMap(RestartPolicy.init) ?? .always
    gracePeriod = .seconds(pod.at("spec", "terminationGracePeriodSeconds")?.integer(in: IntegerRange.count) ?? 30)
    serviceLinks = pod.at("spec", "enableServiceLinks")?.boolValue ?? true
    initContainers = (pod.at("spec", "initContainers")?.arrayValue ?? []).map { ContainerSpec($0, isInit: true) }
    containers = (pod.at("spec", "containers")?.arrayValue ?? []).map { ContainerSpec($0, isInit: false) }
    volumes = pod.at("spec", "volumes")?.arrayValue ?? []
  }

  /// `NAME_NAMESPACE(UID)`, as the kubelet writes pods in its events.
  var reference: String { "\(name)_\(namespace)(\(uid))" }
}

struct ContainerSpec: Sendable {
  var name: String
  var image: String
  var isInit: Bool
  var isAlwaysPulled: Bool
  var probes: [ProbeKind: ProbeSpec]
  var preStop: ProbeSpec.Handler?
  /// Bytes; `nil` for no limit.
  var memoryLimit: Int64?
  /// The whole object: command, args, env, ports, volumeMounts.
  var object: JSONValue

  init(_ object: JSONValue, isInit: Bool) {
    self.object = object
    self.isInit = isInit
    name = object["name"]?.stringValue ?? ""
    image = object["image"]?.stringValue ?? ""
    isAlwaysPulled = object["imagePullPolicy"]?.stringValue == "Always"
    var ports: [String: Int] = [:]
    for port in object["ports"]?.arrayValue ?? [] {
      if let name = port["name"]?.stringValue, let number = port["containerPort"]?.integer(in: IntegerRange.int32) { ports[name] = number }
    }
    probes = [:]
    if !isInit {
      for kind in ProbeKind.allCases { probes[kind] = object[kind.field].flatMap { ProbeSpec($0, ports: ports) } }
    }
    preStop = object.at("lifecycle", "preStop").flatMap { ProbeSpec.Handler($0, ports: ports) }
    // What is beyond 64 bits or below nothing limits nothing; the API takes neither.
    memoryLimit = object.at("resources", "limits", "memory").flatMap { Quantity($0)?.value }.flatMap { $0 > 0 ? $0 : nil }
  }

  /// `spec.containers{api}`: where events about this container point.
  var fieldPath: String { isInit ? "spec.initContainers{\(name)}" : "spec.containers{\(name)}" }
}
