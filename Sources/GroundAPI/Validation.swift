import JSONBytes

/// The essentials of what makes an object valid, in the API's words (kubernetes, pkg/apis/*/validation).
enum Validation {
  typealias Cause = APIError.Cause

  /// - Parameter old: the object before an update of all but its status; `nil` on creation.
  static func causes(_ resource: Resource, _ object: JSONValue, old: JSONValue?) -> [Cause] {
    var causes: [Cause] = []
    metadata(resource, object, &causes)
    numbers(object["spec"], "spec", &causes)
    switch resource {
    case .pods:
      podSpec(object.at("spec"), "spec", &causes)
      if let old { podUpdate(object, old, &causes) }
    case .deployments, .replicaSets: workload(resource, object, old, &causes)
    case .services: service(object, &causes)
    case .podDisruptionBudgets:
      if object.at("spec", "minAvailable") != nil, object.at("spec", "maxUnavailable") != nil {
        causes.append(invalid("spec", "{}", "minAvailable and maxUnavailable cannot be both set"))
      }
    default: break
    }
    return causes
  }

  /// Fields that the API declares as int32, wherever they stand in a specification.
  private static let small: Set<String> = [
    "replicas", "minReadySeconds", "progressDeadlineSeconds", "revisionHistoryLimit", "maxSurge", "maxUnavailable", "minAvailable",
    "partition", "initialDelaySeconds", "periodSeconds", "timeoutSeconds", "successThreshold", "failureThreshold", "containerPort",
    "hostPort", "port", "nodePort", "targetPort", "parallelism", "completions", "backoffLimit", "priority",
  ]

  private static func numbers(_ value: JSONValue?, _ field: String, _ causes: inout [Cause]) {
    switch value {
    case .object(let object):
      for member in object {
        let inner = "\(field).\(member.key)"
        if small.contains(member.key), let number = member.value.intValue, Int32(exactly: number) == nil {
          causes.append(invalid(inner, "\(number)", "must be between -2147483648 and 2147483647"))
        } else {
          numbers(member.value, inner, &causes)
        }
      }
    case .array(let elements): for (index, element) in elements.enumerated() { numbers(element, "\(field)[\(index)]", &causes) }
    default: break
    }
  }

  static func required(_ field: String, _ detail: String = "") -> Cause {
    Cause(reason: "FieldValueRequired", message: detail.isEmpty ? "Required value" : "Required value: \(detail)", field: field)
  }

  static func invalid(_ field: String, _ value: String, _ detail: String) -> Cause {
    Cause(reason: "FieldValueInvalid", message: "Invalid value: \(value): \(detail)", field: field)
  }

  // MARK: - Metadata

  private static func metadata(_ resource: Resource, _ object: JSONValue, _ causes: inout [Cause]) {
    let name = object.at("metadata", "name")?.stringValue ?? ""
    if name.isEmpty {
      causes.append(required("metadata.name", "name or generateName is required"))
    } else if resource == .services || resource == .namespaces {
      if !isDNSLabel(name) {
        causes.append(
          invalid(
            "metadata.name", "\"\(name)\"",
            "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name', or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
          ))
      }
    } else if !isDNSSubdomain(name), resource != .events {
      causes.append(
        invalid(
          "metadata.name", "\"\(name)\"",
          "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
        ))
    }
    labels(object.at("metadata", "labels"), "metadata.labels", &causes)
    for annotation in object.at("metadata", "annotations")?.objectValue ?? [:] where annotation.value.stringValue == nil {
      causes.append(invalid("metadata.annotations", annotation.value.jsonString, "the value of \"\(annotation.key)\" must be a string"))
    }
  }

  private static func labels(_ labels: JSONValue?, _ field: String, _ causes: inout [Cause]) {
    for label in labels?.objectValue ?? [:] {
      if !isLabelKey(label.key) {
        causes.append(
          invalid(
            field, "\"\(label.key)\"",
            "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
          ))
      }
      if !isLabelValue(label.value.stringValue) {
        causes.append(
          invalid(
            field, label.value.jsonString,
            "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
          ))
      }
    }
  }

  static func isDNSLabel(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    return (1...63).contains(bytes.count) && bytes.allSatisfy { isLowerAlphanumeric($0) || $0 == UInt8(ascii: "-") }
      && isLowerAlphanumeric(bytes[0]) && isLowerAlphanumeric(bytes[bytes.count - 1])
  }

  static func isDNSSubdomain(_ text: String) -> Bool {
    text.utf8.count <= 253
      && text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { part in
        let bytes = Array(part.utf8)
        return !bytes.isEmpty && bytes.allSatisfy { isLowerAlphanumeric($0) || $0 == UInt8(ascii: "-") }
          && isLowerAlphanumeric(bytes[0]) && isLowerAlphanumeric(bytes[bytes.count - 1])
      }
  }

  static func isLabelKey(_ text: String) -> Bool {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    switch parts.count {
    case 1: return isQualified(Array(parts[0].utf8))
    case 2: return isDNSSubdomain(String(parts[0])) && isQualified(Array(parts[1].utf8))
    default: return false
    }
  }

  private static func isLabelValue(_ text: String?) -> Bool {
    guard let text else { return false }
    return text.isEmpty || isQualified(Array(text.utf8))
  }

  private static func isQualified(_ bytes: [UInt8]) -> Bool {
    (1...63).contains(bytes.count) && isAlphanumeric(bytes[0]) && isAlphanumeric(bytes[bytes.count - 1])
      && bytes.allSatisfy { isAlphanumeric($0) || "-_.".utf8.contains($0) }
  }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    isLowerAlphanumeric(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
  }

  private static func isLowerAlphanumeric(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }
}
