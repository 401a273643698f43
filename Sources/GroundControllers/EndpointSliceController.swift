import JSONBytes
import Kubernetes
import TimeFormat

/// Keeps one EndpointSlice per Service with a selector (kubernetes, pkg/controller/endpointslice).
package enum EndpointSliceController {
  package static let controller = Controller(
    name: "endpointslice-controller", of: .services,
    concerned: { change, view in
      switch change.key.type {
      case .pods:
        view.all(.services, in: change.key.namespace).filter { service in
          guard let selector = selector(service) else { return false }
          return change.states.contains { selector.matches($0.labels) }
        }
      case .endpointSlices:
        change.states.compactMap { $0.labels?[serviceKey]?.stringValue }.compactMap {
          view.object(.services, namespace: change.key.namespace, name: $0)
        }
      default: []
      }
    },
    reconcile: reconcile)

  private static let serviceKey = "kubernetes.io/service-name"
  private static let managerKey = "endpointslice.kubernetes.io/managed-by"
  private static let manager = "endpointslice-controller.k8s.io"

  /// `nil` for a Service whose endpoints somebody else keeps.
  private static func selector(_ service: JSONValue) -> LabelSelector? {
    guard let selector = service.at("spec", "selector"), selector.objectValue?.isEmpty == false else { return nil }
    return LabelSelector(map: selector)
  }

  private static func reconcile(_ service: JSONValue, _ view: ClusterView, _ now: Timestamp) -> Outcome {
    var outcome = Outcome()
    guard !service.isTerminating, let selector = selector(service) else { return outcome }
    let mark = LabelSelector(map: [serviceKey: .string(service.name), managerKey: .string(manager)])
    let own = view.selected(.endpointSlices, in: service.namespace, by: mark)
    let pods = view.selected(.pods, in: service.namespace, by: selector).filter {
      !$0.hasEnded && !($0.at("status", "podIP")?.stringValue?.isEmpty ?? true)
    }
    let publishesAll = service.at("spec", "publishNotReadyAddresses")?.boolValue == true
    let endpoints = JSONValue.array(pods.map { endpoint($0, publishesAll) })
    let ports = JSONValue.array(ports(service, pods.last))
    var labels = service.labels ?? [:]
    labels[serviceKey] = .string(service.name)
    labels[managerKey] = .string(manager)
    guard let slice = own.first else {
      let object: JSONValue = [
        "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
        "metadata": [
          "generateName": .string("\(service.name)-"), "namespace": .string(service.namespace), "labels": labels,
          "ownerReferences": [service.controllerReference()],
        ],
        "addressType": "IPv4", "endpoints": endpoints, "ports": ports,
      ]
      outcome.writes.append(.create(resource: .endpointSlices, object: object, announce: nil))
      return outcome
    }
    for extra in own.dropFirst() {
      outcome.writes.append(.delete(resource: .endpointSlices, of: Reference(extra), grace: nil, announce: nil))
    }
    guard slice["endpoints"] != endpoints || slice["ports"] != ports || slice.labels != labels else { return outcome }
    outcome.writes.append(
      .patch(
        resource: .endpointSlices, of: Reference(slice), subresource: nil,
        merge: ["metadata": ["labels": labels], "endpoints": endpoints, "ports": ports], version: slice.version))
    return outcome
  }

  /// Ready for new work, able to serve, about to end: the three conditions of KEP 1672.
  private static func endpoint(_ pod: JSONValue, _ publishesAll: Bool) -> JSONValue {
    var endpoint: JSONValue = [
      "addresses": [pod.at("status", "podIP") ?? ""],
      "conditions": [
        "ready": .bool(publishesAll || pod.isReady && !pod.isTerminating), "serving": .bool(publishesAll || pod.isReady),
        "terminating": .bool(pod.isTerminating),
      ],
      "targetRef": ["kind": "Pod", "namespace": .string(pod.namespace), "name": .string(pod.name), "uid": .string(pod.uid)],
    ]
    if !pod.nodeName.isEmpty { endpoint["nodeName"] = .string(pod.nodeName) }
    return endpoint
  }

  private static func ports(_ service: JSONValue, _ pod: JSONValue?) -> [JSONValue] {
    service.list("spec", "ports").compactMap { port in
      var number = port["targetPort"]?.intValue ?? port["port"]?.intValue
      if let name = port["targetPort"]?.stringValue {
        let named = (pod?.list("spec", "containers") ?? []).flatMap { $0.list("ports") }.first { $0["name"]?.stringValue == name }
        number = named?["containerPort"]?.intValue ?? Int64(name)
      }
      guard let number else { return nil }
      return ["name": .string(port["name"]?.stringValue ?? ""), "protocol": port["protocol"] ?? "TCP", "port": .int(number)]
    }
  }
}
