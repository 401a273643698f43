import JSONBytes
import Kubernetes

/// A pod's specification, wherever it stands: in a Pod, or in the template of a workload.
enum PodSpecRules {
  // MARK: - Defaults

  static func fill(_ object: inout JSONValue, at path: [String]) {
    guard var spec = object.at(path) else { return }
    spec.fill(["restartPolicy"], "Always")
    spec.fill(["terminationGracePeriodSeconds"], 30)
    spec.fill(["dnsPolicy"], "ClusterFirst")
    spec.fill(["securityContext"], [:])
    spec.fill(["schedulerName"], "default-scheduler")
    for list in ["containers", "initContainers"] { spec.mapList([list], fillContainer) }
    spec.mapList(["volumes"]) { volume in
      for source in ["configMap", "secret"] where volume[source] != nil { volume.fill([source, "defaultMode"], 420) }
    }
    object.set(path[...], to: spec)
  }

  private static func fillContainer(_ container: inout JSONValue) {
    container.fill(["terminationMessagePath"], "/dev/termination-log")
    container.fill(["terminationMessagePolicy"], "File")
    let image = container["image"]?.stringValue ?? ""
    let tag = image.split(separator: "/").last.map(String.init) ?? ""
    container.fill(["imagePullPolicy"], !tag.contains(":") && !tag.contains("@") || tag.hasSuffix(":latest") ? "Always" : "IfNotPresent")
    container.fill(["resources"], [:])
    container.mapList(["ports"]) { $0.fill(["protocol"], "TCP") }
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
    container.mapList(["env"]) { variable in
      if variable.at("valueFrom", "fieldRef") != nil { variable.fill(["valueFrom", "fieldRef", "apiVersion"], "v1") }
    }
  }

  // MARK: - Validation

  /// - Parameter claims: volumes that the workload adds to those of the template.
  static func causes(_ spec: JSONValue?, at field: String, claims: [String] = []) -> ResourceDefinition.Causes {
    guard let spec, spec.objectValue != nil else { return [Validation.required(field)] }
    var causes: ResourceDefinition.Causes = []
    if (spec["containers"]?.arrayValue ?? []).isEmpty { causes.append(Validation.required("\(field).containers")) }
    for list in ["initContainers", "containers", "ephemeralContainers"] {
      let number = spec[list]?.arrayValue?.count ?? 0
      if number > mostContainers { causes.append(Validation.tooMany("\(field).\(list)", number, mostContainers)) }
    }
    var names: Set<String> = []
    let volumes = Set((spec["volumes"]?.arrayValue ?? []).compactMap { $0["name"]?.stringValue } + claims)
    for list in ["initContainers", "containers"] {
      for (index, container) in (spec[list]?.arrayValue ?? []).enumerated() {
        let at = "\(field).\(list)[\(index)]"
        let name = container["name"]?.stringValue ?? ""
        if name.isEmpty {
          causes.append(Validation.required("\(at).name"))
        } else if !NameRules.isDNSLabel(name) {
          causes.append(
            Validation.invalid(
              "\(at).name", "\"\(name)\"",
              "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
            ))
        } else if !names.insert(name).inserted {
          causes.append(Validation.duplicate("\(at).name", name))
        }
        causes += containerCauses(container, at, volumes)
      }
    }
    let policies = ["Always", "OnFailure", "Never"]
    if let policy = spec["restartPolicy"]?.stringValue, !policies.contains(policy) {
      causes.append(Validation.unsupported("\(field).restartPolicy", "\"\(policy)\"", policies))
    }
    return causes
  }

  /// A container is a process of this machine, with another that keeps it.
  static let mostContainers = 50
  /// Words and bytes of a command with its arguments and variables: below what exec(2) takes (`ARG_MAX`, a quarter of the stack).
  private static let mostWords = 10_000
  private static let mostBytes = 512 * 1024

  private static func sizeCauses(_ container: JSONValue, _ at: String) -> ResourceDefinition.Causes {
    var causes: ResourceDefinition.Causes = []
    var commands = [(at, (container["command"]?.arrayValue ?? []) + (container["args"]?.arrayValue ?? []))]
    for path in [
      ["livenessProbe"], ["readinessProbe"], ["startupProbe"], ["lifecycle", "preStop"], ["lifecycle", "postStart"],
    ] {
      guard let words = container.at(path + ["exec", "command"])?.arrayValue else { continue }
      commands.append(("\(at).\(path.joined(separator: ".")).exec.command", words))
    }
    for (field, words) in commands {
      let bytes = words.reduce(0) { $0 + ($1.stringValue?.utf8.count ?? 0) + 1 }
      if words.count > mostWords {
        causes.append(Validation.tooMany(field == at ? "\(at).args" : field, words.count, mostWords))
      } else if bytes > mostBytes {
        causes.append(Validation.tooLong(field == at ? "\(at).args" : field, mostBytes))
      }
    }
    let variables = container["env"]?.arrayValue ?? []
    if variables.count > mostWords { causes.append(Validation.tooMany("\(at).env", variables.count, mostWords)) }
    let bytes = variables.reduce(0) { $0 + ($1["name"]?.stringValue?.utf8.count ?? 0) + ($1["value"]?.stringValue?.utf8.count ?? 0) + 2 }
    if bytes > mostBytes { causes.append(Validation.tooLong("\(at).env", mostBytes)) }
    return causes
  }

  private static func containerCauses(_ container: JSONValue, _ at: String, _ volumes: Set<String>) -> ResourceDefinition.Causes {
    var causes = sizeCauses(container, at)
    if container["image"]?.stringValue?.isEmpty ?? true { causes.append(Validation.required("\(at).image")) }
    for (position, mount) in (container["volumeMounts"]?.arrayValue ?? []).enumerated() {
      let volume = mount["name"]?.stringValue ?? ""
      if !volumes.contains(volume) {
        causes.append(
          .init(reason: "FieldValueNotFound", message: "Not found: \"\(volume)\"", field: "\(at).volumeMounts[\(position)].name"))
      }
    }
    for (position, variable) in (container["env"]?.arrayValue ?? []).enumerated() where variable["name"]?.stringValue?.isEmpty ?? true {
      causes.append(Validation.required("\(at).env[\(position)].name"))
    }
    return causes
  }

  // MARK: - Merging

  static func mergeKeys(at path: String) -> [String: ListStrategy] {
    var keys: [String: ListStrategy] = [
      "volumes": .map("name"), "imagePullSecrets": .map("name"), "resourceClaims": .map("name"), "hostAliases": .map("ip"),
      "topologySpreadConstraints": .map("topologyKey"),
    ]
    for list in ["containers", "initContainers", "ephemeralContainers"] {
      keys[list] = .map("name")
      keys["\(list).env"] = .map("name")
      keys["\(list).ports"] = .map("containerPort")
      keys["\(list).volumeMounts"] = .map("mountPath")
      keys["\(list).volumeDevices"] = .map("devicePath")
    }
    return Dictionary(uniqueKeysWithValues: keys.map { ("\(path).\($0.key)", $0.value) })
  }
}

/// What the workloads share that make pods from `spec.template`.
enum PodTemplate {
  static let mergeKeys = MergeKeys(
    PodSpecRules.mergeKeys(at: "spec.template.spec").merging(
      ["spec.template.metadata.finalizers": .set, "spec.template.metadata.ownerReferences": .map("uid")]
    ) { one, _ in one })

  /// The template's labels are the workload's where it has none of its own.
  static func fill(_ object: inout JSONValue) {
    if object.at("metadata", "labels") == nil, let labels = object.at("spec", "template", "metadata", "labels") {
      object.set("metadata", "labels", to: labels)
    }
    PodSpecRules.fill(&object, at: ["spec", "template", "spec"])
  }

  static func causes(_ object: JSONValue, old: JSONValue?, claims: [String] = []) -> ResourceDefinition.Causes {
    var causes: ResourceDefinition.Causes = []
    if let replicas = object.at("spec", "replicas"), (replicas.intValue ?? -1) < 0 {
      causes.append(Validation.invalid("spec.replicas", replicas.jsonString, "must be greater than or equal to 0"))
    }
    let selector = object.at("spec", "selector")
    if selector?.objectValue?.isEmpty ?? true {
      causes.append(Validation.required("spec.selector"))
    } else {
      let labels = object.at("spec", "template", "metadata", "labels")
      if !LabelSelector(object: selector).matches(labels) {
        causes.append(
          Validation.invalid(
            "spec.template.metadata.labels", labels?.jsonString ?? "null", "`selector` does not match template `labels`"))
      }
    }
    if let old, old.at("spec", "selector") != selector {
      causes.append(Validation.invalid("spec.selector", selector?.jsonString ?? "null", "field is immutable"))
    }
    causes += PodSpecRules.causes(object.at("spec", "template", "spec"), at: "spec.template.spec", claims: claims)
    let policy = object.at("spec", "template", "spec", "restartPolicy")
    if let policy, policy.stringValue ?? "Always" != "Always" {
      causes.append(Validation.unsupported("spec.template.spec.restartPolicy", policy.jsonString, ["Always"]))
    }
    return causes
  }
}
