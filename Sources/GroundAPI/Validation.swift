import JSONBytes
import Kubernetes

/// The essentials of what makes an object valid, in the API's words (kubernetes, pkg/apis/*/validation).
enum Validation {
  typealias Cause = APIError.Cause

  /// - Parameter old: the object before an update of all but its status; `nil` on creation.
  static func causes(_ resource: Resource, _ object: JSONValue, old: JSONValue?) -> [Cause] {
    let definition = resource.definition
    var causes: [Cause] = []
    metadata(definition, object, &causes)
    numbers(object["spec"], "spec", &causes)
    return causes + definition.validate(object, old)
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

  static func duplicate(_ field: String, _ value: String) -> Cause {
    Cause(reason: "FieldValueDuplicate", message: "Duplicate value: \"\(value)\"", field: field)
  }

  static func forbidden(_ field: String, _ detail: String) -> Cause {
    Cause(reason: "FieldValueForbidden", message: "Forbidden: \(detail)", field: field)
  }

  /// - Parameter value: as JSON writes it.
  static func unsupported(_ field: String, _ value: String, _ supported: [String]) -> Cause {
    let list = supported.map { "\"\($0)\"" }.joined(separator: ", ")
    return Cause(reason: "FieldValueNotSupported", message: "Unsupported value: \(value): supported values: \(list)", field: field)
  }

  // MARK: - Metadata

  private static func metadata(_ definition: ResourceDefinition, _ object: JSONValue, _ causes: inout [Cause]) {
    let name = object.at("metadata", "name")?.stringValue ?? ""
    if name.isEmpty {
      causes.append(required("metadata.name", "name or generateName is required"))
    } else if definition.name == .label {
      if !NameRules.isDNSLabel(name) {
        causes.append(
          invalid(
            "metadata.name", "\"\(name)\"",
            "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name', or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
          ))
      }
    } else if definition.name == .subdomain, !NameRules.isDNSSubdomain(name) {
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
      if !NameRules.isLabelKey(label.key) {
        causes.append(
          invalid(
            field, "\"\(label.key)\"",
            "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
          ))
      }
      if !(label.value.stringValue.map { NameRules.isLabelValue($0) } ?? false) {
        causes.append(
          invalid(
            field, label.value.jsonString,
            "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
          ))
      }
    }
  }
}
