import GroundControllers
import JSONBytes
import Kubernetes
import TimeFormat

/// A cluster of plain values: applies controllers' writes and plays the kubelet, without a store or time.
struct Simulation {
  var objects: [String: [JSONValue]] = [:]
  var now = Timestamp(seconds: 1_700_000_000)
  var events: [Announcement] = []
  private var counter = 0

  mutating func add(_ resource: String, _ object: JSONValue) {
    counter += 1
    var object = object
    object.set("metadata", "uid", to: object.at("metadata", "uid") ?? .string("uid-\(counter)"))
    object.set("metadata", "namespace", to: object.at("metadata", "namespace") ?? "shop")
    object.set("metadata", "creationTimestamp", to: .string(now.rfc3339(.seconds)))
    object.set("metadata", "generation", to: 1)
    object.set("metadata", "resourceVersion", to: .string("\(counter)"))
    if let prefix = object.at("metadata", "generateName")?.stringValue {
      object.set("metadata", "name", to: .string("\(prefix)\(counter)"))
    }
    if object["status"] == nil { object["status"] = [:] }
    objects[resource, default: []].append(object)
  }

  func all(_ resource: String) -> [JSONValue] { objects[resource] ?? [] }

  mutating func change(_ resource: String, _ name: String, _ edit: (inout JSONValue) -> Void) {
    guard let index = objects[resource]?.firstIndex(where: { $0.at("metadata", "name")?.stringValue == name }) else { return }
    guard var object = objects[resource]?[index] else { return }
    let spec = object["spec"]
    edit(&object)
    if object["spec"] != spec {
      object.set("metadata", "generation", to: .int((object.at("metadata", "generation")?.intValue ?? 0) + 1))
    }
    counter += 1
    object.set("metadata", "resourceVersion", to: .string("\(counter)"))
    objects[resource]?[index] = object
  }

  mutating func apply(_ write: Write) {
    switch write {
    case .create(let type, let object, _): add(type.id, object)
    case .patch(let type, let reference, _, let merge, _):
      change(type.id, reference.name) { $0 = Self.merged(merge, $0) }
    case .condition(let resource, let reference, let type, let status, let reason, let message):
      change(resource.id, reference.name) { object in
        var conditions = (object.at("status", "conditions")?.arrayValue ?? []).filter { $0["type"]?.stringValue != type }
        conditions.append(["type": .string(type), "status": .string(status), "reason": .string(reason), "message": .string(message)])
        object.set("status", "conditions", to: .array(conditions))
      }
    case .delete(let type, let reference, _, let announcement):
      if let announcement { events.append(announcement) }
      if type == .pods, all("pods").first(where: { $0.name == reference.name })?.at("spec", "nodeName") != nil {
        let stamp = now.rfc3339(.seconds)
        change(type.id, reference.name) { $0.set("metadata", "deletionTimestamp", to: .string(stamp)) }
      } else {
        objects[type.id]?.removeAll { $0.name == reference.name }
      }
    case .bind(let pod, let node): change("pods", pod.name) { $0.set("spec", "nodeName", to: .string(node)) }
    case .announce(let announcement): events.append(announcement)
    }
  }

  mutating func run(_ controllers: [Controller]) {
    for controller in controllers {
      for write in controller.reconcileAll(view, now).writes { apply(write) }
    }
  }

  var entries: [(key: ObjectKey, object: JSONValue)] {
    objects.flatMap { id, list in
      list.compactMap { object in
        ResourceType.named(id).map { (ObjectKey($0, namespace: $0.isNamespaced ? object.namespace : "", name: object.name), object) }
      }
    }
  }

  var view: ClusterView { ClusterView(entries) }

  mutating func setReady(_ pod: String, _ ready: Bool) {
    let stamp = now.rfc3339(.seconds)
    change("pods", pod) { object in
      object.set("status", "phase", to: "Running")
      object.set("status", "podIP", to: "127.9.0.1")
      object.set(
        "status", "conditions",
        to: [["type": "Ready", "status": .string(ready ? "True" : "False"), "lastTransitionTime": .string(stamp)]])
    }
  }

  mutating func confirmDeletion(_ pod: String) { objects["pods"]?.removeAll { $0.name == pod } }

  private static func merged(_ patch: JSONValue, _ target: JSONValue?) -> JSONValue {
    guard case .object(let changes) = patch else { return patch }
    var result = target?.objectValue ?? [:]
    for change in changes { result[change.key] = change.value.isNull ? JSONValue?.none : merged(change.value, result[change.key]) }
    return .object(result)
  }
}

func deployment(_ name: String, replicas: Int, image: String = "app:1", surge: JSONValue = "25%", unavailable: JSONValue = "25%")
  -> JSONValue
{
  [
    "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": .string(name), "namespace": "shop"],
    "spec": [
      "replicas": .int(Int64(replicas)), "selector": ["matchLabels": ["app": .string(name)]],
      "strategy": ["type": "RollingUpdate", "rollingUpdate": ["maxSurge": surge, "maxUnavailable": unavailable]],
      "revisionHistoryLimit": 2, "progressDeadlineSeconds": 60,
      "template": [
        "metadata": ["labels": ["app": .string(name)]],
        "spec": ["containers": [["name": "app", "image": .string(image)]], "terminationGracePeriodSeconds": 30],
      ],
    ],
  ]
}

func node(_ name: String, cpu: String = "2", at now: Timestamp) -> JSONValue {
  [
    "apiVersion": "v1", "kind": "Node",
    "metadata": ["name": .string(name), "namespace": "", "labels": ["kubernetes.io/hostname": .string(name)]],
    "spec": [:],
    "status": [
      "allocatable": ["cpu": .string(cpu), "memory": "4Gi", "pods": "110"],
      "conditions": [["type": "Ready", "status": "True", "lastHeartbeatTime": .string(now.rfc3339(.seconds))]],
    ],
  ]
}
