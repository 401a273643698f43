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
    causes += definition.validate(object, old)
    let named = Set(causes.map(\.field))
    return causes + NumberRules.causes(object).filter { !named.contains($0.field) }
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

  static func tooMany(_ field: String, _ number: Int, _ most: Int) -> Cause {
    Cause(reason: "FieldValueTooMany", message: "Too many: \(number): must have at most \(most) items", field: field)
  }

  static func tooLong(_ field: String, _ most: Int) -> Cause {
    Cause(reason: "FieldValueTooLong", message: "Too long: may not be more than \(most) bytes", field: field)
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
    // Controllers compute with it; a real API server takes any text.
    if let revision = object.at("metadata", "annotations", revisionKey)?.stringValue, UInt32(revision).map({ $0 > Int32.max }) ?? true {
      causes.append(invalid("metadata.annotations[\(revisionKey)]", "\"\(revision)\"", "must be a number from 0 to 2147483647"))
    }
    owners(object, &causes)
  }

  private static let revisionKey = "deployment.kubernetes.io/revision"

  /// ValidateOwnerReferences; and nothing owns itself, which would keep it for good when it is deleted in the foreground.
  private static func owners(_ object: JSONValue, _ causes: inout [Cause]) {
    let field = "metadata.ownerReferences"
    let owners = object.at("metadata", "ownerReferences")?.arrayValue ?? []
    for owner in owners {
      for part in ["apiVersion", "kind", "name", "uid"] where owner[part]?.stringValue?.isEmpty ?? true {
        causes.append(invalid("\(field).\(part)", owner[part]?.jsonString ?? "\"\"", "\(part) must not be empty"))
      }
      if let uid = owner["uid"]?.stringValue, uid == object.at("metadata", "uid")?.stringValue {
        causes.append(invalid("\(field).uid", "\"\(uid)\"", "an object cannot own itself"))
      }
    }
    if owners.filter({ $0["controller"]?.boolValue == true }).count > 1 {
      causes.append(invalid(field, JSONValue.array(owners).jsonString, "Only one reference can have Controller set to true"))
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
