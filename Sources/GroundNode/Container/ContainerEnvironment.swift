import FoundationEssentials
package import JSONBytes
import Kubernetes
import TimeFormat

/// The environment of a container: the services of its namespace, `envFrom`, `env` with its sources, in the kubelet's order of
/// precedence.
package struct ContainerEnvironment {
  /// Looks up a ConfigMap or Secret: kind and name.
  package typealias Lookup = (_ resource: Source, _ name: String) -> JSONValue?
  package enum Source: Sendable { case configMap, secret }

  package struct Place {
    var podIP: String
    var hostIP: String
    var node: String
    var root: String

    package init(podIP: String, hostIP: String, node: String, root: String) {
      self.podIP = podIP
      self.hostIP = hostIP
      self.node = node
      self.root = root
    }
  }

  struct Failure: Error, CustomStringConvertible {
    var message: String
    var description: String { message }
  }

  static func build(
    pod: JSONValue, spec: PodSpec, container: ContainerSpec, place: Place, services: [JSONValue], path: String, lookup: Lookup
  ) throws(Failure) -> [String: String] {
    var variables = spec.serviceLinks ? serviceVariables(services) : [:]
    for source in container.object["envFrom"]?.arrayValue ?? [] {
      let prefix = source["prefix"]?.stringValue ?? ""
      for (kind, key) in [(Source.configMap, "configMapRef"), (.secret, "secretRef")] {
        guard let reference = source[key] else { continue }
        let name = reference["name"]?.stringValue ?? ""
        guard let object = lookup(kind, name) else {
          if reference["optional"]?.boolValue == true { continue }
          throw Failure(message: "\(kind == .secret ? "secret" : "configmap") \"\(name)\" not found")
        }
        for member in object["data"]?.objectValue ?? [:] {
          if let value = text(kind, member.value) { variables[prefix + member.key] = value }
        }
      }
    }
    for entry in container.object["env"]?.arrayValue ?? [] {
      guard let name = entry["name"]?.stringValue else { continue }
      if let source = entry["valueFrom"] {
        if let value = try value(from: source, pod, container, place, spec, lookup) { variables[name] = value }
      } else {
        variables[name] = VariableExpansion.expand(entry["value"]?.stringValue ?? "", variables)
      }
    }
    let given = ["PATH": path, "HOSTNAME": spec.name, "HOME": place.root, "TMPDIR": "\(place.root)/tmp"]
    variables.merge(given) { own, _ in own }
    variables["POD_IP"] = place.podIP
    variables["POD_ROOT"] = place.root
    return variables
  }

  /// `ORDERS_SERVICE_HOST`, `ORDERS_SERVICE_PORT`, `ORDERS_SERVICE_PORT_HTTP` (kubelet, pkg/kubelet/envvars).
  static func serviceVariables(_ services: [JSONValue]) -> [String: String] {
    var variables: [String: String] = [:]
    for service in services {
      guard let address = service.at("spec", "clusterIP")?.stringValue, !address.isEmpty, address != "None",
        let name = service.at("metadata", "name")?.stringValue, let ports = service.at("spec", "ports")?.arrayValue, let first = ports.first
      else { continue }
      let prefix = screaming(name)
      variables["\(prefix)_SERVICE_HOST"] = address
      variables["\(prefix)_SERVICE_PORT"] = first["port"]?.intValue.map { String($0) } ?? ""
      for port in ports {
        guard let portName = port["name"]?.stringValue, !portName.isEmpty, let number = port["port"]?.intValue else { continue }
        variables["\(prefix)_SERVICE_PORT_\(screaming(portName))"] = String(number)
      }
    }
    return variables
  }

  private static func screaming(_ name: String) -> String { String(name.uppercased().map { $0 == "-" || $0 == "." ? "_" : $0 }) }

  private static func value(
    from source: JSONValue, _ pod: JSONValue, _ container: ContainerSpec, _ place: Place, _ spec: PodSpec, _ lookup: Lookup
  ) throws(Failure) -> String? {
    for (kind, key) in [(Source.configMap, "configMapKeyRef"), (.secret, "secretKeyRef")] {
      guard let reference = source[key] else { continue }
      let word = kind == .secret ? "secret" : "configmap"
      let name = reference["name"]?.stringValue ?? ""
      let key = reference["key"]?.stringValue ?? ""
      let isOptional = reference["optional"]?.boolValue == true
      guard let object = lookup(kind, name) else {
        if isOptional { return nil }
        throw Failure(message: "\(word) \"\(name)\" not found")
      }
      guard let value = object.at("data", key).flatMap({ text(kind, $0) }) else {
        if isOptional { return nil }
        throw Failure(message: "couldn't find key \(key) in \(kind == .secret ? "Secret" : "ConfigMap") \(spec.namespace)/\(name)")
      }
      return value
    }
    if let path = source.at("fieldRef", "fieldPath")?.stringValue {
      guard let value = field(path, pod, place) else { throw Failure(message: "unsupported fieldPath: \(path)") }
      return value
    }
    if let resource = source.at("resourceFieldRef", "resource")?.stringValue { return Self.resource(resource, container) }
    throw Failure(message: "an environment variable's source is none of configMapKeyRef, secretKeyRef, fieldRef and resourceFieldRef")
  }

  /// A field of the downward API; `nil` when it is none.
  static func field(_ path: String, _ pod: JSONValue, _ place: Place) -> String? {
    switch path {
    case "metadata.name", "metadata.namespace", "metadata.uid":
      return pod.at(path.split(separator: ".").map(String.init))?.stringValue ?? ""
    case "metadata.labels", "metadata.annotations":
      let members = pod.at(path.split(separator: ".").map(String.init))?.objectValue ?? [:]
      return members.map { "\($0.key)=\($0.value.jsonString)" }.sorted().joined(separator: "\n")
    case "spec.nodeName": return place.node
    case "spec.serviceAccountName": return pod.at("spec", "serviceAccountName")?.stringValue ?? ""
    case "status.podIP", "status.podIPs": return place.podIP
    case "status.hostIP", "status.hostIPs": return place.hostIP
    default:
      for kind in ["labels", "annotations"] where path.hasPrefix("metadata.\(kind)['") && path.hasSuffix("']") {
        return pod.at("metadata", kind, String(path.dropFirst("metadata.\(kind)['".count).dropLast(2)))?.stringValue ?? ""
      }
      return nil
    }
  }

  private static func resource(_ path: String, _ container: ContainerSpec) -> String {
    let parts = path.split(separator: ".", maxSplits: 1).map(String.init)
    guard parts.count == 2, let value = container.object.at("resources", parts[0], parts[1]) else { return "0" }
    // Whole cores or bytes, rounded up: the default divisor is 1.
    return Quantity(value)?.value.map { String($0) } ?? "0"
  }

  private static func text(_ kind: Source, _ value: JSONValue) -> String? {
    guard let text = value.stringValue else { return nil }
    return kind == .secret ? bytes(base64: text).map { String(decoding: $0, as: UTF8.self) } : text
  }

  /// A value of a Secret; line ends in it mean nothing.
  static func bytes(base64 text: String) -> [UInt8]? { Data(base64Encoded: text, options: .ignoreUnknownCharacters).map { Array($0) } }
}
