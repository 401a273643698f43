import FoundationEssentials
import JSONBytes

/// Fields that the server fills in where the client left them out (kubernetes, pkg/apis/*/v1/defaults.go).
enum Defaults {
  static func fill(_ resource: Resource, _ object: inout JSONValue) {
    switch resource {
    case .pods:
      podSpec(&object, at: ["spec"])
      limitsAsRequests(&object)
      object.fill(["spec", "enableServiceLinks"], true)
      object.fill(["spec", "serviceAccountName"], "default")
      object.fill(["spec", "priority"], 0)
      object.fill(["spec", "preemptionPolicy"], "PreemptLowerPriority")
      if object.at("spec", "tolerations") == nil { object.set("spec", "tolerations", to: noExecuteTolerations) }
      object.fill(["status", "phase"], "Pending")
      object.fill(["status", "qosClass"], .string(qosClass(object)))
    case .deployments:
      object.fill(["spec", "replicas"], 1)
      object.fill(["spec", "strategy", "type"], "RollingUpdate")
      if object.at("spec", "strategy", "type") == "RollingUpdate" {
        object.fill(["spec", "strategy", "rollingUpdate", "maxUnavailable"], "25%")
        object.fill(["spec", "strategy", "rollingUpdate", "maxSurge"], "25%")
      }
      object.fill(["spec", "revisionHistoryLimit"], 10)
      object.fill(["spec", "progressDeadlineSeconds"], 600)
      labelsFromTemplate(&object)
      podSpec(&object, at: ["spec", "template", "spec"])
      object.fill(["status"], [:])
    case .replicaSets:
      object.fill(["spec", "replicas"], 1)
      labelsFromTemplate(&object)
      podSpec(&object, at: ["spec", "template", "spec"])
      object.fill(["status"], ["replicas": 0])
    case .services: service(&object)
    case .namespaces:
      object.fill(["spec", "finalizers"], ["kubernetes"])
      object.fill(["status", "phase"], "Active")
      if let name = object.at("metadata", "name") { object.set("metadata", "labels", "kubernetes.io/metadata.name", to: name) }
    case .nodes:
      object.fill(["spec"], [:])
      object.fill(["status"], [:])
      taintUnschedulable(&object)
    case .secrets: secret(&object)
    case .podDisruptionBudgets:
      object.fill(["status"], ["disruptionsAllowed": 0, "currentHealthy": 0, "desiredHealthy": 0, "expectedPods": 0])
    case .events:
      for field in ["type", "reportingComponent", "reportingInstance"] { object.fill([field], field == "type" ? "Normal" : "") }
      object.fill(["source"], [:])
      EventView.store(&object)
    default: break
    }
  }

  /// Five minutes on a node that is not ready or not reachable (admission plug-in DefaultTolerationSeconds).
  private static let noExecuteTolerations: JSONValue = [
    ["key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300],
    ["key": "node.kubernetes.io/unreachable", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300],
  ]

  private static func podSpec(_ object: inout JSONValue, at path: [String]) {
    guard var spec = object.at(path) else { return }
    spec.fill(["restartPolicy"], "Always")
    spec.fill(["terminationGracePeriodSeconds"], 30)
    spec.fill(["dnsPolicy"], "ClusterFirst")
    spec.fill(["securityContext"], [:])
    spec.fill(["schedulerName"], "default-scheduler")
    for list in ["containers", "initContainers"] {
      guard let containers = spec[list]?.arrayValue else { continue }
      spec[list] = .array(containers.map(container))
    }
    if let volumes = spec["volumes"]?.arrayValue {
      spec["volumes"] = .array(
        volumes.map { volume in
          var volume = volume
          if volume["configMap"] != nil { volume.fill(["configMap", "defaultMode"], 420) }
          if volume["secret"] != nil { volume.fill(["secret", "defaultMode"], 420) }
          return volume
        })
    }
    object.set(path[...], to: spec)
  }

  private static func container(_ given: JSONValue) -> JSONValue {
    var container = given
    container.fill(["terminationMessagePath"], "/dev/termination-log")
    container.fill(["terminationMessagePolicy"], "File")
    let image = container["image"]?.stringValue ?? ""
    let tag = image.split(separator: "/").last.map(String.init) ?? ""
    container.fill(["imagePullPolicy"], !tag.contains(":") && !tag.contains("@") || tag.hasSuffix(":latest") ? "Always" : "IfNotPresent")
    container.fill(["resources"], [:])
    if let ports = container["ports"]?.arrayValue {
      container["ports"] = .array(
        ports.map { port in
          var port = port
          port.fill(["protocol"], "TCP")
          return port
        })
    }
    for probe in ["livenessProbe", "readinessProbe", "startupProbe"] where container[probe]?.objectValue != nil {
      container.fill([probe, "timeoutSeconds"], 1)
      container.fill([probe, "periodSeconds"], 10)
      container.fill([probe, "successThreshold"], 1)
      container.fill([probe, "failureThreshold"], 3)
      if container.at(probe, "httpGet") != nil {
        container.fill([probe, "httpGet", "path"], "/")
        container.fill([probe, "httpGet", "scheme"], "HTTP")
      }
    }
    if let environment = container["env"]?.arrayValue {
      container["env"] = .array(
        environment.map { variable in
          var variable = variable
          if variable.at("valueFrom", "fieldRef") != nil { variable.fill(["valueFrom", "fieldRef", "apiVersion"], "v1") }
          return variable
        })
    }
    return container
  }

  /// A request that is missing is its limit (pkg/apis/core/v1/defaults.go SetDefaults_Pod).
  private static func limitsAsRequests(_ pod: inout JSONValue) {
    guard let containers = pod.at("spec", "containers")?.arrayValue else { return }
    pod.set(
      "spec", "containers",
      to: .array(
        containers.map { container in
          var container = container
          for limit in container.at("resources", "limits")?.objectValue ?? [:] {
            container.fill(["resources", "requests", limit.key], limit.value)
          }
          return container
        }))
  }

  private static func qosClass(_ pod: JSONValue) -> String {
    let containers = pod.at("spec", "containers")?.arrayValue ?? []
    let resources = containers.map { $0["resources"] ?? [:] }
    let isEmpty = resources.allSatisfy {
      ($0["limits"]?.objectValue?.isEmpty ?? true) && ($0["requests"]?.objectValue?.isEmpty ?? true)
    }
    if isEmpty { return "BestEffort" }
    let isGuaranteed = resources.allSatisfy { resource in
      ["cpu", "memory"].allSatisfy { name in
        resource.at("limits", name) != nil && resource.at("limits", name) == resource.at("requests", name)
      }
    }
    return isGuaranteed ? "Guaranteed" : "Burstable"
  }

  private static func labelsFromTemplate(_ object: inout JSONValue) {
    guard object.at("metadata", "labels") == nil, let labels = object.at("spec", "template", "metadata", "labels") else { return }
    object.set("metadata", "labels", to: labels)
  }

  private static func service(_ object: inout JSONValue) {
    object.fill(["spec", "type"], "ClusterIP")
    object.fill(["spec", "sessionAffinity"], "None")
    object.fill(["spec", "internalTrafficPolicy"], "Cluster")
    object.fill(["spec", "ipFamilies"], ["IPv4"])
    object.fill(["spec", "ipFamilyPolicy"], "SingleStack")
    if let ports = object.at("spec", "ports")?.arrayValue {
      object.set(
        "spec", "ports",
        to: .array(
          ports.map { port in
            var port = port
            port.fill(["protocol"], "TCP")
            if let number = port["port"] { port.fill(["targetPort"], number) }
            return port
          }))
    }
    object.fill(["status"], ["loadBalancer": [:]])
  }

  /// `stringData` is written into `data` (core/v1 Secret).
  private static func secret(_ object: inout JSONValue) {
    object.fill(["type"], "Opaque")
    for member in object["stringData"]?.objectValue ?? [:] {
      object.set("data", member.key, to: .string(Data((member.value.stringValue ?? "").utf8).base64EncodedString()))
    }
    object["stringData"] = nil
  }

  /// A cordoned node carries the taint that keeps pods off (node lifecycle controller).
  private static func taintUnschedulable(_ node: inout JSONValue) {
    let key = "node.kubernetes.io/unschedulable"
    let isCordoned = node.at("spec", "unschedulable")?.boolValue == true
    var taints = node.at("spec", "taints")?.arrayValue ?? []
    let present = taints.contains { $0["key"]?.stringValue == key }
    if isCordoned == present { return }
    if isCordoned {
      taints.append(["key": .string(key), "effect": "NoSchedule"])
    } else {
      taints.removeAll { $0["key"]?.stringValue == key }
    }
    node.set("spec", "taints", to: taints.isEmpty ? JSONValue?.none : .array(taints))
  }
}

extension JSONValue {
  /// Sets the value at a path unless there is one.
  mutating func fill(_ path: [String], _ value: JSONValue) {
    if let present = at(path), !present.isNull { return }
    set(path[...], to: value)
  }
}
