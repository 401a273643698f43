import JSONBytes
import TimeFormat

/// How much of the object a row carries (`includeObject`).
enum TableObject: String, Sendable {
  case none = "None"
  case metadata = "Metadata"
  case object = "Object"
}

/// Objects as the rows of a `Table`: what `kubectl get` prints.
struct Table: Sendable {
  var resource: Resource
  var include: TableObject

  func table(_ objects: [JSONValue], metadata: JSONValue, now: Timestamp, definitions: Bool = true) -> JSONValue {
    let definition = resource.definition
    let columns = definition.columns
    let rows = objects.map { object -> JSONValue in
      var row: JSONValue = ["cells": .array(columns.map { $0.cell(object, now) })]
      row["conditions"] = definition.rowConditions(object)
      switch include {
      case .none: break
      case .metadata:
        row["object"] = [
          "kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": object["metadata"] ?? [:],
        ]
      case .object: row["object"] = object
      }
      return row
    }
    return [
      "kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": metadata,
      "columnDefinitions": definitions ? .array(columns.map(\.definition)) : .null, "rows": .array(rows),
    ]
  }
}

/// Pieces that several tables share.
enum Cell {
  static let none: JSONValue = "<none>"

  static func age(_ object: JSONValue, _ now: Timestamp) -> JSONValue { .string(since(object.at("metadata", "creationTimestamp"), now)) }

  static func since(_ time: JSONValue?, _ now: Timestamp) -> String {
    guard let text = time?.stringValue, let moment = Timestamp(rfc3339: text) else { return "<unknown>" }
    return humanDuration(now - moment)
  }

  static func text(_ value: JSONValue?) -> JSONValue {
    if let text = value?.stringValue, !text.isEmpty { .string(text) } else { none }
  }

  static func number(_ value: JSONValue?) -> JSONValue { .int(value?.intValue ?? 0) }

  /// `app=web,tier=front`; `<none>` when empty.
  static func selector(_ object: JSONValue?) -> JSONValue {
    var parts = (object?["matchLabels"]?.objectValue ?? [:]).map { "\($0.key)=\($0.value.stringValue ?? "")" }.sorted()
    for expression in object?["matchExpressions"]?.arrayValue ?? [] {
      let key = expression["key"]?.stringValue ?? ""
      let values = (expression["values"]?.arrayValue ?? []).compactMap(\.stringValue).joined(separator: ",")
      switch expression["operator"]?.stringValue {
      case "In": parts.append("\(key) in (\(values))")
      case "NotIn": parts.append("\(key) notin (\(values))")
      case "Exists": parts.append(key)
      default: parts.append("!\(key)")
      }
    }
    return parts.isEmpty ? none : .string(parts.joined(separator: ","))
  }

  static func labels(_ object: JSONValue?) -> JSONValue {
    let parts = (object?.objectValue ?? [:]).map { "\($0.key)=\($0.value.stringValue ?? "")" }.sorted()
    return parts.isEmpty ? none : .string(parts.joined(separator: ","))
  }

  static func containers(_ template: JSONValue?, _ field: String) -> JSONValue {
    .string((template?.at("spec", "containers")?.arrayValue ?? []).compactMap { $0[field]?.stringValue }.joined(separator: ","))
  }
}
