import JSONBytes
import TimeFormat

/// Who changed what: `metadata.managedFields`, to two levels of field names.
enum ManagedFields {
  static func record(
    _ manager: String, _ operation: String, _ subresource: String?, at moment: Timestamp, _ resource: Resource, from old: JSONValue,
    into object: inout JSONValue
  ) {
    guard resource.definition.hasManagedFields else { return }
    var fields = changed(from: old, to: object)
    guard fields.objectValue?.isEmpty == false else { return }
    var entries = object.at("metadata", "managedFields")?.arrayValue ?? []
    let present = entries.firstIndex {
      $0["manager"]?.stringValue == manager && $0["operation"]?.stringValue == operation && $0["subresource"]?.stringValue == subresource
    }
    if let present, let owned = entries[present]["fieldsV1"] { fields = merged(owned, fields) }
    var entry: JSONValue = [
      "manager": .string(manager), "operation": .string(operation), "apiVersion": .string(resource.apiVersion),
      "time": .string(moment.rfc3339(.seconds)), "fieldsType": "FieldsV1", "fieldsV1": fields,
    ]
    if let subresource { entry["subresource"] = .string(subresource) }
    if let present { entries[present] = entry } else { entries.append(entry) }
    object.set("metadata", "managedFields", to: .array(entries))
  }

  /// Server-set metadata that nobody manages.
  private static let unowned: Set<String> = [
    "uid", "resourceVersion", "creationTimestamp", "generation", "managedFields", "selfLink", "name", "namespace", "deletionTimestamp",
    "deletionGracePeriodSeconds",
  ]

  private static func changed(from old: JSONValue, to new: JSONValue) -> JSONValue {
    var fields: JSONValue = [:]
    for member in new.objectValue ?? [:] where member.key != "kind" && member.key != "apiVersion" {
      guard old[member.key] != member.value else { continue }
      var inner: JSONValue = [:]
      for child in member.value.objectValue ?? [:] where old[member.key]?[child.key] != child.value {
        if member.key == "metadata", unowned.contains(child.key) { continue }
        inner["f:\(child.key)"] = [:]
      }
      if member.key == "metadata", inner.objectValue?.isEmpty == true { continue }
      fields["f:\(member.key)"] = inner
    }
    return fields
  }

  private static func merged(_ one: JSONValue, _ other: JSONValue) -> JSONValue {
    var all = one
    for member in other.objectValue ?? [:] {
      all[member.key] = all[member.key].map { merged($0, member.value) } ?? member.value
    }
    return all
  }
}
