import GroundControllers
import JSONBytes

extension Validation {
  static func podSpec(_ spec: JSONValue?, _ field: String, _ causes: inout [Cause]) {
    guard let spec, spec.objectValue != nil else {
      causes.append(required(field))
      return
    }
    if (spec["containers"]?.arrayValue ?? []).isEmpty { causes.append(required("\(field).containers")) }
    var names: Set<String> = []
    let volumes = Set((spec["volumes"]?.arrayValue ?? []).compactMap { $0["name"]?.stringValue })
    for list in ["initContainers", "containers"] {
      for (index, container) in (spec[list]?.arrayValue ?? []).enumerated() {
        let at = "\(field).\(list)[\(index)]"
        let name = container["name"]?.stringValue ?? ""
        if name.isEmpty {
          causes.append(required("\(at).name"))
        } else if !isDNSLabel(name) {
          causes.append(
            invalid(
              "\(at).name", "\"\(name)\"",
              "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
            ))
        } else if !names.insert(name).inserted {
          causes.append(Cause(reason: "FieldValueDuplicate", message: "Duplicate value: \"\(name)\"", field: "\(at).name"))
        }
        if container["image"]?.stringValue?.isEmpty ?? true { causes.append(required("\(at).image")) }
        for (position, mount) in (container["volumeMounts"]?.arrayValue ?? []).enumerated() {
          let volume = mount["name"]?.stringValue ?? ""
          if !volumes.contains(volume) {
            causes.append(
              Cause(reason: "FieldValueNotFound", message: "Not found: \"\(volume)\"", field: "\(at).volumeMounts[\(position)].name"))
          }
        }
        for (position, variable) in (container["env"]?.arrayValue ?? []).enumerated() where variable["name"]?.stringValue?.isEmpty ?? true {
          causes.append(required("\(at).env[\(position)].name"))
        }
        for kind in ["requests", "limits"] {
          for quantity in container.at("resources", kind)?.objectValue ?? [:] where Quantity(quantity.value) == nil {
            causes.append(
              invalid(
                "\(at).resources.\(kind)", quantity.value.jsonString,
                "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"))
          }
        }
      }
    }
    if let policy = spec["restartPolicy"]?.stringValue, !["Always", "OnFailure", "Never"].contains(policy) {
      causes.append(
        Cause(
          reason: "FieldValueNotSupported",
          message: "Unsupported value: \"\(policy)\": supported values: \"Always\", \"OnFailure\", \"Never\"",
          field: "\(field).restartPolicy"))
    }
  }

  /// Of a pod's spec only a few fields can change (ValidatePodUpdate).
  static func podUpdate(_ pod: JSONValue, _ old: JSONValue, _ causes: inout [Cause]) {
    func fixed(_ pod: JSONValue) -> JSONValue {
      var spec = pod["spec"] ?? [:]
      for field in ["activeDeadlineSeconds", "tolerations", "terminationGracePeriodSeconds", "nodeName"] { spec[field] = nil }
      for list in ["containers", "initContainers"] {
        guard let containers = spec[list]?.arrayValue else { continue }
        spec[list] = .array(
          containers.map { container in
            var container = container
            container["image"] = nil
            return container
          })
      }
      return spec
    }
    if fixed(pod) != fixed(old) {
      causes.append(
        Cause(
          reason: "FieldValueForbidden",
          message:
            "Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)",
          field: "spec"))
    }
  }

  static func workload(_ resource: Resource, _ object: JSONValue, _ old: JSONValue?, _ causes: inout [Cause]) {
    if let replicas = object.at("spec", "replicas"), (replicas.intValue ?? -1) < 0 {
      causes.append(invalid("spec.replicas", replicas.jsonString, "must be greater than or equal to 0"))
    }
    let selector = object.at("spec", "selector")
    if selector?.objectValue?.isEmpty ?? true {
      causes.append(required("spec.selector"))
    } else {
      let labels = object.at("spec", "template", "metadata", "labels")
      if !LabelSelector(object: selector).holds(labels) {
        causes.append(invalid("spec.template.metadata.labels", labels?.jsonString ?? "null", "`selector` does not match template `labels`"))
      }
    }
    if let old, old.at("spec", "selector") != selector {
      causes.append(invalid("spec.selector", selector?.jsonString ?? "null", "field is immutable"))
    }
    podSpec(object.at("spec", "template", "spec"), "spec.template.spec", &causes)
    if object.at("spec", "template", "spec", "restartPolicy")?.stringValue ?? "Always" != "Always" {
      causes.append(
        Cause(
          reason: "FieldValueNotSupported",
          message:
            "Unsupported value: \(object.at("spec", "template", "spec", "restartPolicy")?.jsonString ?? ""): supported values: \"Always\"",
          field: "spec.template.spec.restartPolicy"))
    }
    guard resource == .deployments else { return }
    strategy(object.at("spec", "strategy"), &causes)
  }

  private static func strategy(_ strategy: JSONValue?, _ causes: inout [Cause]) {
    switch strategy?["type"]?.stringValue {
    case "Recreate":
      if let update = strategy?["rollingUpdate"], !update.isNull {
        causes.append(
          Cause(
            reason: "FieldValueForbidden", message: "Forbidden: may not be specified when strategy `type` is 'Recreate'",
            field: "spec.strategy.rollingUpdate"))
      }
    case "RollingUpdate":
      for field in ["maxSurge", "maxUnavailable"] {
        let value = strategy?.at("rollingUpdate", field) ?? .null
        let isPercent = value.stringValue.map { $0.hasSuffix("%") && Int16($0.dropLast()) != nil } ?? false
        if !isPercent, (value.intValue ?? -1) < 0 {
          causes.append(
            invalid("spec.strategy.rollingUpdate.\(field)", value.jsonString, "must be a non-negative integer or a percentage (e.g '5%')"))
        }
      }
      let none: Set<JSONValue> = [0, "0%"]
      if none.contains(strategy?.at("rollingUpdate", "maxSurge") ?? .null),
        none.contains(strategy?.at("rollingUpdate", "maxUnavailable") ?? .null)
      {
        causes.append(invalid("spec.strategy.rollingUpdate.maxUnavailable", "0", "may not be 0 when `maxSurge` is 0"))
      }
    default:
      causes.append(
        Cause(
          reason: "FieldValueNotSupported",
          message: "Unsupported value: \(strategy?["type"]?.jsonString ?? "\"\""): supported values: \"Recreate\", \"RollingUpdate\"",
          field: "spec.strategy.type"))
    }
  }

  static func service(_ object: JSONValue, _ causes: inout [Cause]) {
    let type = object.at("spec", "type")?.stringValue ?? ""
    if !["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"].contains(type) {
      causes.append(
        Cause(
          reason: "FieldValueNotSupported",
          message: "Unsupported value: \"\(type)\": supported values: \"ClusterIP\", \"ExternalName\", \"LoadBalancer\", \"NodePort\"",
          field: "spec.type"))
    }
    let ports = object.at("spec", "ports")?.arrayValue ?? []
    let isHeadless = object.at("spec", "clusterIP") == "None"
    if ports.isEmpty, type != "ExternalName", !isHeadless { causes.append(required("spec.ports")) }
    var names: Set<String> = []
    for (index, port) in ports.enumerated() {
      let number = port["port"]?.intValue ?? 0
      if !(1...65535).contains(number) {
        causes.append(invalid("spec.ports[\(index)].port", "\(number)", "must be between 1 and 65535, inclusive"))
      } else if number < 1024, !isHeadless {
        causes.append(
          invalid("spec.ports[\(index)].port", "\(number)", "this cluster runs without privileges: choose a port of 1024 or above"))
      }
      let name = port["name"]?.stringValue ?? ""
      if name.isEmpty {
        if ports.count > 1 { causes.append(required("spec.ports[\(index)].name")) }
      } else if !names.insert(name).inserted {
        causes.append(Cause(reason: "FieldValueDuplicate", message: "Duplicate value: \"\(name)\"", field: "spec.ports[\(index)].name"))
      }
    }
  }
}
