import JSONBytes
package import TimeFormat

/// Keeps one EndpointSlice per Service with a selector (kubernetes, pkg/controller/endpointslice).
package enum EndpointSliceController {
  package static let controller = Controller(
    name: "endpointslice-controller", resources: ["services", "pods", "endpointslices.discovery.k8s.io"], reconcile: reconcile)

  private static let resource = "endpointslices.discovery.k8s.io"
  private static let serviceKey = "kubernetes.io/service-name"
  private static let managerKey = "endpointslice.kubernetes.io/managed-by"
  private static let manager = "endpointslice-controller.k8s.io"

  package static func reconcile(_ view: ClusterView, _ now: Timestamp) -> Outcome {
    var outcome = Outcome()
    let slices = view.all(resource).filter { $0.labels?[managerKey]?.stringValue == manager }
    for service in view.all("services") where !service.isTerminating {
      guard let selector = service.at("spec", "selector"), selector.objectValue?.isEmpty == false else { continue }
      let own = slices.filter { $0.namespace == service.namespace && $0.labels?[serviceKey]?.stringValue == service.name }
      let pods = view.all("pods").filter {
        $0.namespace == service.namespace && !$0.hasEnded && LabelSelector(map: selector).holds($0.labels)
          && !($0.at("status", "podIP")?.stringValue?.isEmpty ?? true)
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
        outcome.writes.append(.create(resource: resource, object: object, announce: nil))
        continue
      }
      for extra in own.dropFirst() { outcome.writes.append(.delete(resource: resource, of: Reference(extra), grace: nil, announce: nil)) }
      guard slice["endpoints"] != endpoints || slice["ports"] != ports || slice.labels != labels else { continue }
      outcome.writes.append(
        .patch(
          resource: resource, of: Reference(slice), subresource: nil,
          merge: ["metadata": ["labels": labels], "endpoints": endpoints, "ports": ports], version: slice.version))
    }
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
